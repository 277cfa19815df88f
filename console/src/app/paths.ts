// Where an object's page lies. Kinds without a page of their own give nothing.

const pages: Record<string, string> = {
  server: 'servers',
  vault: 'vaults',
  backup: 'backups',
  task: 'tasks',
};

/** Address of the page of an object below the console's root; null without one. */
export function objectPath(project: string, kind: string, id: string): string | null {
  const page = pages[kind];
  return page ? `/console/p/${encodeURIComponent(project)}/${page}/${encodeURIComponent(id)}` : null;
}
