import { describe, expect, it } from 'vitest';
import { formatAge, formatSpan, formatTime, fullTime, instantIn, isZone } from './times';

const now = Date.parse('2026-11-10T12:00:00Z');
const clock = (zone: string, locale = 'en-GB') => ({ locale, zone, now });

describe('times', () => {
  it('is relative within a week, absolute beyond', () => {
    expect(formatAge('2026-11-10T08:00:00Z', clock('UTC'))).toBe('4 hr ago');
    expect(formatAge('2026-11-10T11:59:50Z', clock('UTC'))).toBe('now');
    expect(formatAge('2026-11-04T12:00:00Z', clock('UTC'))).toBe('6 days ago');
    expect(formatAge('2026-11-03T12:00:00Z', clock('UTC'))).toBe('3 Nov 2026, 12:00');
    expect(formatAge('2026-11-10T12:30:00Z', clock('UTC'))).toBe('in 30 min');
  });
  it('shows the zone of the user across both changes of summer time', () => {
    expect(formatTime('2026-03-29T00:59:00Z', clock('Europe/Berlin'))).toBe('29 Mar 2026, 01:59');
    expect(formatTime('2026-03-29T01:00:00Z', clock('Europe/Berlin'))).toBe('29 Mar 2026, 03:00');
    expect(formatTime('2026-10-25T00:30:00Z', clock('Europe/Berlin'))).toBe('25 Oct 2026, 02:30');
    expect(formatTime('2026-10-25T01:30:00Z', clock('Europe/Berlin'))).toBe('25 Oct 2026, 02:30');
    expect(formatTime('2026-11-10T12:00:00Z', clock('Asia/Kolkata'))).toBe('10 Nov 2026, 17:30');
    expect(formatTime('2026-11-10T12:00:00Z', clock('America/St_Johns'))).toBe('10 Nov 2026, 08:30');
  });
  it('tells both hours of the change apart in the full time', () => {
    const first = fullTime('2026-10-25T00:30:00Z', clock('Europe/Berlin'));
    const second = fullTime('2026-10-25T01:30:00Z', clock('Europe/Berlin'));
    expect(first).toContain('2026-10-25T00:30:00Z');
    expect(first).not.toBe(second);
  });
  it('gives spans in at most two units', () => {
    expect(formatSpan(33.4)).toBe('33 s');
    expect(formatSpan(125)).toBe('2 min 5 s');
    expect(formatSpan(3840)).toBe('1 h 4 min');
    expect(formatSpan(266_400)).toBe('3 d 2 h');
    expect(formatSpan(-1)).toBe('0 s');
  });
  it('reads a wall clock in a zone, across both changes of summer time', () => {
    expect(instantIn('2026-11-10T12:13', 'Europe/Berlin')).toBe('2026-11-10T11:13:00Z');
    expect(instantIn('2026-07-10T12:13', 'Europe/Berlin')).toBe('2026-07-10T10:13:00Z');
    expect(instantIn('2026-11-10T12:13', 'Asia/Kolkata')).toBe('2026-11-10T06:43:00Z');
    expect(instantIn('2026-11-10T12:13', 'America/St_Johns')).toBe('2026-11-10T15:43:00Z');
    // Skipped: an hour later. Twice: the first.
    expect(instantIn('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00Z');
    expect(instantIn('2026-10-25T02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00Z');
    expect(instantIn('', 'UTC')).toBeNull();
  });
  it('knows zones', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Mars/Olympus')).toBe(false);
  });
});
