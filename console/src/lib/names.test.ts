import { describe, expect, it } from 'vitest';
import { isId, isName, longestBackupName, proposeName, suffixed } from './names';

describe('names', () => {
  it('takes letters, digits, underscores and hyphens only', () => {
    expect(isName('manualbk_1c54')).toBe(true);
    expect(isName('a'.repeat(64))).toBe(true);
    expect(isName('a'.repeat(65))).toBe(false);
    expect(isName('')).toBe(false);
    for (const bad of ['a b', 'ä', 'a.b', 'a/b', ' a', 'a\n']) expect(isName(bad), bad).toBe(false);
  });
  it('leaves room for the suffix of several', () => {
    expect(longestBackupName(1)).toBe(64);
    expect(longestBackupName(2)).toBe(59);
    expect(suffixed('x', 3)).toEqual(['x-0001', 'x-0003']);
  });
  it('proposes valid names that differ', () => {
    const names = new Set(Array.from({ length: 50 }, () => proposeName('manualbk_')));
    for (const name of names) expect(name).toMatch(/^manualbk_[0-9a-f]{4}$/);
    expect(names.size).toBeGreaterThan(40);
  });
  it('knows a pasted id', () => {
    expect(isId(' 08b463f8-841d-4b5a-9d0e-0b3f5a6c7d8e ')).toBe(true);
    expect(isId('08b463f8841d4b5a9d0e0b3f5a6c7d8e')).toBe(true);
    expect(isId('web-01')).toBe(false);
  });
});
