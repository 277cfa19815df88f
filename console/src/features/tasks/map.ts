// The block map: what became of each cell of a disk.

export const cellKinds = ['new', 'dedup', 'unchanged', 'zero', 'failed', 'pending'] as const;
export type CellKind = (typeof cellKinds)[number];

const kinds: Record<string, CellKind> = {
  n: 'new',
  d: 'dedup',
  '=': 'unchanged',
  '0': 'zero',
  '!': 'failed',
};

/** What a character of the server's map stands for. */
export const cellKind = (state: string): CellKind => kinds[state] ?? 'pending';

/** How many cells of each kind there are. */
export function countCells(states: string): Record<CellKind, number> {
  const counts: Record<CellKind, number> = { new: 0, dedup: 0, unchanged: 0, zero: 0, failed: 0, pending: 0 };
  for (const state of states) counts[cellKind(state)] += 1;
  return counts;
}

/** Side of a cell and cells per row, so that `cells` fit into `width` pixels in about `rows` rows. */
export function gridOf(
  cells: number,
  width: number,
  rows = 8,
): { side: number; columns: number; rows: number } {
  const wanted = Math.ceil(cells / rows);
  const side = Math.max(5, Math.min(16, Math.floor(width / Math.max(1, wanted))));
  const columns = Math.max(1, Math.floor(width / side));
  return { side, columns, rows: Math.max(1, Math.ceil(cells / columns)) };
}
