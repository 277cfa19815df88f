import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { list, one, queryClient, restoreEstimate } from '../../api/queries';
import type { Backup, Disk } from '../../api/types';
import type { DialogProps } from '../../app/dialogs';
import { allowed, restoreBackup } from '../../lib/can';
import { formatSize } from '../../lib/sizes';
import { formatSpan, fullTime } from '../../lib/times';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { SelectField, Tick } from '../../ui/Form';
import { toast } from '../../ui/toasts';
import css from './RestoreDialog.module.css';

/** Restore Server and Restore Disk. `restore-latest` chooses among the restore points of a server. */
export default function RestoreDialog({ project, about, close }: DialogProps) {
  const { t, locale, zone } = useWords();
  const server = about.server?.[0];
  const points = useQuery({
    ...list('backup', project, {
      limit: 100,
      sort: '-created_at',
      filter: { resource_id: server ?? '', state: 'available' },
    }),
    enabled: !about.backup?.[0] && server !== undefined,
  });
  const [chosen, setChosen] = useState('');
  const usable = (points.data?.items ?? []).filter((each) => allowed(restoreBackup(each)));
  const { before } = about;
  const latest = before
    ? usable.find((each) => Date.parse(each.created_at) <= Date.parse(before))
    : usable[0];
  const id = about.backup?.[0] ?? (chosen || (latest ?? usable.at(-1))?.id);
  const backup = useQuery({ ...one('backup', project, id ?? ''), enabled: id !== undefined });
  const source =
    about.backup?.[0] === undefined && usable.length > 0 ? (
      <SelectField
        label={t('restore.source')}
        value={id ?? ''}
        onChange={setChosen}
        choices={usable.map((each) => ({
          value: each.id,
          label: t('restore.what', { name: each.name, time: fullTime(each.created_at, { locale, zone }) }),
        }))}
      />
    ) : null;
  if (backup.data)
    return <Form key={backup.data.id} project={project} backup={backup.data} source={source} close={close} />;
  return (
    <Dialog title={t('restore.server_title')} onClose={close} failure={backup.error ?? points.error}>
      <p className="soft">{points.data && usable.length === 0 ? t('restore.nothing') : t('kit.loading')}</p>
    </Dialog>
  );
}

function Form({
  project,
  backup,
  source,
  close,
}: {
  project: string;
  backup: Backup;
  source: React.ReactNode;
  close: () => void;
}) {
  const { t, locale, zone } = useWords();
  const reason = useReason();
  const isServer = backup.type === 'server';
  const gone = backup.resource_status === null;
  const disks = useQuery(
    list('disk', project, {
      limit: 1000,
      filter: isServer && !gone ? { server_id: backup.resource_id } : {},
    }),
  );
  const [to, setTo] = useState<Record<string, string>>(() =>
    Object.fromEntries(backup.disks.map((disk) => [disk.id, disk.disk_id])),
  );
  const [powerOn, setPowerOn] = useState(true);
  const [stop, setStop] = useState(true);
  const [asking, setAsking] = useState(false);

  const targets = disks.data?.items ?? [];
  const find = (id: string | undefined): Disk | undefined => targets.find((disk) => disk.id === id);
  const chosen = backup.disks.filter((disk) => find(to[disk.id]));
  const mappings = chosen.map((disk) => ({ disk_backup_id: disk.id, disk_id: to[disk.id] ?? '' }));
  const estimate = useQuery({
    ...restoreEstimate(
      project,
      isServer ? { backup_id: backup.id, mappings } : { backup_id: backup.id, mappings },
    ),
    enabled: disks.data !== undefined && mappings.length > 0,
  });
  const time = fullTime(backup.protected_at ?? backup.created_at, { locale, zone });
  const verdict = restoreBackup(backup);
  const refusals = estimate.data?.refusals ?? [];
  const target = estimate.data?.server ?? null;
  const single = find(to[backup.disks[0]?.id ?? '']);
  const attachedRunning = !isServer && single?.server?.status === 'ACTIVE';

  const restore = useMutation({
    mutationFn: () =>
      call('POST', `/v3/${encodeURIComponent(project)}/backups/${encodeURIComponent(backup.id)}/restore`, {
        restore: isServer
          ? {
              server_id: target?.id ?? backup.resource_id,
              power_on: powerOn,
              mappings: mappings.map((each) => ({ backup_id: each.disk_backup_id, volume_id: each.disk_id })),
            }
          : {
              volume_id: single?.id ?? backup.resource_id,
              ...(attachedRunning ? { stop_server: stop, power_on: powerOn } : {}),
            },
      }),
    onSuccess: () => {
      toast('good', t('restore.started', { name: backup.resource_name, backup: backup.name }));
      for (const kind of ['server', 'disk', 'backup', 'task'])
        void queryClient.invalidateQueries({ queryKey: ['list', kind] });
      close();
    },
  });

  const choices = (disk: Backup['disks'][number]) => [
    ...(backup.disks.length > 1 ? [{ value: '', label: t('restore.none') }] : []),
    ...targets.map((each) => {
      const taken = backup.disks.some((other) => other.id !== disk.id && to[other.id] === each.id);
      return {
        value: each.id,
        label: `${each.name} · ${formatSize(each.size_bytes, locale)}`,
        reason:
          each.size_bytes < disk.size_bytes
            ? t('restore.too_small')
            : !disk.system && each.system && each.id !== disk.disk_id
              ? t('restore.not_system')
              : taken
                ? t('restore.taken')
                : each.status !== 'available' && each.status !== 'in-use' && each.status !== 'error_restoring'
                  ? t('restore.state')
                  : undefined,
      };
    }),
  ];

  const blocked = !allowed(verdict)
    ? reason(verdict.reason)
    : mappings.length === 0 && disks.data
      ? t('restore.no_disk')
      : refusals.length
        ? (refusals[0]?.message ?? '')
        : undefined;
  const title = isServer ? t('restore.server_title') : t('restore.disk_title');
  const name = isServer ? (target?.name ?? backup.resource_name) : (single?.name ?? backup.resource_name);

  // Without a safety backup the data that is replaced is gone: level 3.
  if (asking) {
    return (
      <Confirm
        level={3}
        title={title}
        name={name}
        action={t('restore.action', { name })}
        busy={restore.isPending}
        failure={restore.error}
        onConfirm={() => restore.mutate()}
        onClose={() => setAsking(false)}
      >
        <Note tone="warn">
          {t('restore.replaced', { time })}{' '}
          {target?.will_stop || attachedRunning ? t('restore.will_stop') : ''}
        </Note>
        <ul>
          {chosen.map((disk) => (
            <li key={disk.id}>
              {disk.name} → {find(to[disk.id])?.name}
            </li>
          ))}
        </ul>
      </Confirm>
    );
  }
  return (
    <Dialog
      title={title}
      width="wide"
      onClose={close}
      failure={disks.error ?? restore.error}
      onSubmit={() => {
        if (!blocked && disks.data) setAsking(true);
      }}
      actions={
        <Button type="submit" kind="danger" busy={!disks.data} reason={blocked}>
          {t('restore.action', { name })}
        </Button>
      }
    >
      {source}
      <p>
        <span className="strong">{t('restore.what', { name: backup.name, time })}</span> →{' '}
        {t('restore.to', { name: backup.resource_name })}
      </p>
      {gone ? <Note tone="warn">{t('restore.gone')}</Note> : null}
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('restore.disk')}</th>
            <th scope="col">{t('restore.capacity')}</th>
            <th scope="col">{t('restore.used_as')}</th>
            <th scope="col">{t('restore.destination')}</th>
          </tr>
        </thead>
        <tbody>
          {backup.disks.map((disk) => {
            const about = estimate.data?.disks.find((each) => each.backup_id === disk.id);
            return (
              <tr key={disk.id}>
                <th scope="row">{disk.name}</th>
                <td className="number">{formatSize(disk.size_bytes, locale)}</td>
                <td>{disk.system ? t('backup.system_disk') : t('backup.data_disk')}</td>
                <td>
                  <SelectField
                    bare
                    label={t('restore.destination_of', { name: disk.name })}
                    value={find(to[disk.id]) ? (to[disk.id] ?? '') : ''}
                    onChange={(id) => setTo({ ...to, [disk.id]: id })}
                    choices={choices(disk)}
                    {...(backup.disks.length > 1 ? {} : { placeholder: '–' })}
                  />
                  {about?.refusal ? (
                    <span className={css.refusal}>{about.refusal}</span>
                  ) : about && about.write_bytes !== null ? (
                    <span className="soft">
                      {t('restore.writes', { size: formatSize(about.write_bytes, locale) })}
                    </span>
                  ) : null}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {isServer ? <Tick label={t('restore.power_on')} checked={powerOn} onChange={setPowerOn} /> : null}
      {attachedRunning ? (
        <Tick
          label={t('restore.stop_first')}
          hint={t('restore.stop_first_hint')}
          checked={stop}
          onChange={setStop}
        />
      ) : null}
      {chosen.length > 0 && chosen.length < backup.disks.length ? (
        <Note tone="warn">{t('restore.partly')}</Note>
      ) : null}
      {refusals.map((refusal) => (
        <Note key={refusal.code + refusal.message} tone="bad">
          {refusal.message} {refusal.hint}
        </Note>
      ))}
      <Note tone="warn">
        {t('restore.replaced', { time })} {target?.will_stop ? t('restore.will_stop') : ''}{' '}
        {estimate.data?.seconds ? t('restore.takes', { span: formatSpan(estimate.data.seconds) }) : ''}
      </Note>
    </Dialog>
  );
}
