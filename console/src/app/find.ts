// `/console/s/{id}`: whatever the id belongs to, in whichever of the user's projects.
import { findObjects } from '../api/queries';
import type { Session } from '../api/types';
import { lastProject } from '../lib/settings';

/** Where an object shows: its page, or the list that holds it. */
export interface Where {
  to: string;
  params: Record<string, string>;
  search: Record<string, string>;
}

const pages: Record<string, (project: string, id: string) => Where> = {
  server: (project, server) => ({
    to: '/p/$project/servers/$server',
    params: { project, server },
    search: {},
  }),
  vault: (project, vault) => ({ to: '/p/$project/vaults/$vault', params: { project, vault }, search: {} }),
  backup: (project, backup) => ({
    to: '/p/$project/backups/$backup',
    params: { project, backup },
    search: {},
  }),
  task: (project, task) => ({ to: '/p/$project/tasks/$task', params: { project, task }, search: {} }),
  disk: (project, id) => ({ to: '/p/$project/disks', params: { project }, search: { q: id } }),
  policy: (project, id) => ({ to: '/p/$project/policies', params: { project }, search: { q: id } }),
};

/** The place of an id; null where no project of the user has it. The last project is asked first. */
export async function whereIs(session: Session, id: string): Promise<Where | null> {
  const last = lastProject();
  const projects = [...session.projects].sort((a, b) => Number(b.id === last) - Number(a.id === last));
  for (const project of projects) {
    const found = (await findObjects(project.id, id)).find((each) => each.id === id);
    const page = found && pages[found.kind];
    if (page) return page(project.id, id);
  }
  return null;
}
