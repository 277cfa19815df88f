// Which disk's backup may go onto which disk: a mirror of the server's rules (RST-01 to RST-13).
import type { Backup, BackupDisk, Disk } from '../../api/types';
import type { Key } from '../../messages';

/** Disk backup to the disk it goes onto; what is absent is left out. */
export type Destinations = Readonly<Record<string, string>>;

/** Why this disk cannot take this disk's backup; null if it can. */
export function destinationReason(
  backup: Pick<Backup, 'type' | 'resource_id'>,
  source: BackupDisk,
  target: Disk,
  taken: boolean,
): Key | null {
  if (backup.type === 'server' && target.server && target.server.id !== backup.resource_id)
    return 'restore.other_server';
  if (target.unsupported !== null) return 'restore.unsupported';
  if (target.system && !source.system) return 'restore.not_system';
  if (target.size_bytes < source.size_bytes) return 'restore.too_small';
  if (taken) return 'restore.taken';
  const states = ['available', 'in-use', 'error_restoring'];
  return states.includes(target.status) ? null : 'restore.state';
}

/** Every disk back to where it came from, as far as that is there. */
export const home = (backup: Pick<Backup, 'disks'>): Destinations =>
  Object.fromEntries(backup.disks.map((disk) => [disk.id, disk.disk_id]));

/** The pairs that will be restored: those whose destination is among the disks there are. */
export function pairs(
  backup: Pick<Backup, 'disks'>,
  to: Destinations,
  targets: readonly Disk[],
): { source: BackupDisk; target: Disk }[] {
  return backup.disks.flatMap((source) => {
    const target = targets.find((disk) => disk.id === to[source.id]);
    return target ? [{ source, target }] : [];
  });
}
