import { expect, test } from 'vitest';
import { exportPath, isArchive } from './portable';

test('a file is downloaded from its own address', () => {
  expect(exportPath('p', { of: 'backup', id: 'b' }, 'export')).toBe('/coffer/v1/p/backups/b/export');
  expect(exportPath('p', { of: 'backup', id: 'b' }, 'export/checksum')).toBe(
    '/coffer/v1/p/backups/b/export/checksum',
  );
  expect(exportPath('p', { of: 'image', id: 'i', disk: 'a/b', format: 'raw' }, 'export/checksum')).toBe(
    '/coffer/v1/p/images/i/disks/a%2Fb/export/checksum?format=raw',
  );
});

test('what is no archive is known by its first bytes', async () => {
  const tar = new Uint8Array(512);
  tar.set(new TextEncoder().encode('ustar\0'), 257);
  expect(await isArchive(new Blob([tar]))).toBe(true);
  expect(await isArchive(new Blob([tar.fill(0)]))).toBe(false);
  expect(await isArchive(new Blob(['QFI\xfb']))).toBe(false);
  expect(await isArchive(new Blob([]))).toBe(false);
});
