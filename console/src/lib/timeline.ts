// Where restore points stand on a logarithmic axis of age: the last day gets as much room as the
// last months.

const HOUR = 3_600_000;

/** Position of an age on an axis that ends at `oldest`: 0 is now (right), 1 the oldest (left). */
export function place(age: number, oldest: number): number {
  const clamp = Math.max(0, Math.min(age, oldest));
  return Math.log1p(clamp / HOUR) / Math.log1p(Math.max(oldest, HOUR) / HOUR);
}

const marks: [number, string][] = [
  [1, '1h'],
  [6, '6h'],
  [24, '1d'],
  [72, '3d'],
  [168, '7d'],
  [336, '14d'],
  [720, '30d'],
  [1440, '60d'],
  [3600, '150d'],
  [8760, '1y'],
  [26_280, '3y'],
];

/** Marks of the axis that fit at least `gap` (of 1) apart. */
export function axis(oldest: number, gap = 0.08): { at: number; label: string }[] {
  const found: { at: number; label: string }[] = [];
  for (const [hours, label] of marks) {
    const at = place(hours * HOUR, oldest);
    if (hours * HOUR > oldest) break;
    if (at - (found.at(-1)?.at ?? 0) >= gap && at <= 1 - gap / 2) found.push({ at, label });
  }
  return found;
}

/** Height of a bar of `bytes` when the largest has `largest`: never nothing, by the square root. */
export function height(bytes: number, largest: number): number {
  if (largest <= 0) return 0.12;
  return Math.max(0.12, Math.sqrt(bytes / largest));
}
