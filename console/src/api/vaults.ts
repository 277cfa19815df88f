// What pages about vaults ask and change. Changes go through the CBR API, like everybody's.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components } from './schema';
import type { ResourceKind, Tag, Vault } from './types';

type Schemas = components['schemas'];
export type HistoryPoint = Schemas['HistoryPoint'];
export type { Tag };

/** Samples of what a vault held, oldest first. */
export function vaultHistory(project: string, id: string, days: number) {
  return queryOptions({
    queryKey: ['history', project, id, days] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/vaults/{vault_id}/history', {
        path: { project_id: project, vault_id: id },
        query: { days },
        signal,
      }),
    select: (answer) => answer.points,
  });
}

const types = { server: 'OS::Nova::Server', disk: 'OS::Cinder::Volume' } as const;
const at = (project: string, id: string) => ({ project_id: project, vault_id: id });

export interface NewVault {
  name: string;
  description: string;
  type: ResourceKind;
  size_gib: number;
  resources: { id: string; exclude_volumes?: string[] }[];
  locked: boolean;
  auto_expand: boolean;
  tags: Tag[];
  /** It takes unprotected resources by itself; of those with one of the tags, if there are any. */
  auto_bind?: boolean;
  bind_tags?: Tag[];
  /** The policy to apply; none backs up by hand alone. */
  policy?: string | null;
}

const resource =
  (type: ResourceKind) =>
  (each: { id: string; exclude_volumes?: string[] }): Schemas['ResourceCreate'] => ({
    id: each.id,
    type: types[type],
    ...(each.exclude_volumes?.length ? { extra_info: { exclude_volumes: each.exclude_volumes } } : {}),
  });

/** Creates a vault and gives its id. */
export async function createVault(project: string, vault: NewVault): Promise<string> {
  const answer = await ask('POST', '/v3/{project_id}/vaults', {
    path: { project_id: project },
    body: {
      vault: {
        name: vault.name,
        ...(vault.description ? { description: vault.description } : {}),
        billing: {
          object_type: vault.type,
          protect_type: 'backup',
          consistent_level: 'crash_consistent',
          size: vault.size_gib,
        },
        resources: vault.resources.map(resource(vault.type)),
        locked: vault.locked,
        auto_expand: vault.auto_expand,
        ...(vault.policy ? { backup_policy_id: vault.policy } : {}),
        ...(vault.tags.length ? { tags: vault.tags } : {}),
        ...(vault.auto_bind ? { auto_bind: true, bind_rules: { tags: vault.bind_tags ?? [] } } : {}),
      },
    },
  });
  vaultsChanged(project);
  return answer.vault.id;
}

export type VaultChange = Schemas['UpdateVault'];

export async function changeVault(project: string, id: string, change: VaultChange): Promise<void> {
  await ask('PUT', '/v3/{project_id}/vaults/{vault_id}', {
    path: at(project, id),
    body: { vault: change },
  });
  vaultsChanged(project);
}

/** Deletes a vault with all that is in it. */
export async function deleteVault(project: string, id: string): Promise<void> {
  await ask('DELETE', '/v3/{project_id}/vaults/{vault_id}', { path: at(project, id) });
  vaultsChanged(project, id);
}

export async function associate(
  project: string,
  vault: Pick<Vault, 'id' | 'type'>,
  resources: { id: string; exclude_volumes?: string[] }[],
): Promise<void> {
  await ask('POST', '/v3/{project_id}/vaults/{vault_id}/addresources', {
    path: at(project, vault.id),
    body: { resources: resources.map(resource(vault.type)) },
  });
  vaultsChanged(project);
}

/** Takes resources out of a vault; their backups in it are deleted. */
export async function dissociate(project: string, id: string, ids: readonly string[]): Promise<void> {
  await ask('POST', '/v3/{project_id}/vaults/{vault_id}/removeresources', {
    path: at(project, id),
    body: { resource_ids: [...ids] },
  });
  vaultsChanged(project);
}

/** Moves resources with their backups to another vault of the same type. */
export async function migrate(
  project: string,
  from: string,
  to: string,
  ids: readonly string[],
): Promise<void> {
  await ask('POST', '/v3/{project_id}/vaults/{vault_id}/migrateresources', {
    path: at(project, from),
    body: { destination_vault_id: to, resource_ids: [...ids] },
  });
  vaultsChanged(project);
}

/** Sets tags of a vault: a key that is there gets the new value. */
export async function setTags(project: string, id: string, tags: readonly Tag[]): Promise<void> {
  await ask('POST', '/v3/{project_id}/vault/{vault_id}/tags/action', {
    path: at(project, id),
    body: { action: 'create', tags: [...tags] },
  });
  vaultsChanged(project);
}

export async function deleteTag(project: string, id: string, key: string): Promise<void> {
  await ask('DELETE', '/v3/{project_id}/vault/{vault_id}/tags/{key}', {
    path: { ...at(project, id), key },
  });
  vaultsChanged(project);
}

/**
 * What a change of a vault may have changed: events say it too, but not where they are cut off.
 * The vault that is being deleted is not asked for again.
 */
export function vaultsChanged(project: string, deleted?: string): void {
  for (const kind of ['vault', 'server', 'disk', 'backup']) {
    void queryClient.invalidateQueries({ queryKey: ['list', kind, project] });
    void queryClient.invalidateQueries({
      queryKey: ['one', kind, project],
      predicate: (query) => query.queryKey[3] !== deleted,
    });
  }
  void queryClient.invalidateQueries({ queryKey: ['overview', project] });
}
