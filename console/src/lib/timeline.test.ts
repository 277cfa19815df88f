import { describe, expect, it } from 'vitest';
import { axis, height, place } from './timeline';

const DAY = 86_400_000;

describe('timeline', () => {
  it('runs from now to the oldest, without leaving the axis', () => {
    expect(place(0, 30 * DAY)).toBe(0);
    expect(place(30 * DAY, 30 * DAY)).toBeCloseTo(1);
    expect(place(60 * DAY, 30 * DAY)).toBeCloseTo(1);
    expect(place(-5, 30 * DAY)).toBe(0);
  });
  it('gives the last day more room than any later one', () => {
    const oldest = 150 * DAY;
    expect(place(DAY, oldest)).toBeGreaterThan(place(2 * DAY, oldest) - place(DAY, oldest));
  });
  it('keeps marks apart', () => {
    const found = axis(150 * DAY);
    expect(found.length).toBeGreaterThan(3);
    for (const [index, mark] of found.entries()) {
      expect(mark.at - (found[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(0.08 - 1e-9);
    }
  });
  it('never draws a bar of nothing', () => {
    expect(height(0, 100)).toBeGreaterThan(0);
    expect(height(0, 0)).toBeGreaterThan(0);
    expect(height(100, 100)).toBe(1);
  });
});
