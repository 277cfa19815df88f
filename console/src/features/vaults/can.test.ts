import { expect, test } from 'vitest';
import type { Vault, VaultState } from '../../api/types';
import { allowed } from '../../lib/can';
import {
  applyPolicy,
  associateTo,
  change,
  dissociateFrom,
  expand,
  lock,
  migrateFrom,
  migrateTo,
  remove,
} from './can';

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

test('what moves needs a vault of its kind that has room for it', () => {
  const gib = 1024 ** 3;
  const resources = [{ size_bytes: 10 * gib }];
  const to = (parts: Partial<Vault>) =>
    allowed(
      migrateTo(
        vault({ size_bytes: 100 * gib, used_bytes: 0, allocated_bytes: 0, ...parts }),
        resources,
        5 * gib,
      ),
    );
  expect(to({})).toBe(true);
  expect(to({ used_bytes: 94 * gib })).toBe(true);
  expect(to({ used_bytes: 95 * gib })).toBe(false);
  expect(to({ allocated_bytes: 91 * gib })).toBe(false);
  expect(to({ resource_count: 256 })).toBe(false);
  expect(to({ state: 'deleting' })).toBe(false);
  expect(allowed(migrateFrom(vault({ locked: true })))).toBe(false);
  expect(allowed(applyPolicy(vault({ protect_type: 'replication' })))).toBe(false);
  expect(allowed(applyPolicy(vault({})))).toBe(true);
});
