// What pages ask the server for, with one key per question. Live events patch these caches by id.
import { keepPreviousData, QueryClient, queryOptions } from '@tanstack/react-query';
import { ApiFailure, ask, call } from './client';
import type { components } from './schema';
import type { Kind, Kinds, Page, Session } from './types';

type Schemas = components['schemas'];

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      // A refusal stays one; a server that does not answer is asked twice more.
      retry: (count, error) =>
        count < 2 && error instanceof ApiFailure && (error.status === 0 || error.status >= 502),
    },
  },
});

const plural: Record<Kind, string> = {
  server: 'servers',
  disk: 'disks',
  vault: 'vaults',
  backup: 'backups',
  task: 'tasks',
};

export const base = (project: string): string => `/coffer/v1/${encodeURIComponent(project)}`;

/** Filter of a list: property to wanted values; several of one property mean "or". */
export type Filter = Record<string, string | number | boolean | readonly string[] | null | undefined>;

export interface ListQuery {
  q?: string | undefined;
  sort?: string | undefined;
  limit?: number | undefined;
  marker?: string | undefined;
  filter?: Filter | undefined;
}

function search(query: ListQuery): string {
  const parts = new URLSearchParams();
  if (query.q) parts.set('q', query.q);
  if (query.sort) parts.set('sort', query.sort);
  parts.set('limit', String(query.limit ?? 50));
  if (query.marker) parts.set('marker', query.marker);
  for (const [name, value] of Object.entries(query.filter ?? {})) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values)
      if (one !== undefined && one !== null && one !== '') parts.append(name, String(one));
  }
  return parts.toString();
}

/** Rows asked for at once where all are wanted: the server's largest page. */
const LARGEST_PAGE = 1000;

async function page<K extends Kind>(
  kind: K,
  project: string,
  query: ListQuery,
  signal?: AbortSignal,
): Promise<Page<Kinds[K]>> {
  const path = `${base(project)}/${plural[kind]}?${search(query)}`;
  const answer = await call<Record<string, unknown>>('GET', path, undefined, signal);
  const items = answer[plural[kind]] as Kinds[K][];
  return {
    items,
    total: Number(answer.total ?? items.length),
    next: (answer.next as string | null) ?? null,
  };
}

/** All rows of a list, page by page: at most `most`. */
export async function everything<K extends Kind>(
  kind: K,
  project: string,
  query: ListQuery,
  most = Number.POSITIVE_INFINITY,
): Promise<Kinds[K][]> {
  const rows: Kinds[K][] = [];
  let marker: string | null = null;
  do {
    const limit = Math.min(LARGEST_PAGE, most - rows.length);
    const found: Page<Kinds[K]> = await page(kind, project, {
      ...query,
      limit,
      marker: marker ?? undefined,
    });
    rows.push(...found.items);
    marker = found.next;
  } while (marker !== null && rows.length < most);
  return rows;
}

/** One page of a list. */
export function list<K extends Kind>(kind: K, project: string, query: ListQuery = {}) {
  return queryOptions({
    queryKey: ['list', kind, project, query] as const,
    queryFn: ({ signal }) => page(kind, project, query, signal),
    placeholderData: keepPreviousData,
  });
}

/** One object with all its parts. */
export function one<K extends Kind>(kind: K, project: string, id: string) {
  return queryOptions({
    queryKey: ['one', kind, project, id] as const,
    queryFn: ({ signal }) =>
      call<Kinds[K]>('GET', `${base(project)}/${plural[kind]}/${encodeURIComponent(id)}`, undefined, signal),
  });
}

export const sessionQuery = queryOptions({
  queryKey: ['session'] as const,
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return await ask('GET', '/coffer/v1/session', { signal });
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

export type BackupEstimateRequest = Schemas['BackupEstimateRequest'];

export function backupEstimate(project: string, request: BackupEstimateRequest) {
  return queryOptions({
    queryKey: ['estimate', 'backup', project, request] as const,
    queryFn: ({ signal }) =>
      ask('POST', '/coffer/v1/{project_id}/estimates/backup', {
        path: { project_id: project },
        body: request,
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    enabled: request.resources.length > 0,
  });
}

export type RestoreEstimateRequest = Schemas['RestoreEstimateRequest'];

export function restoreEstimate(project: string, request: RestoreEstimateRequest) {
  return queryOptions({
    queryKey: ['estimate', 'restore', project, request] as const,
    queryFn: ({ signal }) =>
      ask('POST', '/coffer/v1/{project_id}/estimates/restore', {
        path: { project_id: project },
        body: request,
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  });
}

export type Found = Schemas['FoundObject'];

export const findObjects = (project: string, q: string, signal?: AbortSignal): Promise<Found[]> =>
  ask('GET', '/coffer/v1/{project_id}/search', {
    path: { project_id: project },
    query: { q },
    ...(signal ? { signal } : {}),
  }).then((answer) => answer.objects);
