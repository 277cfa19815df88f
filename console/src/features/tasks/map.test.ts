import { expect, test } from 'vitest';
import { cellKind, countCells, gridOf } from './map';

test('each character of the map has its kind, unknown ones are pending', () => {
  expect([...'nd=0!.?'].map(cellKind)).toEqual([
    'new',
    'dedup',
    'unchanged',
    'zero',
    'failed',
    'pending',
    'pending',
  ]);
  expect(countCells('nn0=.')).toMatchObject({ new: 2, zero: 1, unchanged: 1, pending: 1, dedup: 0 });
});

test('all cells fit, no cell is smaller than 5 pixels', () => {
  for (const [cells, width] of [
    [1, 300],
    [1600, 900],
    [1600, 280],
    [17, 40],
  ] as const) {
    const grid = gridOf(cells, width);
    expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(cells);
    expect(grid.columns * grid.side).toBeLessThanOrEqual(Math.max(width, grid.side));
    expect(grid.side).toBeGreaterThanOrEqual(5);
  }
});
