import { expect, test } from 'vitest';
import type { Vault, VaultState } from '../../api/types';
import { allowed } from '../../lib/can';
import { associateTo, change, dissociateFrom, expand, lock, remove } from './can';

const vault = (parts: Partial<Vault>): Vault =>
  ({
    name: 'v',
    state: 'available',
    locked: false,
    protect_type: 'backup',
    resource_count: 0,
    ...parts,
  }) as Vault;

test('what may be done with a vault follows its state', () => {
  const may = (state: VaultState) => {
    const of = vault({ state });
    return [associateTo(of), expand(of), change(of), dissociateFrom(of), remove(of)].map(allowed);
  };
  expect(may('available')).toEqual([true, true, true, true, true]);
  expect(may('lock')).toEqual([true, false, true, true, false]);
  expect(may('error')).toEqual([false, false, true, true, true]);
  expect(may('frozen')).toEqual([false, false, false, false, false]);
  expect(may('deleting')).toEqual([false, false, false, false, false]);
});

test('a locked vault keeps what is in it and cannot be locked again', () => {
  expect(dissociateFrom(vault({ locked: true }))).toEqual({ reason: { key: 'reason.vault_keeps' } });
  expect(lock(vault({ locked: true }))).toEqual({ reason: { key: 'reason.vault_is_locked' } });
  expect(allowed(lock(vault({})))).toBe(true);
});

test('a vault takes 256 resources, and none while one of them is busy gives it away', () => {
  expect(allowed(associateTo(vault({ resource_count: 255 })))).toBe(true);
  expect(allowed(associateTo(vault({ resource_count: 256 })))).toBe(false);
  expect(allowed(dissociateFrom(vault({}), { state: 'protecting' }))).toBe(false);
});
