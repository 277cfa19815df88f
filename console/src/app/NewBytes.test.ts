import { expect, test } from 'vitest';
import { broughtNothing } from './NewBytes';

test('a backup without new bytes says that nothing changed, once it is there', () => {
  const backup = { state: 'available', incremental: true, read_bytes: 0, new_bytes: 0 } as const;
  expect(broughtNothing(backup)).toBe('kit.nothing_changed');
  expect(broughtNothing({ ...backup, read_bytes: 512 })).toBe('kit.nothing_new');
  expect(broughtNothing({ ...backup, read_bytes: 512, new_bytes: 512 })).toBeNull();
  expect(broughtNothing({ ...backup, incremental: false })).toBeNull();
  expect(broughtNothing({ ...backup, state: 'protecting' })).toBeNull();
  expect(broughtNothing({ ...backup, state: 'error' })).toBeNull();
});
