import { expect, test } from 'vitest';
import { firstOther, stretches, sumOf } from './compare';

const at = (id: string, created_at: string) => ({ id, created_at });

test('a backup is compared with the one before it, the first with the one after', () => {
  const [a, b, c] = [at('a', '2026-01-01'), at('b', '2026-01-02'), at('c', '2026-01-03')];
  expect(firstOther(c, [a, b, c])).toBe('b');
  expect(firstOther(b, [c, a, b])).toBe('a');
  expect(firstOther(a, [c, b, a])).toBe('b');
  expect(firstOther(a, [a])).toBeUndefined();
});

const disk = (changed: number | null, size: number | null) => ({
  disk_id: 'd',
  name: 'vda',
  size_bytes: size,
  since_size_bytes: 100,
  chunk_bytes: 64,
  changed_data_bytes: changed,
  changed_zero_bytes: changed === null ? null : 14,
});

test('sums of disks: of one that is gone, and of a chunk that ends behind the disk', () => {
  expect(sumOf(disk(36, 100))).toMatchObject({ data: 36, zero: 14, percent: 50 });
  expect(sumOf(disk(128, 100)).percent).toBe(100);
  expect(sumOf(disk(0, null))).toMatchObject({ size: null, percent: 0 });
  expect(sumOf(disk(null, 100))).toMatchObject({ data: 0, zero: 0, percent: 0 });
});

test('stretches of several pages are one list, by the names of their disks', () => {
  const page = (offset: number, next: string | null) => ({
    backup_id: 'n',
    since_backup_id: 'o',
    disks: [disk(null, 100)],
    extents: [{ disk_id: 'd', offset_bytes: offset, length_bytes: 64, state: 'data' as const }],
    next,
  });
  const all = stretches([page(0, '0-64'), page(64, null)]);
  expect(all.map((each) => [each.id, each.name])).toEqual([
    ['d 0', 'vda'],
    ['d 64', 'vda'],
  ]);
});
