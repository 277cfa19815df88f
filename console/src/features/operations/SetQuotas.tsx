import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { projectsQuery } from '../../api/admin';
import { type QuotaUses, quotasOfQuery, setQuotas } from '../../api/operations';
import type { DialogProps } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Failure';
import { TextField } from '../../ui/Form';
import { toast } from '../../ui/toasts';
import { quotaKinds } from './quotas';

/** What a project may have: for administrators. */
export default function SetQuotas({ project, about, close }: DialogProps) {
  const id = about.id ?? project;
  const { data, error } = useQuery(quotasOfQuery(id));
  const { data: projects } = useQuery(projectsQuery);
  if (!data || !projects) return error ? <Failure error={error} /> : null;
  const name = projects.find((each) => each.id === id)?.name ?? id;
  return <QuotaForm project={id} name={name} quotas={data} close={close} />;
}

function QuotaForm({
  project,
  name,
  quotas,
  close,
}: {
  project: string;
  name: string;
  quotas: QuotaUses;
  close: () => void;
}) {
  const { t } = useWords();
  const [first] = useState(() =>
    Object.fromEntries(
      quotaKinds.map((kind) => [kind, quotas[kind].most === null ? '' : String(quotas[kind].most)]),
    ),
  );
  const [typed, setTyped] = useState(first);
  const [shown, setShown] = useState(false);
  const wrong = (kind: string) => (/^\d*$/.test(typed[kind]?.trim() ?? '') ? null : t('quota.rule'));
  const save = useMutation({
    mutationFn: () =>
      setQuotas(
        project,
        Object.fromEntries(
          quotaKinds.map((kind) => [kind, typed[kind]?.trim() ? Number(typed[kind]) : null]),
        ),
      ),
    onSuccess: () => {
      toast('good', t('quota.saved', { name }));
      close();
    },
  });
  return (
    <Dialog
      title={t('quota.set_title', { name })}
      width="small"
      dirty={JSON.stringify(typed) !== JSON.stringify(first)}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (quotaKinds.every((kind) => !wrong(kind)) && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t('quota.save')}
        </Button>
      }
    >
      <p className="soft">{t('quota.empty')}</p>
      {quotaKinds.map((kind) => (
        <TextField
          key={kind}
          label={t(`quota.${kind}`)}
          inputMode="numeric"
          value={typed[kind] ?? ''}
          error={wrong(kind)}
          shown={shown}
          hint={t('quota.used', { n: quotas[kind].used })}
          onChange={(value) => setTyped({ ...typed, [kind]: value })}
        />
      ))}
    </Dialog>
  );
}
