// Limits of hosts and vaults, recovery keys, and how well resources are protected.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components } from './schema';

type Schemas = components['schemas'];
export type Limits = Schemas['Limits'];
export type Host = Schemas['Host'];
export type RecoveryKey = Schemas['RecoveryKeyAnswer'];
export type Protected = Schemas['ProtectedResource'];

const at = (project: string, id: string) => ({ project_id: project, vault_id: id });

/** The configured hosts, for administrators. */
export const hostsQuery = queryOptions({
  queryKey: ['admin', 'hosts'] as const,
  queryFn: ({ signal }) => ask('GET', '/coffer/v1/hosts', { signal }),
  select: (answer) => answer.hosts,
  // No event tells of what runs on a host.
  refetchInterval: 10_000,
});

/** Sets the limits of a host; none lets the configuration's hold again. */
export async function setHostLimits(name: string, limits: Limits | null): Promise<void> {
  const path = { host_name: name };
  if (limits) await ask('PUT', '/coffer/v1/hosts/{host_name}/limits', { path, body: { limits } });
  else await ask('DELETE', '/coffer/v1/hosts/{host_name}/limits', { path });
  await queryClient.invalidateQueries({ queryKey: ['admin', 'hosts'] });
}

export const vaultLimitsQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ['limits', project, id] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/vaults/{vault_id}/limits', { path: at(project, id), signal }),
  });

/** Sets the limits of a vault; none lifts them. */
export async function setVaultLimits(project: string, id: string, limits: Limits | null): Promise<void> {
  const path = at(project, id);
  if (limits)
    await ask('PUT', '/coffer/v1/{project_id}/vaults/{vault_id}/limits', { path, body: { limits } });
  else await ask('DELETE', '/coffer/v1/{project_id}/vaults/{vault_id}/limits', { path });
  await queryClient.invalidateQueries({ queryKey: ['limits', project, id] });
}

/** What is known of the recovery key of a vault. */
export const recoveryKeyQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ['recovery-key', project, id] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/vaults/{vault_id}/recovery-key', { path: at(project, id), signal }),
  });

const keyChanged = (project: string, id: string) =>
  queryClient.invalidateQueries({ queryKey: ['recovery-key', project, id] });

/** Makes a recovery key and gives it out: it is in this answer and nowhere else. */
export async function makeRecoveryKey(project: string, id: string): Promise<RecoveryKey> {
  const key = await ask('POST', '/coffer/v1/{project_id}/vaults/{vault_id}/recovery-key', {
    path: at(project, id),
  });
  await keyChanged(project, id);
  return key;
}

/** Says that the key that was given out last is kept. */
export async function confirmRecoveryKey(project: string, id: string, fingerprint: string): Promise<void> {
  await ask('PUT', '/coffer/v1/{project_id}/vaults/{vault_id}/recovery-key', {
    path: at(project, id),
    body: { fingerprint },
  });
  await keyChanged(project, id);
}

/** Each resource in a vault with its newest good backup, and what is asked of it. */
export const reportQuery = (project: string) =>
  queryOptions({
    queryKey: ['report', project] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/report', { path: { project_id: project }, signal }),
    refetchInterval: 30_000,
  });

export const objectiveQuery = (project: string) =>
  queryOptions({
    queryKey: ['objective', project] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/objective', { path: { project_id: project }, signal }),
  });

/** Says how old the newest good backup may be at most; null where what the policies say holds. */
export async function setObjective(project: string, hours: number | null): Promise<void> {
  await ask('PUT', '/coffer/v1/{project_id}/objective', { path: { project_id: project }, body: { hours } });
  await queryClient.invalidateQueries({ queryKey: ['objective', project] });
  await queryClient.invalidateQueries({ queryKey: ['report', project] });
  await queryClient.invalidateQueries({ queryKey: ['overview', project] });
}
