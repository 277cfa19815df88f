// What the dialog of a policy holds, and what the API takes of it.
import type { Definition, NewPolicy, Policy } from '../../api/policies';
import { isName } from '../../lib/names';
import { fromPatterns, presetRule, type Rule, toPatterns, type WeekDay, wrongRule } from '../../lib/rule';

/** Days of the periods that have a name: 1, 3 and 6 months, a year (RET-02). */
export const periods = ['30', '90', '180', '365'] as const;
/** Fewest and most backups, or days, that the form takes; the API takes 1 too. */
export const keeps = { least: 2, most: 99_999 } as const;
/** Most days, weeks, months, years of which a backup is kept, and runs to the next full backup. */
export const most = 100;

export interface PolicyForm {
  name: string;
  enabled: boolean;
  kind: Rule['kind'];
  days: WeekDay[];
  every: string;
  hours: number[];
  minute: string;
  zone: string;
  /** Rules that say more than the form can: they stay until the user chooses others. */
  kept: string[] | null;
  keep: 'quantity' | 'time' | 'permanent';
  period: (typeof periods)[number] | 'other';
  lasting: string;
  quantity: string;
  /** Days, weeks, months, years of which the newest backup is kept; empty: none. */
  day: string;
  week: string;
  month: string;
  year: string;
  /** One backup of so many is a full one; empty: none after the first. */
  full: string;
  keepLast: boolean;
}

/** `policy_` and six digits (POL-06). */
function proposeName(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return `policy_${String(number % 1_000_000).padStart(6, '0')}`;
}

/** What a new policy begins with (POL-07, POL-10, RET-01). */
export const newForm = (zone: string): PolicyForm => ({
  name: proposeName(),
  enabled: true,
  kind: presetRule.kind,
  days: presetRule.days,
  every: String(presetRule.every),
  hours: presetRule.hours,
  minute: '0',
  zone,
  kept: null,
  keep: 'time',
  period: '30',
  lasting: '30',
  quantity: '30',
  day: '',
  week: '',
  month: '',
  year: '',
  full: '',
  keepLast: true,
});

// 0 and -1 mean "not set".
const set = (number: number | null | undefined): number | null =>
  typeof number === 'number' && number > 0 ? number : null;
const text = (number: number | null | undefined): string => {
  const found = set(number);
  return found === null ? '' : String(found);
};

/** The form of a stored policy. */
export function formOf(policy: Policy): PolicyForm {
  const { pattern, timezone } = policy.trigger.properties;
  const rule = fromPatterns(pattern);
  const definition = policy.operation_definition;
  const days = set(definition.retention_duration_days);
  const quantity = set(definition.max_backups);
  const counters = [
    definition.day_backups,
    definition.week_backups,
    definition.month_backups,
    definition.year_backups,
  ];
  const zone = timezone ?? 'UTC';
  const shown = rule ?? presetRule;
  return {
    ...newForm(zone),
    name: policy.name,
    enabled: policy.enabled,
    kind: shown.kind,
    days: shown.days,
    every: String(shown.every),
    hours: shown.hours,
    minute: String(shown.minute),
    kept: rule ? null : pattern,
    keep: days ? 'time' : quantity || counters.some((each) => set(each)) ? 'quantity' : 'permanent',
    period: days === null ? '30' : (periods.find((each) => each === String(days)) ?? 'other'),
    lasting: days === null ? '30' : String(days),
    quantity: quantity === null ? '' : String(quantity),
    day: text(definition.day_backups),
    week: text(definition.week_backups),
    month: text(definition.month_backups),
    year: text(definition.year_backups),
    full: text(definition.full_backup_interval),
    keepLast: definition.keep_last_backup !== false,
  };
}

export const ruleOf = (form: PolicyForm): Rule => ({
  kind: form.kind,
  days: form.days,
  every: Number(form.every),
  hours: form.hours,
  minute: form.minute.trim() === '' ? Number.NaN : Number(form.minute),
});

/** Periods of which the newest backup is kept. */
export const counters = ['day', 'week', 'month', 'year'] as const;

const optional = (value: string): number | null => (value.trim() === '' ? null : Number(value));
const within = (value: string, least: number, greatest: number): boolean => {
  const number = Number(value);
  return value.trim() !== '' && Number.isInteger(number) && number >= least && number <= greatest;
};

/** The days that backups are kept where the policy goes by time. */
export const daysKept = (form: PolicyForm): string => (form.period === 'other' ? form.lasting : form.period);

/** What is wrong, field by field. */
export type Wrong = Partial<
  Record<
    | 'name'
    | 'days'
    | 'every'
    | 'hours'
    | 'minute'
    | 'lasting'
    | 'quantity'
    | 'full'
    | (typeof counters)[number],
    true
  >
>;

export function wrongOf(form: PolicyForm, before?: Policy): Wrong {
  const wrong: Wrong = {};
  if (!isName(form.name)) wrong.name = true;
  const rule = form.kept ? null : wrongRule(ruleOf(form));
  if (rule) wrong[rule] = true;
  // What the API took stays valid: it takes 1 as well.
  const was = before?.operation_definition;
  const stays = (value: string, number: number | null | undefined) => value === text(number) && value !== '';
  if (form.keep === 'time' && !within(daysKept(form), keeps.least, keeps.most)) {
    if (!stays(daysKept(form), was?.retention_duration_days)) wrong.lasting = true;
  }
  if (form.keep === 'quantity') {
    const byCounters = counters.some((each) => form[each].trim() !== '' && form[each].trim() !== '0');
    const empty = form.quantity.trim() === '';
    if (empty ? !(byCounters && before) : !within(form.quantity, keeps.least, keeps.most)) {
      if (!stays(form.quantity, was?.max_backups)) wrong.quantity = true;
    }
    for (const each of counters) {
      if (form[each].trim() !== '' && !within(form[each], 0, most)) wrong[each] = true;
    }
  }
  if (form.full.trim() !== '' && !within(form.full, 1, most)) wrong.full = true;
  return wrong;
}

/** The policy as the API takes it. What the form does not show of a stored one stays. */
export function policyOf(form: PolicyForm, before?: Policy): NewPolicy {
  const was = before?.operation_definition;
  const definition: Definition = {
    ...(was?.destination_region ? { destination_region: was.destination_region } : {}),
    ...(was?.destination_project_id ? { destination_project_id: was.destination_project_id } : {}),
    ...(was?.enable_acceleration == null ? {} : { enable_acceleration: was.enable_acceleration }),
  };
  if (form.keep === 'time') definition.retention_duration_days = Number(daysKept(form));
  else if (form.keep === 'permanent') {
    definition.retention_duration_days = -1;
    definition.max_backups = -1;
  } else {
    definition.max_backups = optional(form.quantity) ?? -1;
    for (const each of counters) {
      const number = optional(form[each]);
      if (number) {
        definition[`${each}_backups`] = number;
        definition.timezone = form.zone;
      }
    }
  }
  const full = optional(form.full);
  if (full) definition.full_backup_interval = full;
  if (!form.keepLast) definition.keep_last_backup = false;
  const window = before?.trigger.properties.start_window_minutes;
  return {
    name: form.name,
    enabled: form.enabled,
    operation_type: before?.operation_type ?? 'backup',
    operation_definition: definition,
    trigger: {
      properties: {
        pattern: form.kept ?? toPatterns(ruleOf(form)),
        timezone: form.zone,
        ...(window == null ? {} : { start_window_minutes: window }),
      },
    },
  };
}
