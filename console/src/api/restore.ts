// Restores: by the CBR API's call; with a way back by Coffer's own, since CBR has none.
import { call } from './client';
import { base, everything, queryClient } from './queries';
import type { Backup, Named, RestoreEstimate, Task } from './types';

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

/** A backup of what a restore would overwrite; why there can be none, where there cannot. */
export interface SafetyEstimate {
  read_bytes: number | null;
  vault: Named | null;
  fits: boolean;
  refusal: { message: string } | null;
}

/** What the estimate says of the way back; null where the service offers none. */
export const safetyOf = (estimate: RestoreEstimate | undefined): SafetyEstimate | null =>
  (estimate as { safety?: SafetyEstimate | null } | undefined)?.safety ?? null;

/** The safety backup that a restore made, where it can be undone with it. */
export function wayBack(task: Task | undefined): Named | null {
  const made = task as { safety_backup?: Named | null; can_go_back?: boolean } | undefined;
  return made?.can_go_back ? (made.safety_backup ?? null) : null;
}

const changed = (): void => {
  for (const kind of ['server', 'disk', 'backup', 'task'])
    void queryClient.invalidateQueries({ queryKey: ['list', kind] });
};

/** Starts a restore and gives its task. */
export async function restore(
  project: string,
  backup: Backup,
  wanted: RestoreRequest,
): Promise<Task | undefined> {
  const id = encodeURIComponent(backup.id);
  const what =
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
  if (wanted.safety) {
    const path = `${base(project)}/backups/${id}/restore`;
    const task = await call<Task>('POST', path, { restore: { ...what, safety_backup: true } });
    changed();
    return task;
  }
  await call('POST', `/v3/${encodeURIComponent(project)}/backups/${id}/restore`, { restore: what });
  changed();
  // The CBR call does not name its task: it is the newest of this backup.
  const query = { sort: '-created_at', filter: { backup_id: backup.id, kind: 'restore' } };
  return (await everything('task', project, query, 1))[0];
}

/** Undoes a restore from the safety backup it made, and gives the task that does it. */
export async function goBack(project: string, task: string): Promise<Task> {
  const begun = await call<Task>('POST', `${base(project)}/tasks/${encodeURIComponent(task)}/go-back`, {});
  changed();
  return begun;
}
