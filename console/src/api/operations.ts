// What is kept of the past, who is told what, and what a project may have.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components, operations } from './schema';

type Schemas = components['schemas'];
export type AuditEvent = Schemas['AuditEvent'];
export type AuditResult = Schemas['AuditResult'];
export type Subscription = Schemas['Subscription'];
export type SubscriptionBody = Schemas['SubscriptionBody'];
export type Delivery = Schemas['Delivery'];
export type EventName = Schemas['EventName'];
export type QuotaUses = Schemas['QuotaUses'];
export type Quotas = Schemas['Quotas'];

/** What narrows the audit trail: one value of each property. */
export interface AuditFilter {
  user?: string | undefined;
  action?: string | undefined;
  resource?: string | undefined;
  resource_type?: string | undefined;
  kind?: string | undefined;
  result?: string | undefined;
  request_id?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  /** For those who may not see the whole domain. */
  project_id?: string | undefined;
}

type AuditQuestion = NonNullable<operations['list_audit']['parameters']['query']>;

const auditPage = (filter: AuditFilter, limit: number, marker: string | null, signal?: AbortSignal) =>
  ask('GET', '/coffer/v1/audit', {
    query: { ...filter, limit, ...(marker ? { marker } : {}) } as AuditQuestion,
    ...(signal ? { signal } : {}),
  });

/** What was done, newest first, page by page. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['admin', 'audit', filter] as const,
    initialPageParam: null as string | null,
    queryFn: ({ signal, pageParam }) => auditPage(filter, 50, pageParam, signal),
    getNextPageParam: (page) => page.next_marker ?? null,
  });

/** All that was done and fits the filter: at most `most` events. */
export async function auditEvents(filter: AuditFilter, most: number): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  let marker: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof auditPage>> = await auditPage(
      filter,
      Math.min(1000, most - events.length),
      marker,
    );
    events.push(...page.events);
    marker = page.next_marker;
  } while (marker !== null && events.length < most);
  return events;
}

const subscriptions = (project: string) => ['subscriptions', project] as const;
const at = (project: string, id: string) => ({ project_id: project, subscription_id: id });

export const subscriptionsQuery = (project: string) =>
  queryOptions({
    queryKey: subscriptions(project),
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/subscriptions', { path: { project_id: project }, signal }),
    select: (answer) => answer.subscriptions,
  });

/** A subscription with the newest messages to it. */
export const subscriptionQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: [...subscriptions(project), id] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/subscriptions/{subscription_id}', {
        path: at(project, id),
        signal,
      }),
    refetchInterval: 3000,
  });

const subscriptionsChanged = (project: string) =>
  queryClient.invalidateQueries({ queryKey: subscriptions(project) });

export async function createSubscription(project: string, subscription: SubscriptionBody): Promise<void> {
  await ask('POST', '/coffer/v1/{project_id}/subscriptions', {
    path: { project_id: project },
    body: { subscription },
  });
  await subscriptionsChanged(project);
}

export async function changeSubscription(
  project: string,
  id: string,
  subscription: SubscriptionBody,
): Promise<void> {
  await ask('PATCH', '/coffer/v1/{project_id}/subscriptions/{subscription_id}', {
    path: at(project, id),
    body: { subscription },
  });
  await subscriptionsChanged(project);
}

export async function deleteSubscription(project: string, id: string): Promise<void> {
  await ask('DELETE', '/coffer/v1/{project_id}/subscriptions/{subscription_id}', { path: at(project, id) });
  await subscriptionsChanged(project);
}

export async function testSubscription(project: string, id: string): Promise<void> {
  await ask('POST', '/coffer/v1/{project_id}/subscriptions/{subscription_id}/test', {
    path: at(project, id),
  });
  await subscriptionsChanged(project);
}

/** What a project may have, and has. */
export const quotasQuery = (project: string) =>
  queryOptions({
    queryKey: ['quotas', project] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/quotas', { path: { project_id: project }, signal }),
    select: (answer) => answer.quotas,
  });

/** The same for administrators, who need no role in the project. */
export const quotasOfQuery = (project: string) =>
  queryOptions({
    queryKey: ['quotas', project, 'admin'] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/projects/{project_id}/quotas', { path: { project_id: project }, signal }),
    select: (answer) => answer.quotas,
  });

export async function setQuotas(project: string, quotas: Quotas): Promise<void> {
  await ask('PUT', '/coffer/v1/projects/{project_id}/quotas', {
    path: { project_id: project },
    body: { quotas },
  });
  await queryClient.invalidateQueries({ queryKey: ['quotas', project] });
}
