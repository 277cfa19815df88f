import { describe, expect, it } from 'vitest';
import type { BackupDisk, Disk } from '../../api/types';
import { destinationReason, home, pairs } from './mapping';

const GIB = 1024 ** 3;
const backup = { type: 'server' as const, resource_id: 's1' };
const source = (over: Partial<BackupDisk> = {}): BackupDisk => ({
  id: 'b1',
  disk_id: 'd1',
  name: 'root',
  size_bytes: GIB,
  system: true,
  tracking: null,
  fallback_reason: null,
  new_bytes: 0,
  read_bytes: 0,
  stored_bytes: 0,
  ...over,
});
const target = (over: Partial<Disk> = {}): Disk =>
  ({
    id: 'd1',
    name: 'root',
    size_bytes: GIB,
    status: 'in-use',
    system: true,
    server: { id: 's1', name: 'web', status: 'ACTIVE' },
    unsupported: null,
    ...over,
  }) as Disk;

describe('a destination', () => {
  it('may be the disk itself, or a larger one', () => {
    expect(destinationReason(backup, source(), target(), false)).toBeNull();
    expect(destinationReason(backup, source(), target({ size_bytes: 2 * GIB }), false)).toBeNull();
  });
  it('is refused with its reason', () => {
    const reasons = [
      [source(), target({ size_bytes: GIB - 1 }), false, 'restore.too_small'],
      [source({ system: false }), target(), false, 'restore.not_system'],
      [source(), target(), true, 'restore.taken'],
      [source(), target({ status: 'backing-up' }), false, 'restore.state'],
      [
        source(),
        target({ server: { id: 's2', name: 'db', status: 'ACTIVE' } }),
        false,
        'restore.other_server',
      ],
      [source(), target({ unsupported: 'a CD-ROM' }), false, 'restore.unsupported'],
    ] as const;
    for (const [from, to, taken, why] of reasons)
      expect(destinationReason(backup, from, to, taken)).toBe(why);
  });
  it('of a disk’s backup may be on any server', () => {
    const other = target({ server: { id: 's2', name: 'db', status: 'ACTIVE' } });
    expect(destinationReason({ type: 'disk', resource_id: 'd1' }, source(), other, false)).toBeNull();
  });
});

it('leaves out what has no destination any more', () => {
  const two = { disks: [source(), source({ id: 'b2', disk_id: 'd2', name: 'data', system: false })] };
  expect(pairs(two, home(two), [target()]).map((pair) => pair.source.name)).toEqual(['root']);
});
