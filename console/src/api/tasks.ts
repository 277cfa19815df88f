// What pages about tasks ask and change beyond the lists.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components } from './schema';
import type { Task } from './types';

export type DiskMap = components['schemas']['DiskMap'];

/** The block map of a task, asked for again and again while it runs. */
export function taskMap(project: string, id: string, running: boolean) {
  return queryOptions({
    queryKey: ['map', project, id] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/coffer/v1/{project_id}/tasks/{task_id}/map', {
        path: { project_id: project, task_id: id },
        signal,
      }),
    select: (answer) => answer.disks,
    refetchInterval: running ? 1500 : false,
  });
}

/** Tries a failed task's work again and gives the task that does it. */
export async function retryTask(project: string, id: string): Promise<Task> {
  const task = await ask('POST', '/coffer/v1/{project_id}/tasks/{task_id}/retry', {
    path: { project_id: project, task_id: id },
  });
  for (const kind of ['task', 'backup', 'server', 'disk']) {
    void queryClient.invalidateQueries({ queryKey: ['list', kind, project] });
  }
  void queryClient.invalidateQueries({ queryKey: ['overview', project] });
  return task;
}
