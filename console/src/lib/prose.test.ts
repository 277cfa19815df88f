import { expect, test } from 'vitest';
import { parts, plain } from './prose';

test('what stands between backticks is code', () => {
  expect(parts('Parameter `q` must have 1 to 255 characters.')).toEqual([
    { text: 'Parameter ', code: false },
    { text: 'q', code: true },
    { text: ' must have 1 to 255 characters.', code: false },
  ]);
  expect(parts('`a`, `b`').map((part) => part.code)).toEqual([true, false, true]);
  expect(parts('plain')).toEqual([{ text: 'plain', code: false }]);
  expect(parts('')).toEqual([]);
  expect(plain('`bitmap` or `full_scan`')).toBe('bitmap or full_scan');
  // Half a pair is none.
  expect(plain('it`s `on`')).toBe('its on`');
  expect(plain('a ` b')).toBe('a ` b');
});
