import { describe, expect, it } from 'vitest';
import { exactBytes, formatSize, GIB, wholeGib } from './sizes';

describe('sizes', () => {
  it('shows three figures', () => {
    expect(formatSize(0)).toBe('0 B');
    expect(formatSize(999)).toBe('999 B');
    expect(formatSize(1000)).toBe('0.98 KiB');
    expect(formatSize(1024)).toBe('1 KiB');
    expect(formatSize(1_331_691_520)).toBe('1.24 GiB');
    expect(formatSize(40 * GIB)).toBe('40 GiB');
    expect(formatSize(340 * GIB)).toBe('340 GiB');
    expect(formatSize(1023 * GIB)).toBe('1 TiB');
  });
  it('never rounds a small size to nothing', () => {
    expect(formatSize(200e6)).toBe('191 MiB');
    expect(formatSize(1)).toBe('1 B');
  });
  it('follows the language', () => {
    expect(formatSize(1_331_691_520, 'de')).toBe('1,24 GiB');
    expect(exactBytes(1_331_691_520, 'de')).toBe('1.331.691.520');
  });
  it('rounds up to whole GiB', () => {
    expect(wholeGib(1)).toBe(1);
    expect(wholeGib(GIB)).toBe(1);
    expect(wholeGib(GIB + 1)).toBe(2);
  });
});
