// Layout of the capacity chart: a step curve, since a value holds until the next sample.
import type { HistoryPoint } from '../../api/vaults';

export interface Chart {
  /** Top of the scale in bytes. */
  top: number;
  /** Path of the used bytes, in a box of 1000 x 100. */
  used: string;
  /** The same, closed down to zero. */
  area: string;
  /** Path of the capacity, if it lies within the scale; else null. */
  size: string | null;
}

/** A round number not below `bytes`, for the top of a scale: 1, 2, 5 or 10 of a power of two's unit. */
export function roundTop(bytes: number): number {
  if (bytes <= 0) return 1024;
  const unit = 1024 ** Math.floor(Math.log2(bytes) / 10);
  const value = bytes / unit;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10;
  return step * power * unit;
}

/** Lays the samples out between two times. The capacity is drawn unless it dwarfs what is used. */
export function layOut(points: readonly HistoryPoint[], from: number, to: number): Chart {
  const used = Math.max(0, ...points.map((point) => point.used_bytes));
  const size = Math.max(0, ...points.map((point) => point.size_bytes));
  const withSize = size <= used * 4;
  const top = roundTop(withSize ? Math.max(used, size) : used);
  const x = (at: string) => round(Math.min(1, Math.max(0, (Date.parse(at) - from) / (to - from))) * 1000);
  const y = (bytes: number) => round(100 - (bytes / top) * 100);
  const steps = (value: (point: HistoryPoint) => number): string => {
    let path = '';
    for (const point of points) {
      path += path === '' ? `M${x(point.at)} ${y(value(point))}` : `H${x(point.at)}V${y(value(point))}`;
    }
    return path === '' ? '' : `${path}H1000`;
  };
  const curve = steps((point) => point.used_bytes);
  const start = points[0] ? x(points[0].at) : 0;
  return {
    top,
    used: curve,
    area: curve === '' ? '' : `${curve}V100H${start}Z`,
    size: withSize && size > 0 ? steps((point) => point.size_bytes) : null,
  };
}

const round = (value: number): number => Math.round(value * 10) / 10;
