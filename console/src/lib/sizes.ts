// Sizes: binary units, three figures, never rounded to nothing.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
export const GIB = 1024 ** 3;

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
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(rounded)} ${units[unit]}`;
}

/** The exact size for a tooltip: "1,331,691,520 bytes". */
export function exactBytes(bytes: number, locale = 'en'): string {
  return new Intl.NumberFormat(locale).format(bytes);
}

/** Bytes per second for people. */
export function formatRate(bytesPerSecond: number, locale = 'en'): string {
  return `${formatSize(bytesPerSecond, locale)}/s`;
}

/** Whole GiB that hold `bytes`: what the API calls GB. */
export function wholeGib(bytes: number): number {
  return Math.ceil(bytes / GIB);
}
