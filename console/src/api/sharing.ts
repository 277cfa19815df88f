// Backups shared between projects, through the CBR API.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components } from './schema';

export type Share = components['schemas']['MemberBody'];
/** A backup as the CBR API shows it: what a recipient sees of one that is not its own. */
export type SharedBackup = components['schemas']['BackupBody'];
export type ShareStatus = 'pending' | 'accepted' | 'rejected';

/** Most projects that a backup is shared with (SHR-02). */
export const mostShares = 10;

const at = (project: string, backup: string) => ({ project_id: project, backup_id: backup });

/** With whom a backup of the project is shared. */
export const sharesQuery = (project: string, backup: string) =>
  queryOptions({
    queryKey: ['shares', project, backup] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/v3/{project_id}/backups/{backup_id}/members', { path: at(project, backup), signal }),
    select: (answer) => answer.members,
    // No event tells of shares.
    refetchInterval: 15_000,
  });

/** Backups that other projects share with this one and that it answered so. */
export const sharedQuery = (project: string, status: ShareStatus) =>
  queryOptions({
    queryKey: ['shared', project, status] as const,
    queryFn: ({ signal }) =>
      ask('GET', '/v3/{project_id}/backups', {
        path: { project_id: project },
        query: { own_type: 'shared', member_status: status, limit: 1000 },
        signal,
      }),
    select: (answer) => answer.backups,
    refetchInterval: 15_000,
  });

export async function shareBackup(project: string, backup: string, projects: string[]): Promise<void> {
  await ask('POST', '/v3/{project_id}/backups/{backup_id}/members', {
    path: at(project, backup),
    body: { members: projects },
  });
  sharesChanged();
}

/** Ends a share: by the sharer, or by its recipient. `member` is the recipient's project. */
export async function endShare(project: string, backup: string, member: string): Promise<void> {
  await ask('DELETE', '/v3/{project_id}/backups/{backup_id}/members/{member_id}', {
    path: { ...at(project, backup), member_id: member },
  });
  sharesChanged();
}

/** What a recipient makes of a share; to accept it takes a vault. */
export async function answerShare(
  project: string,
  backup: string,
  status: ShareStatus,
  vault: string | null,
): Promise<void> {
  await ask('PUT', '/v3/{project_id}/backups/{backup_id}/members/{member_id}', {
    path: { ...at(project, backup), member_id: project },
    body: { status, ...(vault ? { vault_id: vault } : {}) },
  });
  sharesChanged();
}

function sharesChanged(): void {
  void queryClient.invalidateQueries({ queryKey: ['shares'] });
  void queryClient.invalidateQueries({ queryKey: ['shared'] });
}
