// Which page of the left side an object's page belongs to, where its address does not say it: a
// vault's or a backup's does not tell servers from disks.
import { useEffect, useSyncExternalStore } from 'react';
import { store } from '../lib/store';

const current = store<string | null>(null);

/** Marks a page of the left side as long as the caller is shown; null while it is not known. */
export function useSection(to: string | null): void {
  useEffect(() => {
    current.set(to);
    return () => current.set(null);
  }, [to]);
}

/** The page that is marked so. */
export const useCurrentSection = (): string | null => useSyncExternalStore(current.subscribe, current.get);

/** The lists of server or disk backups and their vaults. */
export const backupsSection = (server: boolean) =>
  server ? ('/p/$project/server-backups' as const) : ('/p/$project/disk-backups' as const);
