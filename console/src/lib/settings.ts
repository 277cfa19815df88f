// The user's choices, kept in this browser: nothing of them is secret, nothing is an identity.

export type Theme = 'system' | 'light' | 'dark';

const read = (name: string): string | null => {
  try {
    return localStorage.getItem(`coffer.${name}`);
  } catch {
    return null;
  }
};
const write = (name: string, value: string | null): void => {
  try {
    if (value === null) localStorage.removeItem(`coffer.${name}`);
    else localStorage.setItem(`coffer.${name}`, value);
  } catch {
    // A browser that keeps nothing still works; the choice holds until the page is left.
  }
};

export const theme = (): Theme => {
  const stored = read('theme');
  return stored === 'light' || stored === 'dark' ? stored : 'system';
};
export function setTheme(next: Theme): void {
  write('theme', next === 'system' ? null : next);
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}

export const compact = (): boolean => read('compact') === '1';
export function setCompact(next: boolean): void {
  write('compact', next ? '1' : null);
  if (next) document.documentElement.dataset.compact = '';
  else delete document.documentElement.dataset.compact;
}

/** Whether single letters act as keys (WCAG 2.1.4). */
export const singleKeys = (): boolean => read('keys') !== '0';
export const setSingleKeysStored = (next: boolean): void => write('keys', next ? null : '0');

export const storedLanguage = (): string | null => read('language');
export const setLanguage = (next: string): void => write('language', next);
export const setZone = (next: string | null): void => write('zone', next);

export const lastProject = (): string | null => read('project');
export const setLastProject = (id: string): void => write('project', id);

/** Ids of the columns a table leaves out; null without a choice. */
export const hiddenColumns = (table: string): string[] | null =>
  read(`columns.${table}`)?.split(',').filter(Boolean) ?? null;
export const setHiddenColumns = (table: string, ids: readonly string[]): void =>
  write(`columns.${table}`, ids.join(','));
