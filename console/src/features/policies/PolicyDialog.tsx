import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import {
  applyPolicy,
  changePolicy,
  createPolicy,
  type DryRun,
  goingSoon,
  type Policy,
  type Preview,
  policiesQuery,
} from '../../api/policies';
import { one } from '../../api/queries';
import type { Vault } from '../../api/types';
import type { DialogProps } from '../../app/dialogs';
import { useWords } from '../../messages';
import { usePolicySentences } from '../../messages/policy';
import { announce } from '../../ui/announce';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Failure';
import { TextField, Tick } from '../../ui/Form';
import { toast } from '../../ui/toasts';
import { FrequencyFields } from './FrequencyFields';
import { formOf, newForm, type PolicyForm, policyOf, wrongOf } from './form';
import { Going } from './Going';
import { PreviewPane } from './PreviewPane';
import css from './policies.module.css';
import { AdvancedFields, RetentionFields } from './RetentionFields';

/** Create Policy, or Edit of the one that the address names; for a vault: made and applied to it. */
export default function PolicyDialog({ project, about, close }: DialogProps) {
  const policies = useQuery({ ...policiesQuery(project), enabled: Boolean(about.policy) });
  const vault = useQuery({ ...one('vault', project, about.vault ?? ''), enabled: Boolean(about.vault) });
  const policy = policies.data?.find((each) => each.id === about.policy);
  const error = policies.error ?? vault.error;
  if ((about.policy && !policy) || (about.vault && !vault.data)) {
    return error ? <Failure error={error} /> : null;
  }
  return (
    <PolicyForms
      key={about.policy ?? 'new'}
      project={project}
      policy={policy}
      vault={vault.data}
      close={close}
    />
  );
}

interface Props {
  project: string;
  policy: Policy | undefined;
  vault: Vault | undefined;
  close: () => void;
}

function PolicyForms({ project, policy: given, vault, close }: Props) {
  const { t, zone } = useWords();
  const says = usePolicySentences();
  // What is edited stays what it was when the dialog opened.
  const [policy] = useState(given);
  const [first] = useState(() => (policy ? formOf(policy) : newForm(zone)));
  const [form, setForm] = useState<PolicyForm>(first);
  const [shown, setShown] = useState(false);
  const [doomed, setDoomed] = useState<Preview | null>(null);
  // A policy that was made before applying it failed is not made again.
  const made = useRef<string | null>(null);
  const set = (change: Partial<PolicyForm>) => setForm((before) => ({ ...before, ...change }));
  const wrong = wrongOf(form, policy);
  const right = Object.keys(wrong).length === 0;
  const next = policyOf(form, policy);
  const vaults = policy ? policy.associated_vaults.length : vault ? 1 : 0;
  const run: DryRun = {
    policy: next,
    id: policy?.id,
    ...(policy ? {} : { vaults: vault ? [vault.id] : [] }),
  };

  const save = useMutation({
    mutationFn: async (sure: boolean) => {
      // A disabled policy deletes nothing.
      if (!sure && vaults > 0 && next.enabled) {
        const soon = await goingSoon(project, run);
        if (soon) return soon;
      }
      if (policy) {
        const { name, enabled, operation_definition, trigger } = next;
        await changePolicy(project, policy.id, { name, enabled, operation_definition, trigger });
      } else {
        made.current ??= await createPolicy(project, next);
        if (vault) await applyPolicy(project, vault.id, made.current);
      }
      return null;
    },
    onSuccess: (soon) => {
      if (soon) return setDoomed(soon);
      const { name } = form;
      toast(
        'good',
        policy
          ? t('policy.saved', { name })
          : vault
            ? t('policy.created_applied', { name, vault: vault.name })
            : t('policy.created', { name }),
      );
      close();
    },
  });

  if (doomed) {
    return (
      <Confirm
        level={2}
        title={t('policy.deletes_title', { name: form.name })}
        action={t('policy.deletes_action')}
        busy={save.isPending}
        failure={save.error}
        onConfirm={() => save.mutate(true)}
        onClose={() => setDoomed(null)}
      >
        <p>{t('policy.deletes_text', { n: doomed.deletions.length })}</p>
        <Going preview={doomed} most={50} />
      </Confirm>
    );
  }
  return (
    <Dialog
      title={policy ? t('policy.edit_title', { name: policy.name }) : t('policy.create')}
      width="wide"
      dirty={JSON.stringify(form) !== JSON.stringify(first)}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!right) announce(t('policy.preview_wrong'));
        else if (!save.isPending) save.mutate(false);
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t(policy ? 'policy.save' : 'policy.create')}
        </Button>
      }
    >
      <div className={css.columns}>
        <div className={css.form}>
          <TextField
            label={t('policy.name_field')}
            required
            maxLength={64}
            value={form.name}
            error={wrong.name ? t('policy.name_rule') : null}
            shown={shown}
            onChange={(name) => set({ name })}
          />
          <Tick
            label={t('policy.enabled')}
            hint={t('policy.status_hint')}
            checked={form.enabled}
            onChange={(enabled) => set({ enabled })}
          />
          <FrequencyFields form={form} set={set} wrong={wrong} shown={shown} />
          <RetentionFields form={form} set={set} wrong={wrong} shown={shown} />
          <AdvancedFields form={form} set={set} wrong={wrong} shown={shown} />
          {right ? (
            <div className={css.says}>
              <p>{says.rule(next.trigger.properties.pattern, form.zone)}</p>
              <p>{says.keep(next.operation_definition)}</p>
            </div>
          ) : null}
        </div>
        <PreviewPane project={project} run={right ? run : null} vaults={vaults} />
      </div>
    </Dialog>
  );
}
