// What may be done with shares, each a mirror of a rule of the server.
import type { Vault } from '../../api/types';
import type { Verdict } from '../../lib/can';

const ok: Verdict = { ok: true };

/** The vault that a received backup is to show in: SHR-06, SHR-07. */
export function acceptInto(vault: Vault): Verdict {
  if (vault.state !== 'available' && vault.state !== 'lock')
    return { reason: { key: 'reason.vault_state', values: { name: vault.name } } };
  if (vault.protect_type !== 'backup') return { reason: { key: 'reason.vault_replicas' } };
  return vault.used_bytes >= vault.size_bytes ? { reason: { key: 'reason.vault_full' } } : ok;
}
