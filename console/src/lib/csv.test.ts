import { expect, it } from 'vitest';
import { toCsv } from './csv';

it('quotes, and defuses formulas', () => {
  expect(
    toCsv(
      ['a', 'b'],
      [
        ['x,y', 'say "hi"'],
        ['=1+1', -5],
        [null, 'line\nbreak'],
      ],
    ),
  ).toBe('a,b\r\n"x,y","say ""hi"""\r\n\'=1+1,-5\r\n,"line\nbreak"');
});
