import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { restore as ask } from '../../api/restore';
import type { Backup } from '../../api/types';
import { hasBegun } from '../../app/begun';
import { allowed } from '../../lib/can';
import { formatSize } from '../../lib/sizes';
import { backupLook, serverLook } from '../../lib/status';
import { exactTime, formatSpan } from '../../lib/times';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { Tick } from '../../ui/Form';
import { Prose } from '../../ui/Prose';
import { StatusWord } from '../../ui/StatusWord';
import { toast } from '../../ui/toasts';
import css from './RestoreDialog.module.css';
import { RestoreTable } from './RestoreTable';
import { useRestorePlan } from './useRestorePlan';

/** One backup, onto its disks or others; with a way back unless it is declined. */
export function RestoreForm({
  project,
  backup,
  source,
  close,
}: {
  project: string;
  backup: Backup;
  /** Choice of another restore point, where there is one. */
  source: ReactNode;
  close: () => void;
}) {
  const { t, locale, zone } = useWords();
  const reason = useReason();
  const plan = useRestorePlan(project, backup);
  const { safety, single, target } = plan;
  const [powerOn, setPowerOn] = useState(true);
  const [stop, setStop] = useState(true);
  const [asking, setAsking] = useState(false);
  const time = exactTime(backup.protected_at ?? backup.created_at, { locale, zone });
  const attached = single?.server?.status === 'ACTIVE';
  const refusals = plan.estimate?.refusals ?? [];
  const name = plan.server ? (target?.name ?? backup.resource_name) : (single?.name ?? backup.resource_name);
  const title = plan.server ? t('restore.server_title') : t('restore.disk_title');

  const run = useMutation({
    mutationFn: () =>
      ask(project, backup, {
        server: target?.id ?? backup.resource_id,
        disk: single?.id ?? backup.resource_id,
        mappings: plan.mappings,
        powerOn,
        stop: attached ? stop : null,
        safety: safety?.on ?? false,
      }),
    onSuccess: (task) => {
      toast('good', t('restore.started', { name, backup: backup.name }));
      if (task) hasBegun({ kind: 'restore', task: task.id, backup: backup.id, type: backup.type, name });
      close();
    },
  });
  const blocked = !allowed(plan.verdict)
    ? reason(plan.verdict.reason)
    : plan.mappings.length === 0 && plan.ready
      ? t('restore.no_disk')
      : refusals[0]?.message;
  const willStop = target?.will_stop || (attached && stop);
  const what = (
    <Note tone="warn">
      {t('restore.replaced', { time })} {willStop ? t('restore.will_stop') : ''}{' '}
      {plan.estimate?.seconds ? t('restore.takes', { span: formatSpan(plan.estimate.seconds) }) : ''}
    </Note>
  );

  // Without a safety backup the data that is replaced is gone: level 3.
  if (asking)
    return (
      <Confirm
        level={3}
        title={title}
        name={name}
        action={t('restore.action', { name })}
        busy={run.isPending}
        failure={run.error}
        onConfirm={() => run.mutate()}
        onClose={() => setAsking(false)}
      >
        {what}
        <p>{t('restore.no_way_back')}</p>
        <ul>
          {plan.chosen.map((pair) => (
            <li key={pair.source.id}>
              {pair.source.name} → {pair.target.name}
            </li>
          ))}
        </ul>
      </Confirm>
    );
  return (
    <Dialog
      title={title}
      width="wide"
      onClose={close}
      dirty={plan.changed}
      failure={plan.failure ?? run.error}
      onSubmit={() => {
        if (blocked || !plan.ready || !plan.judged || run.isPending) return;
        if (safety?.on) run.mutate();
        else setAsking(true);
      }}
      actions={
        <Button
          type="submit"
          kind="danger"
          busy={!plan.ready || (!plan.judged && plan.mappings.length > 0) || run.isPending}
          reason={blocked}
        >
          {t('restore.action', { name })}
        </Button>
      }
    >
      {source}
      <p className={css.what}>
        <span className="strong">{t('restore.what', { name: backup.name, time })}</span>
        <StatusWord look={backupLook(backup.state)} />
        <span>→ {name}</span>
        {plan.server && target ? <StatusWord look={serverLook(target.status)} /> : null}
      </p>
      {plan.gone ? <Note tone="warn">{t('restore.gone')}</Note> : null}
      {safety ? (
        <Tick
          label={t('restore.safety')}
          hint={
            safety.bytes === null
              ? t('restore.safety_hint')
              : t('restore.safety_size', {
                  size: formatSize(safety.bytes, locale),
                  vault: safety.vault ?? '',
                })
          }
          checked={safety.on}
          onChange={safety.set}
          reason={
            safety.possible
              ? undefined
              : safety.refusal
                ? t('restore.safety_not', { why: safety.refusal.message })
                : t('restore.safety_full')
          }
        />
      ) : null}
      {plan.server ? (
        <Tick label={t('restore.power_on')} checked={powerOn} onChange={setPowerOn} />
      ) : attached ? (
        <Tick
          label={t('restore.stop_first')}
          hint={t('restore.stop_first_hint')}
          checked={stop}
          onChange={setStop}
        />
      ) : null}
      <RestoreTable backup={backup} plan={plan} />
      {plan.chosen.length > 0 && plan.chosen.length < backup.disks.length ? (
        <Note tone="warn">{t('restore.partly')}</Note>
      ) : null}
      {refusals.map((refusal) => (
        <Note key={refusal.code + refusal.message} tone="bad">
          <Prose text={`${refusal.message} ${refusal.hint ?? ''}`} />
        </Note>
      ))}
      {what}
    </Dialog>
  );
}
