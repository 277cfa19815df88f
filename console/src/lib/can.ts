// What may be done now, and if not, why: one function per action, each a mirror of a rule of the
// server, named by its id. Menus, buttons, palette and keys all ask here; the server stays the judge.
import type { Backup, Disk, Server, Task, Vault, VaultRef } from '../api/types';
import type { Key } from '../messages';
import { isCreating, isOpen } from './status';

export interface Reason {
  key: Key;
  values?: Record<string, string | number>;
  /** A reason in the server's own words, shown as it is. */
  text?: string;
}
/** Allowed, or why not. */
export type Verdict = { ok: true } | { reason: Reason };

const ok: Verdict = { ok: true };
const no = (key: Key, values?: Record<string, string | number>): Verdict => ({
  reason: values ? { key, values } : { key },
});
export const allowed = (verdict: Verdict): verdict is { ok: true } => 'ok' in verdict;

/** From this progress on, in percent, the instant of a backup is settled. */
const SETTLED_PERCENT = 10;

const isBackup = (task: Task): boolean => task.kind === 'backup';
const isRestore = (task: Task): boolean => task.kind === 'restore';
const busy = (task: Task | null): task is Task => task !== null && isOpen(task.state);

/** Why a task keeps the resource. */
function busyWith(task: Task): Verdict {
  if (isRestore(task)) return no('reason.restore_runs', { percent: task.progress });
  if (isBackup(task)) {
    return no('reason.backup_runs', { name: task.backup?.name ?? task.id, percent: task.progress });
  }
  return no('reason.task_runs');
}

/** Create Server Backup: BKP-02, BKP-04. Whether a vault is there is asked later (CORE-10). */
export function backupServer(server: Server): Verdict {
  if (server.status !== 'ACTIVE' && server.status !== 'SHUTOFF') return no('reason.server_state');
  if (server.disks.length === 0) return no('reason.no_disk');
  const odd = server.disks.find((disk) => disk.unsupported !== null && !disk.excluded);
  if (odd && server.disks.every((disk) => disk.unsupported !== null)) {
    return {
      reason: { key: 'reason.disk_unsupported', values: { name: odd.name, why: odd.unsupported ?? '' } },
    };
  }
  if (busy(server.task)) return busyWith(server.task);
  return vaultTakes(server.vault);
}

/** Whether the vault, if there is one, takes another backup: VLT states and capacity. */
export function vaultTakes(vault: VaultRef | null): Verdict {
  if (vault === null) return ok;
  if (vault.state !== 'available' && vault.state !== 'lock')
    return no('reason.vault_state', { name: vault.name });
  return ok;
}

/** Whether the vault has room left: a full one is offered with "Expand Capacity". */
export const vaultFull = (vault: Pick<VaultRef, 'used_bytes' | 'size_bytes'> | null): boolean =>
  vault !== null && vault.used_bytes >= vault.size_bytes;

/** Create Disk Backup of one disk: BKP-03. */
export function backupDisk(disk: Disk): Verdict {
  if (disk.unsupported !== null) {
    return { reason: { key: 'reason.disk_unsupported', values: { name: disk.name, why: disk.unsupported } } };
  }
  if (disk.status !== 'available' && disk.status !== 'in-use') {
    if (busy(disk.task)) return busyWith(disk.task);
    return no('reason.disk_state');
  }
  if (busy(disk.task)) return busyWith(disk.task);
  return ok;
}

/** Create Disk Backup from a server's row: some disk of it can be backed up. */
export function backupDisksOf(server: Server): Verdict {
  if (server.disks.length === 0) return no('reason.no_disk');
  const verdicts = server.disks.map(backupDisk);
  return verdicts.some(allowed) ? ok : (verdicts[0] ?? no('reason.no_disk'));
}

/** Start. */
export function startServer(server: Server): Verdict {
  if (server.status === 'ACTIVE') return no('reason.already_running');
  if (server.status !== 'SHUTOFF') return no('reason.server_state_power');
  if (busy(server.task) && isRestore(server.task)) return busyWith(server.task);
  return ok;
}

/** Stop and Restart, CORE-18: while a backup is at 10 % or below, not. The server's flag decides. */
export function stopServer(server: Server): Verdict {
  if (server.status === 'SHUTOFF') return no('reason.already_stopped');
  if (server.status !== 'ACTIVE') return no('reason.server_state_power');
  if (busy(server.task) && isRestore(server.task)) return busyWith(server.task);
  if (!server.restart_allowed) {
    const task = server.task;
    if (task && isBackup(task)) {
      return no('reason.restart_too_early', { name: task.backup?.name ?? task.id, percent: task.progress });
    }
    if (server.restart_reason) return { reason: { key: 'reason.task_runs', text: server.restart_reason } };
    return no('reason.task_runs');
  }
  return ok;
}
export const restartServer = stopServer;

/** Restore Server, Restore Disk: RST-01, RST-02. */
export function restoreBackup(backup: Pick<Backup, 'state' | 'can_restore' | 'resource_status'>): Verdict {
  if (isCreating(backup.state)) return no('reason.backup_not_ready');
  if (backup.state !== 'available') return no('reason.backup_not_available');
  if (!backup.can_restore) return no('reason.backup_cannot_restore');
  if (backup.resource_status === 'ERROR') return no('reason.server_faulty');
  return ok;
}

/** Create Disk, Create Server: from a backup that can be read, whatever became of its server. */
export function createFrom(backup: Pick<Backup, 'state' | 'can_restore'>): Verdict {
  if (isCreating(backup.state)) return no('reason.backup_not_ready');
  // One that is being restored can be read by others too.
  if (backup.state !== 'available' && backup.state !== 'restoring') return no('reason.backup_not_available');
  if (backup.state === 'available' && !backup.can_restore) return no('reason.backup_cannot_restore');
  return ok;
}

/** Create Image of a server's backup: BKP-30 for one that is still being made. */
export function createImage(backup: Pick<Backup, 'state' | 'progress' | 'system_disk'>): Verdict {
  if (!backup.system_disk) return no('reason.no_system_disk');
  if (backup.state === 'protecting' && backup.progress > SETTLED_PERCENT) return ok;
  if (isCreating(backup.state)) return no('reason.backup_not_ready');
  if (!['available', 'waiting_restore', 'restoring'].includes(backup.state))
    return no('reason.backup_not_available');
  return ok;
}

/** Create Image of a server: it is backed up for that, into the vault that it is in. */
export function createImageOf(server: Server): Verdict {
  const verdict = backupServer(server);
  if (!allowed(verdict)) return verdict;
  return server.vault ? ok : no('reason.image_no_vault');
}

/** Delete a backup. */
export function deleteBackup(backup: Pick<Backup, 'state' | 'locked' | 'expires_at'>): Verdict {
  if (backup.locked) return no('reason.backup_locked');
  if (backup.state !== 'available' && backup.state !== 'error') return no('reason.backup_busy');
  return ok;
}

/** Share Backup: SHR-11. */
export function shareBackup(backup: Pick<Backup, 'state'>): Verdict {
  return backup.state === 'available' ? ok : no('reason.share_state');
}

/** Perform Backup from a vault. */
export function backupVault(vault: Vault): Verdict {
  if (vault.state !== 'available' && vault.state !== 'lock')
    return no('reason.vault_state', { name: vault.name });
  if (vault.resource_count === 0) return no('reason.vault_empty');
  return ok;
}

/** Cancel a task: TSK rules; the server says whether it still can. */
export function cancelTask(task: Task): Verdict {
  if (!isOpen(task.state)) return no('reason.task_ended');
  if (task.cancel_requested) return no('reason.cancel_requested');
  if (!task.can_cancel) return no('reason.cannot_cancel');
  return ok;
}

/** Whether a vault can take these resources: type, state, room, 256 at most. */
export function vaultFits(vault: Vault, kind: 'server' | 'disk', bytes: number, count: number): Verdict {
  if (vault.type !== kind) return no('reason.vault_type');
  if (vault.state !== 'available' && vault.state !== 'lock')
    return no('reason.vault_state', { name: vault.name });
  if (vault.resource_count + count > 256) return no('reason.vault_count');
  if (!vault.auto_expand && vault.used_bytes + 0 >= vault.size_bytes) return no('reason.vault_full');
  if (!vault.auto_expand && vault.allocated_bytes + bytes > vault.size_bytes) return no('reason.vault_room');
  return ok;
}
