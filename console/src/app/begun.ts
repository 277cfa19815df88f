// Backups and restores begun in this tab, until they end. The shell follows them and says how they
// ended, since the dialog that began one is closed by then, and the page may be another.
import { useSyncExternalStore } from 'react';
import { store } from '../lib/store';

export interface BegunBackup {
  kind: 'backup';
  /** The restore points that the backups belong to: one of each vault. */
  checkpoints: readonly string[];
  type: 'server' | 'disk';
}

export interface BegunRestore {
  kind: 'restore';
  /** The task that does it. */
  task: string;
  /** The backup that is restored. */
  backup: string;
  /** Name of what is restored. */
  name: string;
  type: 'server' | 'disk';
}

export type Begun = BegunBackup | BegunRestore;

const begun = store<readonly Begun[]>([]);

export const hasBegun = (what: Begun): void => begun.set([...begun.get(), what]);
export const hasEnded = (what: Begun): void => begun.set(begun.get().filter((each) => each !== what));

export const useBegun = (): readonly Begun[] => useSyncExternalStore(begun.subscribe, begun.get);
