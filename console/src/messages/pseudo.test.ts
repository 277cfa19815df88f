import { expect, test } from 'vitest';
import { pseudo } from './pseudo';

test('texts are longer, in brackets, and keep their holes', () => {
  const found = pseudo({
    'kit.of': '{done} of {total}',
    'kit.selected': { one: 'one', other: '{n} selected' },
  });
  expect(found['kit.of']).toMatch(/^\[\{done\} .* \{total\} é+.*\]$/);
  expect(String(found['kit.of']).length).toBeGreaterThan('{done} of {total}'.length * 1.4);
  expect(found['kit.selected']).toMatchObject({ other: expect.stringContaining('{n}') });
});
