// Moments as people type them after a name: "yesterday 14:00", "14:00", "2026-11-10".
import { instantIn } from './times';

const days: Record<string, number> = { today: 0, heute: 0, yesterday: 1, gestern: 1 };
const DAY = 86_400_000;

const dateIn = (at: number, zone: string): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at);

/** What stands before a moment, and the moment, as UTC text; null where none was typed. */
export function splitWhen(
  words: readonly string[],
  zone: string,
  now: number,
): { rest: string[]; until: string | null } {
  const rest = [...words];
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.test(rest.at(-1) ?? '') ? rest.pop() : undefined;
  const word = rest.at(-1)?.toLowerCase() ?? '';
  const back = days[word];
  const date = /^\d{4}-\d{2}-\d{2}$/.test(word)
    ? word
    : back === undefined
      ? undefined
      : dateIn(now - back * DAY, zone);
  if (date !== undefined) rest.pop();
  if (clock === undefined && date === undefined) return { rest: [...words], until: null };
  const time = (clock ?? '23:59').padStart(5, '0');
  const at = instantIn(`${date ?? dateIn(now, zone)}T${time}`, zone);
  // A time alone that has not come yet was that of the day before.
  const until =
    at && date === undefined && Date.parse(at) > now
      ? instantIn(`${dateIn(now - DAY, zone)}T${time}`, zone)
      : at;
  return { rest, until };
}
