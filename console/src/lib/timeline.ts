// Where restore points stand on a logarithmic axis of age: the last day gets as much room as the
// last months.

const HOUR = 3_600_000;

/** Position of an age on an axis that ends at `oldest`: 0 is now (right), 1 the oldest (left). */
export function place(age: number, oldest: number): number {
  const clamp = Math.max(0, Math.min(age, oldest));
  return Math.log1p(clamp / HOUR) / Math.log1p(Math.max(oldest, HOUR) / HOUR);
}

/** The part of the axis in view: 0 is now, 1 the oldest. */
export interface View {
  from: number;
  to: number;
}
export const WHOLE: View = { from: 0, to: 1 };
/** Narrowest view, of the whole axis. */
const NARROWEST = 0.004;
/** A view as wide as this is the whole axis: zooming in and out again ends a rounding off it. */
const WIDEST = 1 - 1e-6;

/** A view within the axis, not narrower than it makes sense. */
export function viewOf(from: number, to: number): View {
  const [low, high] = from < to ? [from, to] : [to, from];
  const width = Math.max(NARROWEST, high - low);
  if (width > WIDEST) return WHOLE;
  const start = Math.max(0, Math.min(1 - width, (low + high - width) / 2));
  return { from: start, to: start + width };
}

/** The view `factor` times as wide around a place, which stays where it is on the screen. */
export function zoom(view: View, factor: number, about: number): View {
  const center = Math.max(view.from, Math.min(view.to, about));
  return viewOf(center - (center - view.from) * factor, center + (view.to - center) * factor);
}

/** The view moved as little as needed to show a place. */
export function showing(view: View, at: number): View {
  if (at >= view.from && at <= view.to) return view;
  const width = view.to - view.from;
  return viewOf(at - width / 2, at + width / 2);
}

/** Where a place of the axis lies in the view: 0 its newest edge, 1 its oldest; null outside. */
export function within(view: View, at: number): number | null {
  const x = (at - view.from) / (view.to - view.from);
  return x < -1e-9 || x > 1 + 1e-9 ? null : x;
}

/** Neighbours closer than `gap` together, in the order of their places; places must ascend. */
export function clusters(places: readonly number[], gap: number): number[][] {
  const found: number[][] = [];
  for (const [index, at] of places.entries()) {
    const last = found.at(-1);
    const before = last?.at(-1);
    if (last && before !== undefined && at - (places[before] ?? 0) < gap) last.push(index);
    else found.push([index]);
  }
  return found;
}

const marks: [number, string][] = [
  [1 / 12, '5min'],
  [1 / 4, '15min'],
  [1 / 2, '30min'],
  [1, '1h'],
  [2, '2h'],
  [3, '3h'],
  [6, '6h'],
  [12, '12h'],
  [24, '1d'],
  [48, '2d'],
  [72, '3d'],
  [120, '5d'],
  [168, '7d'],
  [240, '10d'],
  [336, '14d'],
  [504, '21d'],
  [720, '30d'],
  [1080, '45d'],
  [1440, '60d'],
  [2160, '90d'],
  [3600, '150d'],
  [8760, '1y'],
  [17_520, '2y'],
  [26_280, '3y'],
];
/** Marks that stand first where room is short. */
const round = new Set(['1h', '6h', '1d', '3d', '7d', '14d', '30d', '60d', '150d', '1y', '3y']);

/** Marks of the part in view that fit at least `gap` (of 1) apart, from the newest on. */
export function axis(oldest: number, view: View = WHOLE, gap = 0.08): { at: number; label: string }[] {
  const found: { at: number; label: string }[] = [];
  const add = (only: (label: string) => boolean) => {
    for (const [hours, label] of marks) {
      if (hours * HOUR > oldest || !only(label)) continue;
      const at = within(view, place(hours * HOUR, oldest));
      if (at === null || at < gap / 2 || at > 1 - gap / 2) continue;
      if (found.every((mark) => Math.abs(mark.at - at) >= gap)) found.push({ at, label });
    }
  };
  add((label) => round.has(label));
  add(() => true);
  return found.sort((a, b) => a.at - b.at);
}

/** Height of a bar of `bytes` when the largest has `largest`: never nothing, by the square root. */
export function height(bytes: number, largest: number): number {
  if (largest <= 0) return 0.12;
  return Math.max(0.12, Math.sqrt(bytes / largest));
}
