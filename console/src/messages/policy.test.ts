import { expect, test } from 'vitest';
import { policies as german } from './de/policies';
import { policies as english } from './en/policies';
import { type Catalog, translator, type Words } from './index';
import { goesSays, keepSays, ruleSays } from './policy';

const words = (language: 'en' | 'de'): Words => {
  const locale = language === 'en' ? 'en-GB' : 'de-DE';
  const catalog: Catalog = language === 'en' ? english : german;
  return { t: translator(catalog, locale), language, locale, zone: 'UTC' };
};

test('when a policy runs is said in words', () => {
  const check = (patterns: string[], expected: string, language: 'en' | 'de' = 'en') =>
    expect(ruleSays(words(language), patterns, 'Europe/Berlin')).toBe(expected);
  check(
    ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=22;BYMINUTE=00'],
    'Every day at 22:00. Time zone Europe/Berlin.',
  );
  check(
    ['FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=14,2;BYMINUTE=30'],
    'Every Monday and Thursday at 02:30 and 14:30. Time zone Europe/Berlin.',
  );
  check(
    ['FREQ=WEEKLY;BYDAY=MO,TH;BYHOUR=14,2;BYMINUTE=30'],
    'Jeden Montag und Donnerstag um 02:30 und 14:30 Uhr. Zeitzone Europe/Berlin.',
    'de',
  );
  check(['FREQ=DAILY;INTERVAL=3;BYHOUR=2;BYMINUTE=00'], 'Every 3 days at 02:00. Time zone Europe/Berlin.');
  const hours = Array.from({ length: 24 }, (_, hour) => hour).join(',');
  check(
    [`FREQ=DAILY;BYHOUR=${hours};BYMINUTE=15`],
    'Every hour of every day, at minute 15. Time zone Europe/Berlin.',
  );
  check(
    ['FREQ=WEEKLY;BYDAY=MO;BYHOUR=1;BYMINUTE=00', 'FREQ=WEEKLY;BYDAY=TU;BYHOUR=2;BYMINUTE=00'],
    'Every Monday at 01:00. Every Tuesday at 02:00. Time zone Europe/Berlin.',
  );
});

test('what a policy keeps is said in words', () => {
  const check = (definition: object, expected: string, language: 'en' | 'de' = 'en') =>
    expect(keepSays(words(language), definition)).toBe(expected);
  check({ retention_duration_days: 30 }, 'Each backup is deleted 30 days after it was made.');
  check(
    { max_backups: 7, day_backups: 0, week_backups: 4, year_backups: 1 },
    'The newest 7 automatic backups of each resource are kept. Besides, the newest of each of the last 4 weeks and year.',
  );
  check(
    { max_backups: 7, week_backups: 4 },
    'Die neuesten 7 automatischen Backups jeder Ressource werden aufbewahrt. Außerdem das jeweils neueste aus den letzten 4 Wochen.',
    'de',
  );
  check({ max_backups: -1 }, 'Backups are kept until they are deleted by hand.');
  check(
    { max_backups: 2, full_backup_interval: 10, keep_last_backup: false },
    'The newest 2 automatic backups of each resource are kept. One of 10 backups is a full one. The newest good backup may go as well.',
  );
});

test('when a backup goes is said by the run that it goes with', () => {
  const [run, later] = ['2026-11-10T21:00:00Z', '2026-11-11T21:00:00Z'];
  const now = Date.parse('2026-11-10T12:00:00Z');
  const check = (at: string, expected: string, language: 'en' | 'de' = 'en') =>
    expect(goesSays(words(language), at, run, now)).toBe(expected);
  check(run, 'with the next run, 10 Nov 2026, 21:00');
  check(run, 'mit dem nächsten Lauf, 10. Nov. 2026, 21:00', 'de');
  check('2026-11-10T12:00:00Z', 'at once');
  check(later, 'tomorrow');
});
