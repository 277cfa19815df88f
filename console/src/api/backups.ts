// Changes of backups, through the CBR API.
import { call } from './client';
import { queryClient } from './queries';

const one = (project: string, id: string) =>
  `/v3/${encodeURIComponent(project)}/backups/${encodeURIComponent(id)}`;

export async function deleteBackup(project: string, id: string): Promise<void> {
  await call('DELETE', one(project, id));
}

export async function renameBackup(project: string, id: string, name: string): Promise<void> {
  await call('PUT', one(project, id), { backup: { name } });
}

/** Asks again what changed backups show in. */
export function backupsChanged(project: string): void {
  for (const kind of ['backup', 'vault', 'task']) {
    void queryClient.invalidateQueries({ queryKey: ['list', kind, project] });
    void queryClient.invalidateQueries({ queryKey: ['one', kind, project] });
  }
  void queryClient.invalidateQueries({ queryKey: ['overview', project] });
}
