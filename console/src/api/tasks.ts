// What pages about tasks ask and change beyond the lists.
import { queryOptions } from '@tanstack/react-query';
import { call } from './client';
import { base, queryClient } from './queries';
import type { Task } from './types';

export interface DiskMap {
  disk_id: string;
  name: string;
  /** Number of cells; the last one may be shorter. */
  cells: number;
  cell_bytes: number;
  /** One character per cell: `.` pending, `0` zero, `=` unchanged, `d` deduplicated, `n` new, `!` failed. */
  states: string;
}

/** The block map of a task, asked for again and again while it runs. */
export function taskMap(project: string, id: string, running: boolean) {
  return queryOptions({
    queryKey: ['map', project, id] as const,
    queryFn: ({ signal }) =>
      call<{ disks: DiskMap[] }>(
        'GET',
        `${base(project)}/tasks/${encodeURIComponent(id)}/map`,
        undefined,
        signal,
      ),
    select: (answer) => answer.disks,
    refetchInterval: running ? 1500 : false,
  });
}

/** Tries a failed task's work again and gives the task that does it. */
export async function retryTask(project: string, id: string): Promise<Task> {
  const task = await call<Task>('POST', `${base(project)}/tasks/${encodeURIComponent(id)}/retry`);
  for (const kind of ['task', 'backup', 'server', 'disk']) {
    void queryClient.invalidateQueries({ queryKey: ['list', kind, project] });
  }
  void queryClient.invalidateQueries({ queryKey: ['overview', project] });
  return task;
}
