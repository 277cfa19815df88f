// Where an object's page lies. Kinds without a page of their own give nothing.

const pages: Record<string, string> = {
  server: 'servers',
  vault: 'vaults',
  backup: 'backups',
  task: 'tasks',
  image: 'images',
};

/** Address of the page of an object, or of the list that shows it; null without one. */
export function objectPath(project: string, kind: string, id: string): string | null {
  if (kind === 'disk') return `/console/p/${encodeURIComponent(project)}/disks?q=${encodeURIComponent(id)}`;
  const page = pages[kind];
  return page ? `/console/p/${encodeURIComponent(project)}/${page}/${encodeURIComponent(id)}` : null;
}
