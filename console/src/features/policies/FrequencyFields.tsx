import { timeOfDay, type WeekDay, weekDays } from '../../lib/rule';
import { browserZone } from '../../lib/times';
import { useWords } from '../../messages';
import { dayNames } from '../../messages/policy';
import { Button } from '../../ui/Button';
import { Note } from '../../ui/Failure';
import { Radios, SelectField, TextField } from '../../ui/Form';
import { Toggles } from '../../ui/Toggles';
import type { PolicyForm, Wrong } from './form';
import css from './policies.module.css';

const hours = Array.from({ length: 24 }, (_, hour) => hour);

/** When a policy runs. */
export function FrequencyFields({
  form,
  set,
  wrong,
  shown,
}: {
  form: PolicyForm;
  set: (change: Partial<PolicyForm>) => void;
  wrong: Wrong;
  shown: boolean;
}) {
  const { t, locale, zone } = useWords();
  const zones = [...new Set([form.zone, zone, browserZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  const names = dayNames(locale);
  const minute = Number(form.minute);
  const at = Number.isInteger(minute) && minute >= 0 && minute <= 59 ? minute : 0;
  if (form.kept) {
    return (
      <Note action={<Button onClick={() => set({ kept: null })}>{t('policy.replace_rules')}</Button>}>
        {t('policy.kept_rules')}
        <ul>
          {form.kept.map((rule) => (
            <li key={rule}>
              <code>{rule}</code>
            </li>
          ))}
        </ul>
      </Note>
    );
  }
  return (
    <>
      <Radios
        label={t('policy.frequency')}
        value={form.kind}
        onChange={(kind) => set({ kind })}
        choices={[
          { value: 'weekly', label: t('policy.weekly') },
          { value: 'daily', label: t('policy.daily') },
        ]}
      />
      {form.kind === 'weekly' ? (
        <Toggles<WeekDay>
          label={t('policy.days')}
          wide
          choices={weekDays.map((day) => ({ value: day, label: names[day] }))}
          chosen={form.days}
          onChange={(days) => set({ days })}
          error={wrong.days ? t('policy.days_rule') : null}
        />
      ) : (
        <div className={css.narrow}>
          <TextField
            label={t('policy.every')}
            inputMode="numeric"
            unit={t('policy.every_unit')}
            required
            value={form.every}
            error={wrong.every ? t('policy.every_rule') : null}
            shown={shown}
            onChange={(every) => set({ every })}
          />
        </div>
      )}
      <Toggles
        label={t('policy.time')}
        choices={hours.map((hour) => ({ value: hour, label: timeOfDay(hour, at) }))}
        chosen={form.hours}
        onChange={(chosen) => set({ hours: chosen })}
        error={wrong.hours ? t('policy.time_rule') : null}
      >
        <Button kind="link" onClick={() => set({ hours })}>
          {t('policy.select_all')}
        </Button>
        <Button
          kind="link"
          onClick={() => set({ hours: hours.filter((hour) => !form.hours.includes(hour)) })}
        >
          {t('policy.invert')}
        </Button>
      </Toggles>
      <SelectField
        label={t('policy.zone')}
        hint={t('policy.zone_hint')}
        value={form.zone}
        onChange={(next) => set({ zone: next })}
        choices={zones.map((each) => ({ value: each, label: each }))}
      />
    </>
  );
}
