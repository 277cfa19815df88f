// Create a vault, associate, back up: each step is remembered, so that Retry continues where it failed.
import { call } from '../../api/client';
import { queryClient } from '../../api/queries';
import { GIB, wholeGib } from '../../lib/sizes';

export interface Resource {
  id: string;
  name: string;
  kind: 'server' | 'disk';
  size: number;
  /** Disks of a server that are left out. */
  exclude: string[];
  /** Vault that holds it already. */
  vault: string | null;
}

export interface NewVault {
  name: string;
  size: number;
  expand: boolean;
  lock: boolean;
}

export interface Plan {
  project: string;
  resources: Resource[];
  name: string;
  description: string;
  full: boolean;
  /** Vault for what has none: one that exists, or one to make. */
  target: { id: string; name: string } | { create: NewVault } | null;
}

/** What has been done by now. */
export interface Done {
  vault?: { id: string; name: string };
  associated?: boolean;
  /** Vaults whose backup has started. */
  started: string[];
  /** How many backups have started. */
  taken: number;
  skipped: { name: string; reason: string }[];
  /** The restore points they belong to. */
  checkpoints: string[];
}

const apiKind = (kind: 'server' | 'disk'): string =>
  kind === 'server' ? 'OS::Nova::Server' : 'OS::Cinder::Volume';

const detail = (resource: Resource) => ({
  id: resource.id,
  type: apiKind(resource.kind),
  ...(resource.exclude.length ? { extra_info: { exclude_volumes: resource.exclude } } : {}),
});

/**
 * The request that starts the backup of resources of one vault. `taken`: how many the vaults before it
 * took: the numbers behind the name go on over all vaults.
 */
export function checkpointRequest(plan: Plan, vault: string, resources: Resource[], taken: number) {
  return {
    checkpoint: {
      vault_id: vault,
      parameters: {
        name: plan.name,
        ...(plan.resources.length > 1 ? { first_number: taken + 1 } : {}),
        description: plan.description,
        incremental: !plan.full,
        auto_trigger: false,
        resource_details: resources.map(detail),
      },
    },
  };
}

/** The request that makes the vault for what has none. */
export function vaultRequest(vault: NewVault, kind: Resource['kind']) {
  return {
    vault: {
      name: vault.name,
      billing: {
        object_type: kind,
        protect_type: 'backup',
        consistent_level: kind === 'server' ? 'app_consistent' : 'crash_consistent',
        size: vault.size,
      },
      resources: [],
      auto_expand: vault.expand,
      locked: vault.lock,
    },
  };
}

/** The request that associates resources with a vault. */
export const associateRequest = (resources: readonly Resource[]) => ({
  resources: resources.map((each) => ({ id: each.id, type: apiKind(each.kind) })),
});

/** Vaults that take part, each with its resources; the chosen one takes what has none. */
export function byVault(resources: readonly Resource[], target: string): Map<string, Resource[]> {
  const groups = new Map<string, Resource[]>();
  for (const resource of resources) {
    const vault = resource.vault ?? target;
    groups.set(vault, [...(groups.get(vault) ?? []), resource]);
  }
  return groups;
}

/** Least capacity for these resources, and what is proposed: twice that, at least 100 GiB. */
export function capacityFor(resources: readonly Resource[]): { least: number; proposed: number } {
  const least = Math.max(10, wholeGib(resources.reduce((sum, each) => sum + each.size, 0)));
  return { least, proposed: Math.min(10_485_760, Math.max(100, 2 * least)) };
}

export const gib = (count: number): number => count * GIB;

/** Carries the plan out; `done` is filled on the way and says what exists when it fails. */
export async function run(plan: Plan, done: Done): Promise<void> {
  const v3 = `/v3/${encodeURIComponent(plan.project)}`;
  const loose = plan.resources.filter((each) => each.vault === null);
  if (loose.length && plan.target) {
    if ('create' in plan.target && !done.vault) {
      const answer = await call<{ vault: { id: string; name: string } }>(
        'POST',
        `${v3}/vaults`,
        vaultRequest(plan.target.create, loose[0]?.kind ?? 'server'),
      );
      done.vault = { id: answer.vault.id, name: answer.vault.name };
    }
    const id = done.vault?.id ?? ('id' in plan.target ? plan.target.id : '');
    if (!done.associated) {
      await call('POST', `${v3}/vaults/${encodeURIComponent(id)}/addresources`, associateRequest(loose));
      done.associated = true;
    }
  }
  const target = done.vault?.id ?? (plan.target && 'id' in plan.target ? plan.target.id : '');
  for (const [vault, resources] of byVault(plan.resources, target)) {
    if (done.started.includes(vault)) continue;
    const answer = await call<{
      checkpoint: { id: string; vault: { skipped_resources?: { name: string; reason: string }[] } };
    }>('POST', `${v3}/checkpoints`, checkpointRequest(plan, vault, resources, done.taken));
    const skipped = answer.checkpoint.vault.skipped_resources ?? [];
    done.started.push(vault);
    done.taken += resources.length - skipped.length;
    done.checkpoints.push(answer.checkpoint.id);
    done.skipped.push(...skipped);
  }
  for (const kind of ['server', 'disk', 'backup', 'task', 'vault']) {
    void queryClient.invalidateQueries({ queryKey: ['list', kind] });
  }
}
