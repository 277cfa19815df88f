import { useQuery } from '@tanstack/react-query';
import { policiesQuery } from '../../api/policies';
import { useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { usePolicySentences } from '../../messages/policy';
import { Button } from '../../ui/Button';
import { Note } from '../../ui/Failure';
import { Radios, SelectField } from '../../ui/Form';

/** Whether a policy is to be applied, and which; an empty id: none chosen yet. */
export interface AutoBackupChoice {
  on: boolean;
  id: string;
}

/** Auto Backup of a vault to be made: Skip, or Configure with a policy (VLT-25). */
export function AutoBackup({
  project,
  choice,
  onChange,
  shown,
}: {
  project: string;
  choice: AutoBackupChoice;
  onChange: (choice: AutoBackupChoice) => void;
  shown: boolean;
}) {
  const { t } = useWords();
  const says = usePolicySentences();
  const open = useOpenDialog();
  const { data } = useQuery(policiesQuery(project));
  const policies = (data ?? []).filter((each) => each.operation_type === 'backup');
  const policy = policies.find((each) => each.id === choice.id);
  return (
    <div className="stack">
      <Radios
        label={t('policy.auto')}
        value={choice.on ? 'configure' : 'skip'}
        onChange={(next) => onChange({ ...choice, on: next === 'configure' })}
        choices={[
          { value: 'skip', label: t('policy.auto_skip'), hint: t('policy.auto_skip_hint') },
          {
            value: 'configure',
            label: t('policy.auto_configure'),
            hint: t('policy.auto_configure_hint'),
          },
        ]}
      />
      {choice.on ? (
        <>
          <SelectField
            label={t('policy.apply_choose')}
            placeholder={t(policies.length ? 'policy.apply_pick' : 'policy.apply_none')}
            required
            value={choice.id}
            error={choice.id ? null : t('policy.apply_pick')}
            shown={shown}
            onChange={(id) => onChange({ on: true, id })}
            choices={policies.map((each) => ({ value: each.id, label: each.name }))}
          />
          <div>
            <Button icon="plus" onClick={() => open('create-policy')}>
              {t('policy.create')}
            </Button>
          </div>
          {policy ? (
            <Note>
              <p>{says.rule(policy.trigger.properties.pattern, policy.trigger.properties.timezone)}</p>
              <p>{says.keep(policy.operation_definition)}</p>
            </Note>
          ) : null}
        </>
      ) : null}
    </div>
  );
}
