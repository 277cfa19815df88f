// Two backups beside each other: which other one to begin with, and how much is not the same.
import type { ChangedDisk, ChangedExtent, Changes } from '../../api/portable';
import type { Backup } from '../../api/types';

/** The one to compare with first: the newest before it, else the oldest after it. */
export function firstOther(
  backup: Pick<Backup, 'id' | 'created_at'>,
  all: readonly Pick<Backup, 'id' | 'created_at'>[],
): string | undefined {
  const others = all
    .filter((each) => each.id !== backup.id)
    .sort((a, b) => b.created_at.localeCompare(a.created_at));
  const before = others.find((each) => each.created_at <= backup.created_at);
  return (before ?? others.at(-1))?.id;
}

/** How a disk differs; `bytes` are those of chunks that do. */
export interface DiskSum {
  id: string;
  name: string;
  size: number | null;
  sizeThen: number | null;
  data: number;
  zero: number;
  /** Percent of the disk that is not the same. */
  percent: number;
}

export const sumOf = (disk: ChangedDisk): DiskSum => {
  const [data, zero] = [disk.changed_data_bytes ?? 0, disk.changed_zero_bytes ?? 0];
  const size = disk.size_bytes ?? 0;
  return {
    id: disk.disk_id,
    name: disk.name,
    size: disk.size_bytes,
    sizeThen: disk.since_size_bytes,
    data,
    zero,
    // The last chunk of a disk counts whole, though the disk may end within it.
    percent: size > 0 ? Math.min(100, ((data + zero) / size) * 100) : 0,
  };
};

/** A stretch with what tells it from others. */
export type Stretch = ChangedExtent & { id: string; name: string };

/** The stretches of all pages, with the names of their disks. */
export function stretches(pages: readonly Changes[]): Stretch[] {
  const names = new Map(pages.flatMap((page) => page.disks).map((disk) => [disk.disk_id, disk.name]));
  return pages
    .flatMap((page) => page.extents)
    .map((extent) => ({
      ...extent,
      id: `${extent.disk_id} ${extent.offset_bytes}`,
      name: names.get(extent.disk_id) ?? extent.disk_id,
    }));
}
