import { describe, expect, it } from 'vitest';
import { listSearch, parseSearch, stringifySearch } from './search';

describe('search parameters', () => {
  it('go there and back', () => {
    const address = '?q=web&status=ACTIVE&status=ERROR&sort=-created_at';
    expect(stringifySearch(parseSearch(address))).toBe(address);
    expect(stringifySearch({ q: '', a: undefined, b: ['x y', 'ä'] })).toBe('?b=x+y&b=%C3%A4');
  });
  it('keeps ids that look like numbers as texts', () => {
    expect(parseSearch('?server=12345678').server).toBe('12345678');
  });
  it('takes known properties only', () => {
    const validate = listSearch(['status']);
    expect(validate({ q: 'a', status: 'ACTIVE', other: 'x', at: '50', limit: '-1' })).toEqual({
      q: 'a',
      status: ['ACTIVE'],
      at: 50,
    });
  });
});
