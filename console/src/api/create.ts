// New disks and servers from backups: one's own, and those that were accepted from others.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { everything, queryClient } from './queries';
import type { components } from './schema';
import type { Task } from './types';

type Schemas = components['schemas'];
export type NewDisk = Schemas['NewDisk'];
export type NewServer = Schemas['NewServer'];
/** A backup as the CBR API shows it: to its project, and to those it is shared with. */
export type Source = Schemas['BackupBody'];

export const sourceQuery = (project: string, id: string) =>
  queryOptions({
    queryKey: ['source', project, id] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/v3/{project_id}/backups/{backup_id}', {
        path: { project_id: project, backup_id: id },
        signal,
      }),
    select: (answer) => answer.backup,
  });

/** Hosts to make something on: all there are for administrators, for others those they have servers on. */
export const hostNamesQuery = (project: string, all: boolean) =>
  queryOptions({
    queryKey: ['host-names', project, all] as const,
    queryFn: async ({ signal }): Promise<string[]> => {
      const names = all
        ? (await ask('GET', '/coffer/v1/hosts', { signal })).hosts.map((each) => each.name)
        : (await everything('server', project, {})).map((each) => each.host);
      return [...new Set(names)].sort();
    },
  });

const begun = (project: string): void => {
  for (const kind of ['server', 'disk', 'task'])
    void queryClient.invalidateQueries({ queryKey: ['list', kind, project] });
};

/** Begins to make a disk, and gives the task that makes it. */
export async function createDisk(project: string, disk: NewDisk): Promise<Task> {
  const answer = await ask('POST', '/coffer/v1/{project_id}/disks', {
    path: { project_id: project },
    body: { disk },
  });
  begun(project);
  return answer.task;
}

/** Begins to make a server, and gives the task that makes it. */
export async function createServer(project: string, server: NewServer): Promise<Task> {
  const answer = await ask('POST', '/coffer/v1/{project_id}/servers', {
    path: { project_id: project },
    body: { server },
  });
  begun(project);
  return answer.task;
}
