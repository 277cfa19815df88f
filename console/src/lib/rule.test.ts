import { describe, expect, test } from 'vitest';
import { fromPatterns, presetRule, type Rule, timesOf, toPatterns, wrongRule } from './rule';

const there = (rule: Rule) => fromPatterns(toPatterns(rule));

describe('rules of policies', () => {
  test('the preset is every day of the week at 22:00', () => {
    expect(toPatterns(presetRule)).toEqual(['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=22;BYMINUTE=00']);
    expect(there(presetRule)).toEqual(presetRule);
  });

  test('what is chosen comes back', () => {
    const weekly: Rule = { kind: 'weekly', days: ['MO', 'SA'], every: 1, hours: [0, 12], minute: 30 };
    expect(there(weekly)).toEqual(weekly);
    const daily: Rule = { ...presetRule, kind: 'daily', every: 3, hours: [2, 14, 23], minute: 5 };
    expect(toPatterns(daily)).toEqual(['FREQ=DAILY;INTERVAL=3;BYHOUR=2,14,23;BYMINUTE=05']);
    expect(there(daily)).toEqual(daily);
  });

  test('one rule for each time, as the original writes them, is one choice', () => {
    expect(
      fromPatterns([
        'FREQ=WEEKLY;BYDAY=TU,MO;BYHOUR=14;BYMINUTE=00',
        'FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=6;BYMINUTE=00',
      ]),
    ).toEqual({ kind: 'weekly', days: ['MO', 'TU'], every: 1, hours: [6, 14], minute: 0 });
  });

  test('what the form cannot show is told apart', () => {
    expect(fromPatterns(['FREQ=DAILY;BYHOUR=1;BYMINUTE=0,30'])).toBeNull();
    expect(
      fromPatterns([
        'FREQ=WEEKLY;BYDAY=MO;BYHOUR=1;BYMINUTE=00',
        'FREQ=WEEKLY;BYDAY=TU;BYHOUR=2;BYMINUTE=00',
      ]),
    ).toBeNull();
    expect(fromPatterns([])).toBeNull();
  });

  test('times of the same days stand together', () => {
    expect(
      timesOf([
        'FREQ=WEEKLY;BYDAY=MO;BYHOUR=14;BYMINUTE=00,30',
        'FREQ=DAILY;INTERVAL=2;BYHOUR=1;BYMINUTE=00',
        'FREQ=WEEKLY;BYDAY=MO;BYHOUR=6;BYMINUTE=15',
      ]),
    ).toEqual([
      { days: ['MO'], every: 1, times: ['06:15', '14:00', '14:30'] },
      { days: null, every: 2, times: ['01:00'] },
    ]);
  });

  test('what cannot be is named', () => {
    expect(wrongRule(presetRule)).toBeNull();
    expect(wrongRule({ ...presetRule, days: [] })).toBe('days');
    expect(wrongRule({ ...presetRule, hours: [] })).toBe('hours');
    expect(wrongRule({ ...presetRule, kind: 'daily', every: 31 })).toBe('every');
    expect(wrongRule({ ...presetRule, minute: 60 })).toBe('minute');
    // Days count for nothing where a rule goes by days.
    expect(wrongRule({ ...presetRule, kind: 'daily', days: [] })).toBeNull();
  });
});
