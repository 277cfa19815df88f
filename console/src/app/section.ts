// Which page of the left side an object's page belongs to, where its address does not say it: a
// vault's or a backup's does not tell servers from disks.
import { useEffect, useSyncExternalStore } from 'react';

let current: string | null = null;
const listeners = new Set<() => void>();

function set(next: string | null): void {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

/** Marks a page of the left side as long as the caller is shown; null while it is not known. */
export function useSection(to: string | null): void {
  useEffect(() => {
    set(to);
    return () => set(null);
  }, [to]);
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The page that is marked so. */
export const useCurrentSection = (): string | null => useSyncExternalStore(subscribe, () => current);

/** The lists of server or disk backups and their vaults. */
export const backupsSection = (server: boolean) =>
  server ? ('/p/$project/server-backups' as const) : ('/p/$project/disk-backups' as const);
