import { expect, test } from 'vitest';
import { may } from './rights';

const of = (allow: string[], except: string[] = [], deny: string[] = []) => ({
  deny,
  roles: [{ allow, except }],
});

test('a star stands for any characters of its part alone', () => {
  expect(may(of(['*:*:*']), 'coffer:backups:export')).toBe(true);
  expect(may(of(['coffer:*:ex*']), 'coffer:backups:export')).toBe(true);
  expect(may(of(['Coffer:backups:Export']), 'coffer:backups:export')).toBe(true);
  expect(may(of(['cbr:*:*']), 'coffer:backups:export')).toBe(false);
  expect(may(of(['*:*:get*']), 'coffer:backups:export')).toBe(false);
  expect(may(of(['coffer:*']), 'coffer:backups:export')).toBe(false);
});

test('what is denied is not allowed, whatever allows it', () => {
  const action = 'coffer:backups:import';
  expect(may(of(['*:*:*'], ['coffer:*:import']), action)).toBe(false);
  expect(may(of(['*:*:*'], [], ['*:backups:*']), action)).toBe(false);
  // Another role allows by itself what one excepts.
  const roles = [
    { allow: ['*:*:*'], except: ['coffer:*:import'] },
    { allow: ['coffer:backups:*'], except: [] },
  ];
  expect(may({ deny: [], roles }, action)).toBe(true);
  expect(may({ deny: [], roles: [] }, action)).toBe(false);
});
