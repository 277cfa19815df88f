import { expect, test } from 'vitest';
import { type Document, inner, limitsOf, matching, operationsOf, typeWord } from './document';

const document: Document = {
  info: { title: 'x', version: '1' },
  paths: {
    '/v3/{project_id}/vaults': {
      post: { tags: ['vaults'], summary: 'Makes a vault.' },
      get: { tags: ['vaults'], summary: 'Lists vaults.' },
    },
    '/v3/{project_id}/backups': { get: { tags: ['backups'], summary: 'Lists backups.' } },
  },
  components: {
    schemas: {
      Vault: { type: 'object', properties: { id: { type: 'string' } } },
      State: { type: 'string', enum: ['available', 'error'] },
    },
  },
};
const vault = { $ref: '#/components/schemas/Vault' };

test('operations stand by tag, and every word narrows them', () => {
  const all = operationsOf(document);
  expect(all.map((each) => each.id)).toEqual([
    'get /v3/{project_id}/backups',
    'get /v3/{project_id}/vaults',
    'post /v3/{project_id}/vaults',
  ]);
  expect(matching(all, 'lists VAULT').map((each) => each.id)).toEqual(['get /v3/{project_id}/vaults']);
  expect(matching(all, ' ')).toHaveLength(3);
});

test('types and limits are said in a few words', () => {
  expect(typeWord({ type: 'array', items: vault })).toBe('Vault[]');
  expect(typeWord({ oneOf: [{ type: 'null' }, vault] })).toBe('null | Vault');
  expect(typeWord({ type: ['integer', 'null'] })).toBe('integer | null');
  expect(limitsOf({ minLength: 1, maxLength: 64, pattern: '^a$' })).toBe('1…64 chars, ^a$');
  expect(limitsOf({ enum: ['a', 'b'] })).toBe('a | b');
});

test('what has properties is found through lists and null', () => {
  expect(inner(document, { type: 'array', items: vault })?.properties).toBeDefined();
  expect(inner(document, { oneOf: [{ type: 'null' }, vault] })?.properties).toBeDefined();
  expect(inner(document, { type: 'string' })).toBeNull();
});
