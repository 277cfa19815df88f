// Sizes: binary units, three figures, never rounded to nothing.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
export const GIB = 1024 ** 3;

// Making a formatter costs far more than using it, and lists use them in every row.
const formats = new Map<string, Intl.NumberFormat>();

function numbers(locale: string, digits: number): Intl.NumberFormat {
  const key = `${locale} ${digits}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, { maximumFractionDigits: digits });
    formats.set(key, found);
  }
  return found;
}

/** A size for people: three figures and a binary unit, such as "1.24 GiB". Zero is "0 B". */
export function formatSize(bytes: number, locale = 'en'): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const rounded = Number(value.toFixed(digits));
  return `${numbers(locale, digits).format(rounded)} ${units[unit]}`;
}

/** The exact size for a tooltip: "1,331,691,520 bytes". */
export function exactBytes(bytes: number, locale = 'en'): string {
  return numbers(locale, 0).format(bytes);
}

/** Bytes per second for people. */
export function formatRate(bytesPerSecond: number, locale = 'en'): string {
  return `${formatSize(bytesPerSecond, locale)}/s`;
}

/** Whole GiB that hold `bytes`: what the API calls GB. */
export function wholeGib(bytes: number): number {
  return Math.ceil(bytes / GIB);
}
