// Names of backups, vaults and what the server accepts as one (BKP rules).

/** 1 to 64 letters, digits, underscores or hyphens. */
export function isName(name: string, longest = 64): boolean {
  return name.length >= 1 && name.length <= longest && /^[A-Za-z0-9_-]+$/.test(name);
}

/** What hypervisors call servers and disks: as above, dots besides, a letter, digit or `_` at first. */
export const isHostName = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/.test(name);

/** What the image service takes as the name of an image. */
export const isImageName = (name: string): boolean =>
  /^[\p{L}\p{N}._ -]{1,128}$/u.test(name) && name.trim() === name;

/** Longest name a backup of `count` resources may have: several get a suffix such as "-0001". */
export const longestBackupName = (count: number): number => (count > 1 ? 59 : 64);

/** First and last name that `count` backups get. */
export function suffixed(name: string, count: number): [string, string] {
  return [`${name}-0001`, `${name}-${String(count).padStart(4, '0')}`];
}

/** `prefix` and 4 random hex digits. */
export function proposeName(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(2));
  return prefix + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const uuid = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** Whether the text is a whole id: pasting one searches by id. */
export const isId = (text: string): boolean => uuid.test(text.trim());

/** Whether the text could be the beginning of an id. */
export const looksLikeId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f-]*$/i.test(text.trim()) || isId(text);
