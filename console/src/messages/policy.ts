// Sentences that restate the rules of a policy.
import type { Definition } from '../api/policies';
import { type Times, timesOf, type WeekDay, weekDays } from '../lib/rule';
import { formatAge, formatTime } from '../lib/times';
import { useWords, type Words } from './index';

/** Names of the days of the week. */
export function dayNames(locale: string): Record<WeekDay, string> {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  // 5 January 2026 was a Monday.
  return Object.fromEntries(
    weekDays.map((day, at) => [day, format.format(Date.UTC(2026, 0, 5 + at))]),
  ) as Record<WeekDay, string>;
}

const joined = (locale: string, all: readonly string[]): string =>
  new Intl.ListFormat(locale, { type: 'conjunction' }).format(all);

function timesSay({ t, locale }: Words, { days, every, times }: Times): string {
  const minutes = new Set(times.map((time) => time.slice(3)));
  const daily = days === null ? every === 1 : days.length === weekDays.length;
  if (daily && times.length === 24 && minutes.size === 1) {
    return t('policy.says_hourly', { minute: [...minutes][0] ?? '00' });
  }
  const at = joined(locale, times);
  if (daily) return t('policy.says_daily', { n: 1, times: at });
  if (days === null) return t('policy.says_daily', { n: every, times: at });
  const names = dayNames(locale);
  return t('policy.says_weekly', {
    days: joined(
      locale,
      days.map((day) => names[day]),
    ),
    times: at,
  });
}

/** When: "Every Monday at 02:00. Time zone Europe/Berlin." */
export function ruleSays(words: Words, patterns: readonly string[], zone: string): string {
  return [
    ...timesOf(patterns).map((each) => timesSay(words, each)),
    words.t('policy.says_zone', { zone }),
  ].join(' ');
}

const counters = ['day', 'week', 'month', 'year'] as const;

/** How long: the whole rule. */
export function keepSays(words: Words, definition: Definition): string {
  const { t, locale } = words;
  const set = (number: number | null | undefined) => (typeof number === 'number' && number > 0 ? number : 0);
  const said: string[] = [];
  const days = set(definition.retention_duration_days);
  const quantity = set(definition.max_backups);
  const lasts = counters.flatMap((each) => {
    const n = set(definition[`${each}_backups`]);
    return n ? [t(`policy.says_${each}`, { n })] : [];
  });
  if (days) said.push(t('policy.says_time', { n: days }));
  else if (quantity || lasts.length) {
    if (quantity) said.push(t('policy.says_quantity', { n: quantity }));
    if (lasts.length) {
      const list = joined(locale, lasts);
      said.push(t(quantity ? 'policy.says_besides' : 'policy.says_counters', { list }));
    }
  } else said.push(t('policy.says_permanent'));
  const full = set(definition.full_backup_interval);
  if (full) said.push(t('policy.says_full', { n: full }));
  if (definition.keep_last_backup === false && (days || quantity || lasts.length))
    said.push(t('policy.says_no_last'));
  return said.join(' ');
}

/** When a backup goes: with the next run where it waits for that, else how long that is from now. */
export function goesSays(words: Words, at: string, nextRun: string | undefined, now: number): string {
  if (at === nextRun) return words.t('policy.goes_with_run', { time: formatTime(at, words) });
  return Date.parse(at) <= now ? words.t('policy.goes_now') : formatAge(at, { ...words, now });
}

/** Both sentences in the user's language. */
export function usePolicySentences(): {
  rule: (patterns: readonly string[], zone: string | null | undefined) => string;
  keep: (definition: Definition) => string;
} {
  const words = useWords();
  return {
    rule: (patterns, zone) => ruleSays(words, patterns, zone || 'UTC'),
    keep: (definition) => keepSays(words, definition),
  };
}
