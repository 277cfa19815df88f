// All that matters of a project, on one page.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import type { components } from './schema';

export type UnsafeReason = components['schemas']['UnsafeReason'];
export type UnsafeGroup = components['schemas']['UnsafeGroup'];
export type Overview = components['schemas']['Overview'];

export const overview = (project: string) =>
  queryOptions({
    queryKey: ['overview', project] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/overview', { path: { project_id: project }, signal }),
    refetchInterval: 60_000,
  });
