import { describe, expect, it } from 'vitest';
import { axis, clusters, height, place, showing, viewOf, WHOLE, within, zoom } from './timeline';

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
  it('shows finer marks where it is zoomed in', () => {
    const view = viewOf(place(DAY, 150 * DAY), place(3 * DAY, 150 * DAY));
    expect(axis(150 * DAY, view).map((mark) => mark.label)).toContain('2d');
    expect(axis(150 * DAY).map((mark) => mark.label)).not.toContain('2d');
  });
  it('zooms around a place and stays within the axis', () => {
    const near = zoom(WHOLE, 0.5, 0);
    expect(near).toEqual({ from: 0, to: 0.5 });
    const inside = zoom(WHOLE, 0.5, 0.6);
    expect(within(inside, 0.6)).toBeCloseTo(0.6);
    expect(zoom(inside, 10, 0.6)).toEqual(WHOLE);
    // In and out again is where one was, wherever the place lies and however it moves meanwhile.
    for (let at = 0; at < 1; at += 0.013) expect(zoom(zoom(WHOLE, 0.5, at), 2, at * 1.001)).toEqual(WHOLE);
    expect(viewOf(0.3, 0.3).to - viewOf(0.3, 0.3).from).toBeGreaterThan(0);
    expect(within(viewOf(0.2, 0.4), 0.5)).toBeNull();
    expect(within(showing(viewOf(0.2, 0.4), 0.5), 0.5)).not.toBeNull();
  });
  it('gathers what lies together', () => {
    expect(clusters([0.1, 0.11, 0.12, 0.5, 0.9, 0.905], 0.02)).toEqual([[0, 1, 2], [3], [4, 5]]);
    expect(clusters([], 0.02)).toEqual([]);
  });
  it('never draws a bar of nothing', () => {
    expect(height(0, 100)).toBeGreaterThan(0);
    expect(height(0, 0)).toBeGreaterThan(0);
    expect(height(100, 100)).toBe(1);
  });
});
