// Rows too many for an address: kept in this tab's memory, under a word that stands in the address.
// After a reload they are gone, and the dialog that was about them closes.
const kept = new Map<string, readonly unknown[]>();
let next = 1;

/** Keeps rows for a dialog; gives what its address names them by. Only the last few are kept. */
export function keep(rows: readonly unknown[]): string {
  const key = `selection-${next++}`;
  kept.set(key, rows);
  const oldest = kept.size > 5 ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  return key;
}

/** The rows kept under a word; none after a reload. */
export const keptRows = <T>(key: string | undefined): readonly T[] =>
  ((key && kept.get(key)) || []) as readonly T[];
