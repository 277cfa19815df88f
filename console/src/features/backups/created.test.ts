import { expect, test } from 'vitest';
import type { Source } from '../../api/create';
import { GIB } from '../../lib/sizes';
import { sizeIn } from './created';

test('a disk in a backup has its own size, not that of the API in whole GiB', () => {
  const part = { id: 'part', resource_size: 1 } as Source;
  const disk = { id: 'part', size_bytes: 256 * 1024 ** 2 };
  const whole = { id: 'whole', size_bytes: 5 * GIB, disks: [disk] };
  expect(sizeIn(part, whole as never)).toBe(256 * 1024 ** 2);
  // A disk's backup is its own part.
  expect(sizeIn(part, { id: 'part', size_bytes: 512, disks: [] })).toBe(512);
  // Of a backup of another project the CBR API alone tells.
  expect(sizeIn(part, undefined)).toBe(GIB);
});
