import { describe, expect, test } from 'vitest';
import type { Policy } from '../../api/policies';
import { formOf, newForm, policyOf, wrongOf } from './form';

const stored = (change: Partial<Policy>): Policy => ({
  id: 'p',
  name: 'nightly',
  enabled: true,
  operation_type: 'backup',
  policy_type: 'custom_policy',
  associated_vaults: [],
  next_run_at: null,
  operation_definition: {},
  trigger: {
    id: 't',
    name: 'default',
    type: 'time',
    properties: {
      pattern: ['FREQ=WEEKLY;BYDAY=MO;BYHOUR=2;BYMINUTE=30'],
      start_time: '2026-11-28 10:00:00',
      timezone: null,
      start_window_minutes: null,
    },
  },
  ...change,
});

describe('the form of a policy', () => {
  test('a new one is kept a month and wrong in nothing', () => {
    const form = newForm('Europe/Berlin');
    expect(form.name).toMatch(/^policy_\d{6}$/);
    expect(wrongOf(form)).toEqual({});
    expect(policyOf(form).operation_definition).toEqual({ retention_duration_days: 30 });
    expect(policyOf(form).trigger.properties.timezone).toBe('Europe/Berlin');
  });

  test('a stored one comes back as it was', () => {
    for (const definition of [
      { retention_duration_days: 90 },
      { retention_duration_days: 7 },
      { max_backups: 5, day_backups: 7, year_backups: 2, timezone: 'UTC' },
      { retention_duration_days: -1, max_backups: -1 },
      { max_backups: 3, full_backup_interval: 14, keep_last_backup: false },
    ]) {
      const policy = stored({ operation_definition: definition });
      const form = formOf(policy);
      expect(wrongOf(form, policy)).toEqual({});
      const again = policyOf(form, policy);
      expect(again.operation_definition).toEqual(definition);
      expect(again.trigger.properties.pattern).toEqual(policy.trigger.properties.pattern);
    }
  });

  test('a single backup is not offered, and stays where the API was given it', () => {
    const policy = stored({ operation_definition: { max_backups: 1 } });
    expect(wrongOf(formOf(policy), policy)).toEqual({});
    expect(wrongOf({ ...newForm('UTC'), keep: 'quantity', quantity: '1' })).toEqual({ quantity: true });
  });

  test('rules that the form cannot show stay until others are chosen', () => {
    const pattern = ['FREQ=DAILY;BYHOUR=1;BYMINUTE=0,30'];
    const policy = stored({});
    policy.trigger.properties.pattern = pattern;
    const form = formOf(policy);
    expect(policyOf(form, policy).trigger.properties.pattern).toEqual(pattern);
    expect(policyOf({ ...form, kept: null }, policy).trigger.properties.pattern).not.toEqual(pattern);
  });

  test('what is wrong is named by its field', () => {
    const form = {
      ...newForm('UTC'),
      name: 'with space',
      hours: [],
      keep: 'quantity' as const,
      quantity: '',
    };
    expect(wrongOf(form)).toEqual({ name: true, hours: true, quantity: true });
    expect(wrongOf({ ...newForm('UTC'), period: 'other', lasting: '0', full: '101' })).toEqual({
      lasting: true,
      full: true,
    });
    expect(wrongOf({ ...newForm('UTC'), keep: 'quantity', day: '101', week: '1.5' })).toEqual({
      day: true,
      week: true,
    });
  });
});
