// What a backup brought: nothing at all is no failure, and is said in words.
import type { Backup } from '../api/types';
import { type Key, useWords } from '../messages';
import { Size } from '../ui/Size';

type Bytes = Pick<Backup, 'state' | 'incremental' | 'read_bytes' | 'new_bytes'>;

/** Why a finished backup brought no bytes: nothing was read, or all that was read was there already. */
export function broughtNothing({ state, incremental, read_bytes, new_bytes }: Bytes): Key | null {
  if (!incremental || new_bytes > 0 || state === 'error') return null;
  if (state === 'waiting_protect' || state === 'protecting') return null;
  return read_bytes === 0 ? 'kit.nothing_changed' : 'kit.nothing_new';
}

/** The bytes that a backup brought, or that there was nothing to bring. */
export function NewBytes({ backup }: { backup: Bytes }) {
  const { t } = useWords();
  const nothing = broughtNothing(backup);
  return nothing ? <span>{t(nothing as 'kit.nothing_new')}</span> : <Size bytes={backup.new_bytes} />;
}
