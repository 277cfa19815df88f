// All that matters of a project, on one page.
import { queryOptions } from '@tanstack/react-query';
import { call } from './client';
import { base } from './queries';
import type { ResourceRef, Task, VaultRef } from './types';

export type UnsafeReason =
  | 'no_vault'
  | 'never_backed_up'
  | 'last_backup_failed'
  | 'backup_too_old'
  | 'vault_full';

export interface UnsafeGroup {
  reason: UnsafeReason;
  severity: 'warning' | 'error';
  /** The first 50. */
  resources: ResourceRef[];
  total: number;
}

export interface Overview {
  servers: { total: number; protected: number };
  disks: { total: number; protected: number };
  unsafe: UnsafeGroup[];
  /** Servers and detached disks that are in one of the groups. */
  unsafe_total: number;
  vaults: { size_bytes: number; used_bytes: number; count: number; list: VaultRef[] };
  running: Task[];
  failures: Task[];
  oldest_last_good_backup: { resource: ResourceRef; at: string } | null;
  next_runs: { at: string; policy_id: string; policy_name: string; vault_id: string; vault_name: string }[];
}

export const overview = (project: string) =>
  queryOptions({
    queryKey: ['overview', project] as const,
    queryFn: ({ signal }) => call<Overview>('GET', `${base(project)}/overview`, undefined, signal),
    refetchInterval: 60_000,
  });
