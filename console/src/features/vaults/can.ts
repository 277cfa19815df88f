// What may be done with a vault, each a mirror of a rule of the server.
import type { Vault, VaultResource } from '../../api/types';
import type { Verdict } from '../../lib/can';
import type { Key } from '../../messages';

const ok: Verdict = { ok: true };
const no = (key: Key, values?: Record<string, string | number>): Verdict => ({
  reason: values ? { key, values } : { key },
});
const usable = (vault: Vault): boolean => vault.state === 'available' || vault.state === 'lock';
const notUsable = (vault: Vault): Verdict => no('reason.vault_state', { name: vault.name });

/** Most resources of one vault (VLT limits). */
export const mostResources = 256;
/** Smallest and largest capacity of a vault in GiB. */
export const capacities = { least: 10, most: 10_485_760 } as const;

/** Associate: state and count. */
export function associateTo(vault: Vault): Verdict {
  if (!usable(vault)) return notUsable(vault);
  if (vault.protect_type === 'replication') return no('reason.vault_replicas');
  if (vault.resource_count >= mostResources) return no('reason.vault_count');
  return ok;
}

/** Import Backup: as Perform Backup, of whatever the archive is of. */
export function importInto(vault: Vault): Verdict {
  if (vault.protect_type === 'replication') return no('reason.vault_replicas');
  if (!usable(vault)) return notUsable(vault);
  return vault.used_bytes >= vault.size_bytes ? no('reason.vault_full') : ok;
}

/** Expand Capacity: only while Available. */
export function expand(vault: Vault): Verdict {
  return vault.state === 'available' ? ok : notUsable(vault);
}

/** Rename and settings: not while it is deleted or frozen. */
export function change(vault: Vault): Verdict {
  return vault.state === 'deleting' || vault.state === 'frozen' ? notUsable(vault) : ok;
}

/** Enable Backup Locking: once, for ever. */
export function lock(vault: Vault): Verdict {
  if (vault.locked) return no('reason.vault_is_locked');
  return change(vault);
}

/** Delete: locked vaults with backups made by a policy are refused by the server alone, which counts them. */
export function remove(vault: Vault): Verdict {
  if (vault.state === 'deleting') return no('reason.vault_deleting');
  return vault.state === 'available' || vault.state === 'error' ? ok : notUsable(vault);
}

/** Dissociate a resource: a locked vault keeps what is in it. */
export function dissociateFrom(vault: Vault, resource?: Pick<VaultResource, 'state'>): Verdict {
  if (!usable(vault) && vault.state !== 'error') return notUsable(vault);
  if (vault.locked) return no('reason.vault_keeps');
  if (resource && resource.state !== 'available' && resource.state !== 'error') return no('reason.task_runs');
  return ok;
}

/** Apply Backup Policy: a vault of backups, not while it is deleted or frozen. */
export function applyPolicy(vault: Vault): Verdict {
  if (vault.protect_type !== 'backup') return no('reason.vault_replicas');
  return change(vault);
}

/** Enable or disable Automatic Association: a vault of backups, not while it is deleted or frozen. */
export const autoAssociate = applyPolicy;

/** Migrate: as dissociating, the backups go along. */
export function migrateFrom(vault: Vault, resource?: Pick<VaultResource, 'state'>): Verdict {
  if (!usable(vault)) return notUsable(vault);
  if (vault.locked) return no('reason.vault_keeps');
  if (resource && resource.state !== 'available' && resource.state !== 'error') return no('reason.task_runs');
  return ok;
}

/** The vault that resources with their backups are to move to: state, count, room for both. */
export function migrateTo(
  vault: Vault,
  resources: readonly Pick<VaultResource, 'size_bytes'>[],
  bytes: number,
): Verdict {
  if (!usable(vault)) return notUsable(vault);
  if (vault.protect_type === 'replication') return no('reason.vault_replicas');
  if (vault.resource_count + resources.length > mostResources) return no('reason.vault_count');
  const allocated = resources.reduce((sum, each) => sum + each.size_bytes, vault.allocated_bytes);
  if (allocated > vault.size_bytes || (bytes > 0 && vault.used_bytes + bytes >= vault.size_bytes))
    return no('reason.vault_room');
  return ok;
}
