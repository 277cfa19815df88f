// Times: relative within a week, absolute beyond; the zone is the user's setting.

export interface Clock {
  locale: string;
  zone: string;
  now: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

// Making a formatter costs far more than using it, and lists use them in every row.
const formats = new Map<string, Intl.DateTimeFormat>();
const ages = new Map<string, Intl.RelativeTimeFormat>();

function relative(locale: string): Intl.RelativeTimeFormat {
  let found = ages.get(locale);
  if (!found) {
    found = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
    ages.set(locale, found);
  }
  return found;
}

function format(clock: Pick<Clock, 'locale' | 'zone'>, kind: string, options: Intl.DateTimeFormatOptions) {
  const key = `${clock.locale} ${clock.zone} ${kind}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(clock.locale, { timeZone: clock.zone, ...options });
    formats.set(key, found);
  }
  return found;
}

/** "10 Nov 2026, 12:13": what a column shows beyond a week. */
export function formatTime(at: string | number | Date, clock: Pick<Clock, 'locale' | 'zone'>): string {
  return format(clock, 'short', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(at));
}

/** Full time with its zone, for sentences. */
export function exactTime(at: string | number | Date, clock: Pick<Clock, 'locale' | 'zone'>): string {
  return format(clock, 'full', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(new Date(at));
}

/** Full time with zone and UTC, for tooltips and copies. */
export function fullTime(at: string | number | Date, clock: Pick<Clock, 'locale' | 'zone'>): string {
  return `${exactTime(at, clock)} (${new Date(at).toISOString().replace(/\.\d+Z/, 'Z')})`;
}

/** "4 hours ago" within a week before or after now, else the absolute time. */
export function formatAge(at: string | number | Date, clock: Clock): string {
  const difference = new Date(at).getTime() - clock.now;
  const size = Math.abs(difference);
  if (size >= WEEK) return formatTime(at, clock);
  const words = relative(clock.locale);
  if (size < 45_000) return words.format(0, 'second');
  if (size < HOUR) return words.format(Math.round(difference / MINUTE), 'minute');
  if (size < DAY) return words.format(Math.round(difference / HOUR), 'hour');
  return words.format(Math.round(difference / DAY), 'day');
}

/** A span of seconds in at most two units: "33 s", "2 min 5 s", "1 h 4 min", "3 d 2 h". */
export function formatSpan(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const pair = (big: number, unit: string, small: number, other: string) =>
    small ? `${big} ${unit} ${small} ${other}` : `${big} ${unit}`;
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return pair(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
  return pair(Math.floor(whole / 86_400), 'd', Math.floor((whole % 86_400) / 3600), 'h');
}

/** Minutes by which a zone is ahead of UTC at an instant. */
function offset(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return Math.round((wall - Math.floor(at / 1000) * 1000) / MINUTE);
}

/**
 * The instant of a wall-clock time such as "2026-11-10T12:13" in a zone, as UTC text; null for what
 * is no time. Of a time that a clock change skips, the same minute count after it; of one that comes
 * twice, the first.
 */
export function instantIn(local: string, zone: string): string | null {
  const wall = Date.parse(`${local}Z`);
  if (Number.isNaN(wall)) return null;
  const candidates = [wall - DAY, wall + DAY].map((near) => wall - offset(near, zone) * MINUTE);
  const fitting = candidates.filter((at) => at + offset(at, zone) * MINUTE === wall);
  const at = fitting.length ? Math.min(...fitting) : Math.max(...candidates);
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** A time of the CBR API, which is UTC and does not say so. */
export const cbrTime = (at: string): string => (/Z$|[+-]\d\d:\d\d$/.test(at) ? at : `${at}Z`);

/** Whether the browser knows the zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
