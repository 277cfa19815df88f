import { expect, test } from 'vitest';
import { first } from './en/first';
import { rest } from './en/rest';

// What shows before any other page was asked for has its texts with the first bytes.
const sources = import.meta.glob<string>(
  ['../app/*.{ts,tsx}', '../ui/*.{ts,tsx}', '../lib/*.ts', '../features/overview/*.tsx', '!../**/*.test.ts'],
  { query: '?raw', import: 'default', eager: true },
);
const lazy = new Set([
  '../app/BackupRoute.tsx',
  '../app/CancelTask.tsx',
  '../app/CbrPage.tsx',
  '../app/DiskBackupsPage.tsx',
  '../app/DiskVault.tsx',
  '../app/KeysDialog.tsx',
  '../app/Palette.tsx',
  '../app/ServerBackupsPage.tsx',
  '../app/VaultRoute.tsx',
  '../app/ZoneDialog.tsx',
  '../app/useMay.ts',
  '../ui/Runs.tsx',
  // Reasons of actions that only other pages and dialogs offer.
  '../lib/can.ts',
]);

test('the frame and the first page use no text that comes later', () => {
  const found: string[] = [];
  for (const [file, source] of Object.entries(sources)) {
    if (lazy.has(file)) continue;
    for (const [, key = ''] of source.matchAll(/'([a-z_]+\.[a-z0-9_.]+)'/g)) {
      if (key in rest) found.push(`${file}: ${key}`);
    }
  }
  expect(Object.keys(sources).length).toBeGreaterThan(40);
  expect(found).toEqual([]);
});

test('no text is in both parts', () => {
  expect(Object.keys(first).filter((key) => key in rest)).toEqual([]);
});
