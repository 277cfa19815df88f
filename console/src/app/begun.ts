// Backups and restores begun in this tab, until they end. The shell follows them and says how they
// ended, since the dialog that began one is closed by then, and the page may be another.
import { useSyncExternalStore } from 'react';

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

let begun: readonly Begun[] = [];
const listeners = new Set<() => void>();
const set = (next: readonly Begun[]): void => {
  begun = next;
  for (const listener of listeners) listener();
};

export const hasBegun = (what: Begun): void => set([...begun, what]);
export const hasEnded = (what: Begun): void => set(begun.filter((each) => each !== what));

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};
export const useBegun = (): readonly Begun[] => useSyncExternalStore(subscribe, () => begun);
