import { useState } from 'react';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Radios, SelectField, TextField, Tick } from '../../ui/Form';
import { counters, keeps, most, type PolicyForm, periods, type Wrong } from './form';
import css from './policies.module.css';

interface Props {
  form: PolicyForm;
  set: (change: Partial<PolicyForm>) => void;
  wrong: Wrong;
  shown: boolean;
}

/** How long a policy keeps what it makes. */
export function RetentionFields({ form, set, wrong, shown }: Props) {
  const { t } = useWords();
  const keepsRule = t('policy.keeps_rule', { least: keeps.least, most: keeps.most });
  return (
    <>
      <Radios
        label={t('policy.keep')}
        value={form.keep}
        onChange={(keep) =>
          set({ keep, ...(keep === 'quantity' && !form.quantity ? { quantity: '30' } : {}) })
        }
        choices={[
          { value: 'time', label: t('policy.keep_time') },
          { value: 'quantity', label: t('policy.keep_quantity') },
          { value: 'permanent', label: t('policy.keep_permanent') },
        ]}
      />
      {form.keep === 'time' ? (
        <div className={css.pair}>
          <SelectField
            label={t('policy.period')}
            value={form.period}
            onChange={(period) => set({ period: period as PolicyForm['period'] })}
            choices={[
              ...periods.map((each) => ({ value: each, label: t(`policy.period_${each}`) })),
              { value: 'other', label: t('policy.period_other') },
            ]}
          />
          {form.period === 'other' ? (
            <TextField
              label={t('policy.lasting')}
              inputMode="numeric"
              required
              value={form.lasting}
              error={wrong.lasting ? keepsRule : null}
              shown={shown}
              onChange={(lasting) => set({ lasting })}
            />
          ) : null}
        </div>
      ) : null}
      {form.keep === 'quantity' ? (
        <div className={css.narrow}>
          <TextField
            label={t('policy.quantity')}
            inputMode="numeric"
            required
            value={form.quantity}
            error={wrong.quantity ? keepsRule : null}
            shown={shown}
            onChange={(quantity) => set({ quantity })}
          />
        </div>
      ) : null}
    </>
  );
}

/** Minutes, counters of days to years, full backups: what most policies do without. */
export function AdvancedFields({ form, set, wrong, shown }: Props) {
  const { t } = useWords();
  const used =
    form.minute !== '0' || form.full !== '' || !form.keepLast || counters.some((each) => form[each] !== '');
  const [open, setOpen] = useState(used);
  return (
    <>
      <Button
        kind="link"
        icon={open ? 'down' : 'right'}
        aria-expanded={open}
        className={css.fold}
        onClick={() => setOpen(!open)}
      >
        {t('policy.advanced')}
      </Button>
      {open ? (
        <div className="stack">
          {form.kept ? null : (
            <div className={css.narrow}>
              <TextField
                label={t('policy.minute')}
                inputMode="numeric"
                value={form.minute}
                error={wrong.minute ? t('policy.minute_rule') : null}
                shown={shown}
                onChange={(minute) => set({ minute })}
              />
            </div>
          )}
          {form.keep === 'quantity' ? (
            <div>
              <p className="soft">{t('policy.counters_hint')}</p>
              <div className={css.counters}>
                {counters.map((each) => (
                  <TextField
                    key={each}
                    label={t(`policy.count_${each}`)}
                    inputMode="numeric"
                    value={form[each]}
                    error={wrong[each] ? t('policy.count_rule', { most }) : null}
                    shown={shown}
                    onChange={(value) => set({ [each]: value })}
                  />
                ))}
              </div>
            </div>
          ) : null}
          <TextField
            label={t('policy.full')}
            hint={t('policy.full_hint')}
            inputMode="numeric"
            value={form.full}
            error={wrong.full ? t('policy.full_rule', { most }) : null}
            shown={shown}
            onChange={(full) => set({ full })}
          />
          {form.keep === 'permanent' ? null : (
            <Tick
              label={t('policy.keep_last')}
              hint={t('policy.keep_last_hint')}
              checked={form.keepLast}
              onChange={(keepLast) => set({ keepLast })}
            />
          )}
        </div>
      ) : null}
    </>
  );
}
