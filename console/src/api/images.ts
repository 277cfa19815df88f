// Whole-server images: backups of servers that stay, and that servers are made from.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components } from './schema';

type Schemas = components['schemas'];
export type Image = Schemas['Image'];
export type ImageStatus = Schemas['ImageStatus'];
export type NewImage = Schemas['NewImageBody'];

/** Images asked for at once: the server's largest page. */
const PAGE = 1000;

async function all(project: string, signal: AbortSignal): Promise<Image[]> {
  const found: Image[] = [];
  let marker: string | null = null;
  do {
    const page: Schemas['ImagesAnswer'] = await ask('GET', '/coffer/v1/{project_id}/images', {
      path: { project_id: project },
      query: { limit: PAGE, ...(marker === null ? {} : { marker }) },
      signal,
    });
    found.push(...page.images);
    marker = page.next;
  } while (marker !== null);
  return found;
}

/** Whether its backup is still being made. */
export const isBeingMade = (image: Image): boolean => image.status === 'queued' || image.status === 'saving';

export const imagesQuery = (project: string) =>
  queryOptions({
    queryKey: ['images', project] as const,
    queryFn: ({ signal }) => all(project, signal),
    // No event tells of images: those on their way are asked for.
    refetchInterval: ({ state }) => (state.data?.some(isBeingMade) ? 2000 : false),
  });

const changed = (project: string): void => {
  void queryClient.invalidateQueries({ queryKey: ['images', project] });
  for (const kind of ['backup', 'server', 'task'])
    void queryClient.invalidateQueries({ queryKey: ['list', kind, project] });
};

export async function createImage(project: string, image: NewImage): Promise<void> {
  await ask('POST', '/coffer/v1/{project_id}/images', { path: { project_id: project }, body: { image } });
  changed(project);
}

/** Deletes an image, and its backup too where that is wanted. */
export async function deleteImage(project: string, id: string, withBackup: boolean): Promise<void> {
  await ask('DELETE', '/coffer/v1/{project_id}/images/{image_id}', {
    path: { project_id: project, image_id: id },
    query: { delete_backup: withBackup },
  });
  changed(project);
}
