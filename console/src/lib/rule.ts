// When a policy runs, between the iCalendar rules of the API and what people choose (POL-08..11).

/** Days of the week as rules name them, Monday first. */
export const weekDays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
export type WeekDay = (typeof weekDays)[number];

/** Most days between two runs. */
export const mostDays = 30;

/** Days and hours, and one minute for all hours. */
export interface Rule {
  kind: 'weekly' | 'daily';
  /** Weekly: on these days. */
  days: WeekDay[];
  /** Day based: every so many days. */
  every: number;
  /** Hours of the day, ascending. */
  hours: number[];
  minute: number;
}

/** What a new policy begins with (POL-10). */
export const presetRule: Rule = {
  kind: 'weekly',
  days: [...weekDays],
  every: 1,
  hours: [22],
  minute: 0,
};

/** The rules of the API. */
export function toPatterns(rule: Rule): string[] {
  const days =
    rule.kind === 'weekly' ? `FREQ=WEEKLY;BYDAY=${rule.days.join(',')}` : `FREQ=DAILY;INTERVAL=${rule.every}`;
  const minute = String(rule.minute).padStart(2, '0');
  return [`${days};BYHOUR=${rule.hours.join(',')};BYMINUTE=${minute}`];
}

interface Part {
  days: string;
  hours: number[];
  minutes: number[];
}

const numbers = (text: string | undefined): number[] =>
  (text ?? '0').split(',').map((each) => Number(each.trim()));

function part(pattern: string): Part {
  const fields = new Map(
    pattern
      .toUpperCase()
      .split(';')
      .map((each) => each.split('=').map((side) => side.trim()) as [string, string]),
  );
  const weekly = fields.get('FREQ') === 'WEEKLY';
  const chosen = new Set((fields.get('BYDAY') ?? '').split(',').map((each) => each.trim()));
  return {
    days: weekly
      ? weekDays.filter((day) => chosen.has(day)).join(',')
      : `every ${Number(fields.get('INTERVAL') ?? 1)}`,
    hours: numbers(fields.get('BYHOUR')),
    minutes: numbers(fields.get('BYMINUTE')),
  };
}

/**
 * What people choose of the API's rules. Null where the rules say more than the form can: several
 * sets of days, or other minutes at other hours.
 */
export function fromPatterns(patterns: readonly string[]): Rule | null {
  const parts = patterns.map(part);
  const [first] = parts;
  if (!first) return null;
  const minutes = new Set(parts.flatMap((each) => each.minutes));
  if (parts.some((each) => each.days !== first.days) || minutes.size !== 1) return null;
  const hours = [...new Set(parts.flatMap((each) => each.hours))].sort((a, b) => a - b);
  const daily = /^every (\d+)$/.exec(first.days);
  return {
    kind: daily ? 'daily' : 'weekly',
    days: daily ? [...weekDays] : (first.days.split(',') as WeekDay[]),
    every: daily ? Number(daily[1]) : 1,
    hours,
    minute: [...minutes][0] ?? 0,
  };
}

/** Times of day on the same days. */
export interface Times {
  /** Days of the week; null where the rule goes by days. */
  days: WeekDay[] | null;
  every: number;
  /** "02:00", ascending. */
  times: string[];
}

/** All that rules say, those of the same days together. */
export function timesOf(patterns: readonly string[]): Times[] {
  const by = new Map<string, Set<string>>();
  for (const { days, hours, minutes } of patterns.map(part)) {
    const times = by.get(days) ?? new Set();
    for (const hour of hours) for (const minute of minutes) times.add(timeOfDay(hour, minute));
    by.set(days, times);
  }
  return [...by].map(([days, times]) => {
    const daily = /^every (\d+)$/.exec(days);
    return {
      days: daily ? null : (days.split(',') as WeekDay[]),
      every: daily ? Number(daily[1]) : 1,
      times: [...times].sort(),
    };
  });
}

/** Time of day such as "02:30". */
export const timeOfDay = (hour: number, minute: number): string =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;

/** Why a rule cannot be: nothing chosen, or a number out of its range. */
export function wrongRule(rule: Rule): 'days' | 'every' | 'hours' | 'minute' | null {
  if (rule.kind === 'weekly' && rule.days.length === 0) return 'days';
  if (rule.kind === 'daily' && !(Number.isInteger(rule.every) && rule.every >= 1 && rule.every <= mostDays))
    return 'every';
  if (rule.hours.length === 0) return 'hours';
  if (!(Number.isInteger(rule.minute) && rule.minute >= 0 && rule.minute <= 59)) return 'minute';
  return null;
}
