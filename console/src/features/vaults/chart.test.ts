import { expect, test } from 'vitest';
import { layOut, roundTop } from './chart';

const GIB = 1024 ** 3;
const at = (day: number) => new Date(Date.UTC(2026, 10, day)).toISOString();

test('the top of a scale is a round number of its unit', () => {
  expect(roundTop(0)).toBe(1024);
  expect(roundTop(1.3 * GIB)).toBe(2 * GIB);
  expect(roundTop(12 * GIB)).toBe(20 * GIB);
  expect(roundTop(100 * GIB)).toBe(100 * GIB);
  expect(roundTop(101 * GIB)).toBe(200 * GIB);
});

test('a value holds until the next sample, and the last one until now', () => {
  const chart = layOut(
    [
      { at: at(1), used_bytes: 0, size_bytes: 100 * GIB },
      { at: at(6), used_bytes: 50 * GIB, size_bytes: 100 * GIB },
    ],
    Date.parse(at(1)),
    Date.parse(at(11)),
  );
  expect(chart.top).toBe(100 * GIB);
  expect(chart.used).toBe('M0 100H500V50H1000');
  expect(chart.area).toBe('M0 100H500V50H1000V100H0Z');
  expect(chart.size).toBe('M0 0H500V0H1000');
});

test('a capacity far above what is used does not flatten the curve', () => {
  const chart = layOut(
    [{ at: at(2), used_bytes: GIB, size_bytes: 1000 * GIB }],
    Date.parse(at(1)),
    Date.parse(at(3)),
  );
  expect(chart.size).toBeNull();
  expect(chart.top).toBe(GIB);
});

test('without samples there is nothing to draw', () => {
  const chart = layOut([], 0, 1);
  expect(chart).toMatchObject({ used: '', area: '', size: null });
});
