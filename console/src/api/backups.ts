// Changes of backups, through the CBR API.
import { ask } from './client';
import { queryClient } from './queries';

const at = (project: string, id: string) => ({ project_id: project, backup_id: id });

export async function deleteBackup(project: string, id: string): Promise<void> {
  await ask('DELETE', '/v3/{project_id}/backups/{backup_id}', { path: at(project, id) });
}

export async function renameBackup(project: string, id: string, name: string): Promise<void> {
  await ask('PUT', '/v3/{project_id}/backups/{backup_id}', {
    path: at(project, id),
    body: { backup: { name } },
  });
}

/** Asks again what changed backups show in. */
export function backupsChanged(project: string): void {
  for (const kind of ['backup', 'vault', 'task']) {
    void queryClient.invalidateQueries({ queryKey: ['list', kind, project] });
    void queryClient.invalidateQueries({ queryKey: ['one', kind, project] });
  }
  void queryClient.invalidateQueries({ queryKey: ['overview', project] });
}
