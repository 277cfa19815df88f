// What pages about vaults ask and change. Changes go through the CBR API, like everybody's.
import { queryOptions } from '@tanstack/react-query';
import { call } from './client';
import { base, queryClient } from './queries';
import type { ResourceKind, Vault } from './types';

export interface HistoryPoint {
  at: string;
  used_bytes: number;
  size_bytes: number;
}

/** Samples of what a vault held, oldest first. */
export function vaultHistory(project: string, id: string, days: number) {
  return queryOptions({
    queryKey: ['history', project, id, days] as const,
    queryFn: ({ signal }) =>
      call<{ points: HistoryPoint[] }>(
        'GET',
        `${base(project)}/vaults/${encodeURIComponent(id)}/history?days=${days}`,
        undefined,
        signal,
      ),
    select: (answer) => answer.points,
  });
}

const vaults = (project: string, rest = '') => `/v3/${encodeURIComponent(project)}/vaults${rest}`;
const one = (project: string, id: string, rest = '') => vaults(project, `/${encodeURIComponent(id)}${rest}`);

const types = { server: 'OS::Nova::Server', disk: 'OS::Cinder::Volume' } as const;

export interface Tag {
  key: string;
  value: string;
}

export interface NewVault {
  name: string;
  description: string;
  type: ResourceKind;
  size_gib: number;
  resources: { id: string; exclude_volumes?: string[] }[];
  locked: boolean;
  auto_expand: boolean;
  tags: Tag[];
}

const resource = (type: ResourceKind) => (each: { id: string; exclude_volumes?: string[] }) => ({
  id: each.id,
  type: types[type],
  ...(each.exclude_volumes?.length ? { extra_info: { exclude_volumes: each.exclude_volumes } } : {}),
});

/** Creates a vault and gives its id. */
export async function createVault(project: string, vault: NewVault): Promise<string> {
  const answer = await call<{ vault: { id: string } }>('POST', vaults(project), {
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
      ...(vault.tags.length ? { tags: vault.tags } : {}),
    },
  });
  changed(project);
  return answer.vault.id;
}

export interface VaultChange {
  name?: string;
  billing?: { size: number };
  auto_expand?: boolean;
  threshold?: number;
  locked?: boolean;
}

export async function changeVault(project: string, id: string, change: VaultChange): Promise<void> {
  await call('PUT', one(project, id), { vault: change });
  changed(project);
}

/** Deletes a vault with all that is in it. */
export async function deleteVault(project: string, id: string): Promise<void> {
  await call('DELETE', one(project, id));
  changed(project);
}

export async function associate(
  project: string,
  vault: Pick<Vault, 'id' | 'type'>,
  resources: { id: string; exclude_volumes?: string[] }[],
): Promise<void> {
  await call('POST', one(project, vault.id, '/addresources'), {
    resources: resources.map(resource(vault.type)),
  });
  changed(project);
}

/** Takes resources out of a vault; their backups in it are deleted. */
export async function dissociate(project: string, id: string, ids: readonly string[]): Promise<void> {
  await call('POST', one(project, id, '/removeresources'), { resource_ids: ids });
  changed(project);
}

/** What a change of a vault may have changed: events say it too, but not where they are cut off. */
function changed(project: string): void {
  for (const kind of ['vault', 'server', 'disk', 'backup']) {
    void queryClient.invalidateQueries({ queryKey: ['list', kind, project] });
    void queryClient.invalidateQueries({ queryKey: ['one', kind, project] });
  }
  void queryClient.invalidateQueries({ queryKey: ['overview', project] });
}
