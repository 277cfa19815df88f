import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  applyPolicy,
  asNew,
  type DryRun,
  goingSoon,
  type Policy,
  type Preview,
  policiesQuery,
} from '../../api/policies';
import { one } from '../../api/queries';
import type { Vault } from '../../api/types';
import { type DialogProps, useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { usePolicySentences } from '../../messages/policy';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Empty, Note } from '../../ui/Failure';
import { SelectField } from '../../ui/Form';
import { toast } from '../../ui/toasts';
import { Going } from './Going';
import { PreviewPane } from './PreviewPane';
import css from './policies.module.css';

/** Applies a backup policy to a vault (POL-20): level 1, or 2 where backups would go within a day. */
export default function ApplyPolicy({ project, about, close }: DialogProps) {
  const policies = useQuery(policiesQuery(project));
  const vault = useQuery(one('vault', project, about.vault ?? ''));
  if (!policies.data || !vault.data) return null;
  return (
    <Choose
      project={project}
      vault={vault.data}
      policies={policies.data.filter((each) => each.operation_type === 'backup')}
      failure={policies.error ?? vault.error}
      close={close}
    />
  );
}

function Choose({
  project,
  vault,
  policies,
  failure,
  close,
}: {
  project: string;
  vault: Vault;
  policies: Policy[];
  failure: unknown;
  close: () => void;
}) {
  const { t } = useWords();
  const says = usePolicySentences();
  const open = useOpenDialog();
  const [chosen, setChosen] = useState('');
  const [doomed, setDoomed] = useState<Preview | null>(null);
  const policy = policies.find((each) => each.id === chosen);
  const same = policy !== undefined && policy.id === vault.policy?.id;
  const run: DryRun | null = policy ? { policy: asNew(policy), id: policy.id, vaults: [vault.id] } : null;
  const apply = useMutation({
    mutationFn: async (sure: boolean) => {
      if (!run || !policy) return null;
      if (!sure && policy.enabled) {
        const soon = await goingSoon(project, run);
        if (soon) return soon;
      }
      await applyPolicy(project, vault.id, policy.id);
      return null;
    },
    onSuccess: (soon) => {
      if (soon) return setDoomed(soon);
      toast('good', t('policy.applied', { name: policy?.name ?? '', vault: vault.name }));
      close();
    },
  });
  if (doomed && policy) {
    return (
      <Confirm
        level={2}
        title={t('policy.apply_deletes_title', { name: policy.name })}
        action={t('policy.apply_deletes_action')}
        busy={apply.isPending}
        failure={apply.error}
        onConfirm={() => apply.mutate(true)}
        onClose={() => setDoomed(null)}
      >
        <p>{t('policy.deletes_text', { n: doomed.deletions.length })}</p>
        <Going preview={doomed} most={50} />
      </Confirm>
    );
  }
  const create = () => open('create-policy', { vault: vault.id });
  return (
    <Dialog
      title={t('policy.apply_title', { name: vault.name })}
      failure={failure ?? apply.error}
      onClose={close}
      aside={
        <Button kind="link" icon="plus" onClick={create}>
          {t('policy.apply_create')}
        </Button>
      }
      onSubmit={() => {
        if (policy && !same && !apply.isPending) apply.mutate(false);
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={apply.isPending}
          reason={policy ? (same ? t('policy.apply_same') : undefined) : t('policy.apply_pick')}
        >
          {t('policy.apply_action')}
        </Button>
      }
    >
      {policies.length === 0 ? (
        <Empty title={t('policy.apply_none')}>{t('policy.none_text')}</Empty>
      ) : (
        <SelectField
          label={t('policy.apply_choose')}
          placeholder={t('policy.apply_pick')}
          required
          value={chosen}
          onChange={setChosen}
          choices={policies.map((each) => ({ value: each.id, label: each.name }))}
        />
      )}
      {policy ? (
        <>
          <div className={css.says}>
            <p>{says.rule(policy.trigger.properties.pattern, policy.trigger.properties.timezone)}</p>
            <p>{says.keep(policy.operation_definition)}</p>
          </div>
          {policy.enabled ? null : <Note tone="warn">{t('policy.apply_disabled')}</Note>}
          {vault.policy && !same ? (
            <Note tone="warn">{t('policy.apply_replaces', { name: vault.policy.name })}</Note>
          ) : null}
          <PreviewPane project={project} run={run} vaults={1} runs={5} />
        </>
      ) : null}
    </Dialog>
  );
}
