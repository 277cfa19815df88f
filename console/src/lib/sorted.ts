/** Short lists that come whole are sorted here: by a property, with "-" before it for descending. */
export function sorted<T>(rows: readonly T[], sort: string, by: Record<string, (row: T) => string>): T[] {
  const down = sort.startsWith('-');
  const value = by[down ? sort.slice(1) : sort];
  if (!value) return [...rows];
  return rows.toSorted((a, b) => value(a).localeCompare(value(b)) * (down ? -1 : 1));
}
