// Restores: by the CBR API's call; with a way back by Coffer's own, since CBR has none.
import { ask } from './client';
import { everything, queryClient } from './queries';
import type { components } from './schema';
import type { Backup, Named, Task } from './types';

type Schemas = components['schemas'];

export interface RestoreRequest {
  server: string;
  disk: string;
  mappings: { disk_backup_id: string; disk_id: string }[];
  /** Start the server afterwards. */
  powerOn: boolean;
  /** Of a disk attached to a running server: whether to stop that; null where none is. */
  stop: boolean | null;
  /** Take a backup of what is there first. */
  safety: boolean;
}

/** The safety backup that a restore made, where it can be undone with it. */
export const wayBack = (task: Task | undefined): Named | null =>
  task?.can_go_back ? task.safety_backup : null;

const changed = (): void => {
  for (const kind of ['server', 'disk', 'backup', 'task'])
    void queryClient.invalidateQueries({ queryKey: ['list', kind] });
};

/** What a restore is told, as the CBR API takes it. */
const told = (backup: Backup, wanted: RestoreRequest): Schemas['Restore'] =>
  backup.type === 'server'
    ? {
        server_id: wanted.server,
        power_on: wanted.powerOn,
        mappings: wanted.mappings.map((each) => ({
          backup_id: each.disk_backup_id,
          volume_id: each.disk_id,
        })),
      }
    : {
        volume_id: wanted.disk,
        ...(wanted.stop === null ? {} : { stop_server: wanted.stop, power_on: wanted.powerOn }),
      };

/** Starts a restore and gives its task. */
export async function restore(
  project: string,
  backup: Backup,
  wanted: RestoreRequest,
): Promise<Task | undefined> {
  const what = told(backup, wanted);
  const path = { project_id: project, backup_id: backup.id };
  if (wanted.safety) {
    const task = await ask('POST', '/coffer/v1/{project_id}/backups/{backup_id}/restore', {
      path,
      body: { restore: { ...what, safety_backup: true } },
    });
    changed();
    return task;
  }
  await ask('POST', '/v3/{project_id}/backups/{backup_id}/restore', { path, body: { restore: what } });
  changed();
  // The CBR call does not name its task: it is the newest of this backup.
  const query = { sort: '-created_at', filter: { backup_id: backup.id, kind: 'restore' } };
  return (await everything('task', project, query, 1))[0];
}

/** Undoes a restore from the safety backup it made, and gives the task that does it. */
export async function goBack(project: string, task: string): Promise<Task> {
  const begun = await ask('POST', '/coffer/v1/{project_id}/tasks/{task_id}/go-back', {
    path: { project_id: project, task_id: task },
    body: {},
  });
  changed();
  return begun;
}
