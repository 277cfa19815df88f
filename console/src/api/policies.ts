// Policies, through the CBR API; their dry run is Coffer's own.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components } from './schema';
import { vaultsChanged } from './vaults';

type Schemas = components['schemas'];
export type Policy = Schemas['PolicyBody'];
export type Definition = Schemas['DefinitionBody'];
export type NewPolicy = Schemas['CreatePolicy'];
export type PolicyChange = Schemas['UpdatePolicy'];
export type Preview = Schemas['PreviewBody'];
export type Run = Schemas['NextRunBody'];

/** Most policies of each type in a project (POL-02). */
export const mostPolicies = 32;

/** How many more backup policies there can be, and of how many: a quota, for both types, may allow fewer. */
export function policiesLeft(
  policies: readonly Pick<Policy, 'operation_type'>[],
  quota: number | null,
): { n: number; all: number } {
  const ofType = mostPolicies - policies.filter((each) => each.operation_type === 'backup').length;
  const ofQuota = quota === null ? ofType : quota - policies.length;
  return { n: Math.max(0, Math.min(ofType, ofQuota)), all: ofQuota < ofType ? (quota ?? 0) : mostPolicies };
}

const at = (project: string, id: string) => ({ project_id: project, policy_id: id });

/** All policies of a project, newest first: at most 64. */
export const policiesQuery = (project: string) =>
  queryOptions({
    queryKey: ['policies', project] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/v3/{project_id}/policies', { path: { project_id: project }, signal }),
    select: (answer) => answer.policies,
    // No event tells of policies; next runs pass by themselves.
    refetchInterval: 30_000,
  });

/** What a stored policy does in the next 30 days in the vaults it is applied to. */
export const policyPreview = (project: string, id: string) =>
  queryOptions({
    queryKey: ['preview', project, id] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/policies/{policy_id}/preview', {
        path: at(project, id),
        signal,
      }),
    select: (answer) => answer.preview,
    refetchInterval: 60_000,
  });

export interface DryRun {
  policy: NewPolicy;
  /** The stored policy whose place it would take. */
  id?: string | undefined;
  /** The vaults to look at; those of the stored policy where absent. */
  vaults?: string[] | undefined;
}

const preview = (project: string, run: DryRun, signal?: AbortSignal) =>
  ask('POST', '/coffer/v1/{project_id}/policies/preview', {
    path: { project_id: project },
    body: {
      policy: run.policy,
      ...(run.id ? { policy_id: run.id } : {}),
      ...(run.vaults ? { vault_ids: run.vaults } : {}),
    },
    ...(signal ? { signal } : {}),
  });

/** What a policy would do that is not stored, or not yet in that form. */
export const dryRun = (project: string, run: DryRun | null) =>
  queryOptions({
    queryKey: ['preview', project, run] as const,
    queryFn: ({ signal }) => preview(project, run as DryRun, signal),
    select: (answer) => answer.preview,
    enabled: run !== null,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });

const DAY = 24 * 3600 * 1000;

/** Backups that would go within a day of now, if any: such a change asks first. */
export async function goingSoon(project: string, run: DryRun): Promise<Preview | null> {
  const { preview: found } = await preview(project, run);
  const limit = Date.now() + DAY;
  const deletions = found.deletions.filter((each) => Date.parse(each.at) <= limit);
  return deletions.length ? { ...found, deletions } : null;
}

/** A stored policy as its dry run takes it. */
export const asNew = (policy: Policy): NewPolicy => ({
  name: policy.name,
  enabled: policy.enabled,
  operation_type: policy.operation_type,
  operation_definition: policy.operation_definition,
  trigger: {
    properties: {
      pattern: policy.trigger.properties.pattern,
      timezone: policy.trigger.properties.timezone ?? null,
      start_window_minutes: policy.trigger.properties.start_window_minutes ?? null,
    },
  },
});

/** Creates a policy and gives its id. */
export async function createPolicy(project: string, policy: NewPolicy): Promise<string> {
  const answer = await ask('POST', '/v3/{project_id}/policies', {
    path: { project_id: project },
    body: { policy },
  });
  policiesChanged(project);
  return answer.policy.id;
}

export async function changePolicy(project: string, id: string, change: PolicyChange): Promise<void> {
  await ask('PUT', '/v3/{project_id}/policies/{policy_id}', {
    path: at(project, id),
    body: { policy: change },
  });
  policiesChanged(project);
}

export async function deletePolicy(project: string, id: string): Promise<void> {
  await ask('DELETE', '/v3/{project_id}/policies/{policy_id}', { path: at(project, id) });
  policiesChanged(project);
}

/** Applies a policy to a vault, in place of the one it has. */
export async function applyPolicy(project: string, vault: string, policy: string): Promise<void> {
  await ask('POST', '/v3/{project_id}/vaults/{vault_id}/associatepolicy', {
    path: { project_id: project, vault_id: vault },
    body: { policy_id: policy },
  });
  policiesChanged(project);
}

/** Removes a policy from a vault. Its backups stay. */
export async function removePolicy(project: string, vault: string, policy: string): Promise<void> {
  await ask('POST', '/v3/{project_id}/vaults/{vault_id}/dissociatepolicy', {
    path: { project_id: project, vault_id: vault },
    body: { policy_id: policy },
  });
  policiesChanged(project);
}

function policiesChanged(project: string): void {
  void queryClient.invalidateQueries({ queryKey: ['policies', project] });
  void queryClient.invalidateQueries({ queryKey: ['preview', project] });
  vaultsChanged(project);
}
