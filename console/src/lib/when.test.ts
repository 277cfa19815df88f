import { expect, it } from 'vitest';
import { splitWhen } from './when';

const now = Date.parse('2026-11-10T12:00:00Z');
const split = (text: string) => splitWhen(text.split(' '), 'Europe/Berlin', now);

it('reads a moment after a name', () => {
  expect(split('web-01 yesterday 14:00')).toEqual({ rest: ['web-01'], until: '2026-11-09T13:00:00Z' });
  expect(split('web-01 2026-10-01')).toEqual({ rest: ['web-01'], until: '2026-10-01T21:59:00Z' });
  expect(split('web-01 9:30')).toEqual({ rest: ['web-01'], until: '2026-11-10T08:30:00Z' });
  // 18:00 has not come yet today.
  expect(split('web-01 18:00')).toEqual({ rest: ['web-01'], until: '2026-11-09T17:00:00Z' });
});

it('leaves names alone', () => {
  expect(split('web-01')).toEqual({ rest: ['web-01'], until: null });
  expect(split('my server')).toEqual({ rest: ['my', 'server'], until: null });
});
