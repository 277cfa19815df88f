import { useMutation, useQueries, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { backupEstimate, one } from '../../api/queries';
import type { Disk, Server } from '../../api/types';
import type { DialogProps } from '../../app/dialogs';
import { allowed, backupDisk, backupServer, vaultFull } from '../../lib/can';
import { isName, longestBackupName, proposeName, suffixed } from '../../lib/names';
import { formatSize } from '../../lib/sizes';
import { formatSpan, formatTime } from '../../lib/times';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { Group, TextArea, TextField, Tick } from '../../ui/Form';
import { toast } from '../../ui/toasts';
import { AsCommand } from './AsCommand';
import css from './BackupDialog.module.css';
import { DiskRows } from './DiskRows';
import { capacityFor, type Done, type Plan, type Resource, run } from './run';
import { VaultStep } from './VaultStep';

/** Create Server Backup and Create Disk Backup: one dialog, asked for what is the same once. */
export default function BackupDialog({ project, about, close }: DialogProps) {
  const { t, locale, zone } = useWords();
  const reason = useReason();
  const navigate = useNavigate();
  const [mode, setMode] = useState<'server' | 'disk'>(about.do === 'backup-disk' ? 'disk' : 'server');
  const [preset] = useState(() => proposeName('manualbk_'));
  const [name, setName] = useState(preset);
  const [description, setDescription] = useState('');
  const [full, setFull] = useState(false);
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const [ticked, setTicked] = useState<ReadonlySet<string> | null>(null);
  const [step, setStep] = useState<'vault' | 'form' | null>(null);
  const [target, setTarget] = useState<Plan['target'] | undefined>(undefined);
  const [tried, setTried] = useState(false);
  const done = useRef<Done>({ started: [], skipped: [] });
  const nameField = useRef<HTMLInputElement>(null);

  const serverQueries = useQueries({ queries: (about.server ?? []).map((id) => one('server', project, id)) });
  const diskQueries = useQueries({ queries: (about.disk ?? []).map((id) => one('disk', project, id)) });
  const servers = serverQueries.flatMap((each) => (each.data ? [each.data] : []));
  const loose = diskQueries.flatMap((each) => (each.data ? [each.data] : []));
  const loading = [...serverQueries, ...diskQueries].some((each) => each.isPending);
  const broken = [...serverQueries, ...diskQueries].find((each) => each.error)?.error;

  const disks = [...servers.flatMap((server) => server.disks), ...loose];
  // One disk stands ticked; of several the user ticks. A server stands ticked with all its disks.
  const fitDisks = disks.filter((disk) => allowed(backupDisk(disk)));
  const chosenDisks =
    ticked ??
    new Set(
      loose.length
        ? loose.map((disk) => disk.id)
        : fitDisks.length === 1 && disks.length === 1
          ? [fitDisks[0]?.id ?? '']
          : [],
    );
  const chosenServers = servers.filter((server) => allowed(backupServer(server)) && !out.has(server.id));

  const serverResource = (server: Server): Resource => ({
    id: server.id,
    name: server.name,
    kind: 'server',
    size: server.disks
      .filter((disk) => !disk.excluded && !out.has(disk.id))
      .reduce((sum, disk) => sum + disk.size_bytes, 0),
    exclude: server.disks.filter((disk) => out.has(disk.id)).map((disk) => disk.id),
    vault: server.vault?.type === 'server' ? server.vault.id : null,
  });
  const diskResource = (disk: Disk): Resource => ({
    id: disk.id,
    name: disk.name,
    kind: 'disk',
    size: disk.size_bytes,
    exclude: [],
    vault: disk.vault?.type === 'disk' ? disk.vault.id : null,
  });
  const resources =
    mode === 'server'
      ? chosenServers.map(serverResource)
      : disks.filter((disk) => chosenDisks.has(disk.id) && allowed(backupDisk(disk))).map(diskResource);
  const without = resources.filter((each) => each.vault === null);
  const needsVault = without.length > 0;
  // A server without a vault asks for one first; disks are ticked first, then the vault is asked for.
  const at = step ?? (mode === 'server' && needsVault ? 'vault' : 'form');

  const vaults = [
    ...new Map(
      (mode === 'server'
        ? chosenServers.map((server) => server.vault)
        : disks.filter((disk) => chosenDisks.has(disk.id)).map((disk) => disk.vault)
      ).flatMap((vault) => (vault && vault.type === mode ? [[vault.id, vault] as const] : [])),
    ).values(),
  ];
  const fullVault = vaults.find(vaultFull);
  const estimate = useQuery({
    ...backupEstimate(project, {
      ...(vaults.length === 1 && !needsVault ? { vault_id: vaults[0]?.id ?? '' } : {}),
      resources: resources.map((each) => ({
        id: each.id,
        type: each.kind,
        ...(each.exclude.length ? { exclude_volumes: each.exclude } : {}),
      })),
      incremental: !full,
    }),
  });
  const fullLater =
    estimate.data?.full_possible_at && Date.parse(estimate.data.full_possible_at) > Date.now()
      ? estimate.data.full_possible_at
      : null;

  const longest = longestBackupName(resources.length);
  const nameError = isName(name, longest) ? null : t('backup.name_rule', { n: longest });
  const plan: Plan = {
    project,
    resources,
    name,
    description,
    full: full && !fullLater,
    target: target ?? null,
  };

  const start = useMutation({
    mutationFn: () => run(plan, done.current),
    onSuccess: () => {
      const what =
        resources.length === 1
          ? (resources[0]?.name ?? '')
          : t('backup.n_resources', { n: resources.length });
      toast('good', t('backup.started', { name, what }), {
        label: t('backup.view'),
        onSelect: () =>
          void navigate(
            (mode === 'server' && resources.length === 1
              ? {
                  to: '/p/$project/servers/$server',
                  params: { project, server: resources[0]?.id },
                  search: { tab: 'backups' },
                }
              : { to: '/p/$project/servers', params: { project }, search: {} }) as never,
          ),
      });
      for (const skipped of done.current.skipped) {
        toast('bad', t('backup.skipped', { name: skipped.name, reason: skipped.reason }));
      }
      close();
    },
  });

  const empty = resources.length === 0;
  const submit = () => {
    setTried(true);
    if (at === 'vault') {
      if (target) setStep('form');
      return;
    }
    if (nameError) {
      nameField.current?.focus();
      return;
    }
    if (empty || start.isPending || fullVault) return;
    if (needsVault && !target) {
      setStep('vault');
      return;
    }
    start.mutate();
  };
  useEffect(() => {
    if (at === 'form') nameField.current?.focus();
  }, [at]);
  const dirty = name !== preset || description !== '' || full || out.size > 0;
  const allTicked =
    mode === 'disk' &&
    servers.some(
      (server) => server.disks.length > 1 && server.disks.every((disk) => chosenDisks.has(disk.id)),
    );
  const title = mode === 'server' ? t('servers.create_server_backup') : t('servers.create_disk_backup');
  const toggle = (set: ReadonlySet<string>, id: string): ReadonlySet<string> => {
    const next = new Set(set);
    if (next.has(id)) next.delete(id);
    else next.add(id);
    return next;
  };
  const retry = start.isError && (done.current.vault || done.current.associated);

  return (
    <Dialog
      title={
        needsVault || step === 'vault' ? t('backup.step', { title, step: at === 'vault' ? 1 : 2 }) : title
      }
      width="wide"
      onClose={close}
      dirty={dirty}
      failure={broken ?? start.error}
      initialFocus={nameField}
      onSubmit={submit}
      aside={
        at === 'form' && needsVault && target ? (
          <Button kind="link" icon="left" onClick={() => setStep('vault')}>
            {t('backup.back_to_vault')}
          </Button>
        ) : null
      }
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={start.isPending || loading}
          reason={
            empty && !loading
              ? t('backup.tick_one')
              : at === 'vault' && !target
                ? t('backup.choose_vault')
                : at === 'form' && fullVault
                  ? t('backup.vault_full', { name: fullVault.name })
                  : undefined
          }
        >
          {at === 'vault' || (at === 'form' && needsVault && !target)
            ? t('backup.next')
            : retry
              ? t('kit.retry')
              : t('backup.ok')}
        </Button>
      }
    >
      {retry ? (
        <Note tone="warn">
          {done.current.vault ? t('backup.vault_exists', { name: done.current.vault.name }) : null}{' '}
          {done.current.associated ? t('backup.is_associated') : null}
        </Note>
      ) : null}
      {at === 'vault' ? (
        <VaultStep
          project={project}
          kind={mode}
          resources={without}
          target={target ?? null}
          capacity={capacityFor(without)}
          shown={tried}
          onChange={setTarget}
        />
      ) : (
        <>
          <Group label={t('backup.server_list')}>
            {mode === 'server'
              ? servers.map((server) => {
                  const verdict = backupServer(server);
                  return (
                    <DiskRows
                      key={server.id}
                      server={server}
                      estimate={estimate.data}
                      checked={allowed(verdict) && !out.has(server.id)}
                      reason={allowed(verdict) ? undefined : reason(verdict.reason)}
                      onServer={() => setOut(toggle(out, server.id))}
                      isIn={(disk) => !out.has(disk.id) && !disk.excluded}
                      mayDisk={(disk) =>
                        disk.excluded
                          ? t('backup.excluded')
                          : !out.has(disk.id) &&
                              server.disks.filter((each) => !out.has(each.id) && !each.excluded).length === 1
                            ? t('backup.one_disk')
                            : undefined
                      }
                      onDisk={(disk) => setOut(toggle(out, disk.id))}
                    />
                  );
                })
              : null}
            {mode === 'disk'
              ? servers.map((server) => (
                  <DiskRows
                    key={server.id}
                    server={server}
                    estimate={estimate.data}
                    open
                    isIn={(disk) => chosenDisks.has(disk.id)}
                    mayDisk={(disk) => {
                      const verdict = backupDisk(disk);
                      return allowed(verdict) ? undefined : reason(verdict.reason);
                    }}
                    onDisk={(disk) => setTicked(toggle(chosenDisks, disk.id))}
                    showVault
                  />
                ))
              : null}
            {mode === 'disk' && loose.length ? (
              <DiskRows
                disks={loose}
                estimate={estimate.data}
                open
                isIn={(disk) => chosenDisks.has(disk.id)}
                mayDisk={(disk) => {
                  const verdict = backupDisk(disk);
                  return allowed(verdict) ? undefined : reason(verdict.reason);
                }}
                onDisk={(disk) => setTicked(toggle(chosenDisks, disk.id))}
                showVault
              />
            ) : null}
          </Group>
          {allTicked ? (
            <Note
              action={
                <Button kind="link" onClick={() => setMode('server')}>
                  {t('backup.switch')}
                </Button>
              }
            >
              {t('backup.all_disks')}
            </Note>
          ) : null}
          {resources.some((each) => each.exclude.length) ? (
            <Note tone="warn">{t('backup.spread')}</Note>
          ) : null}
          <div className={css.fields}>
            <TextField
              ref={nameField}
              label={t('backup.name')}
              value={name}
              onChange={setName}
              required
              mono
              maxLength={64}
              spellCheck={false}
              autoComplete="off"
              shown={tried}
              error={nameError}
              hint={
                resources.length > 1 && !nameError
                  ? t('backup.suffixes', {
                      first: suffixed(name, resources.length)[0],
                      last: suffixed(name, resources.length)[1],
                    })
                  : undefined
              }
            />
            <TextArea
              label={t('backup.description')}
              value={description}
              onChange={setDescription}
              longest={255}
              rows={1}
            />
          </div>
          <Tick
            label={t('backup.full')}
            hint={t('backup.full_hint')}
            checked={full && !fullLater}
            onChange={setFull}
            reason={
              fullLater ? t('backup.full_from', { time: formatTime(fullLater, { locale, zone }) }) : undefined
            }
          />
          {fullVault ? <Note tone="bad">{t('backup.vault_full', { name: fullVault.name })}</Note> : null}
          {estimate.data?.vault && !estimate.data.vault.fits ? (
            <Note tone="warn">
              {t('backup.may_not_fit', { size: formatSize(estimate.data.vault.remaining_bytes, locale) })}
            </Note>
          ) : null}
          {estimate.data?.refusals
            // What is in no vault yet is associated before the backup starts.
            .filter((refusal) => !without.some((each) => each.id === refusal.resource_id))
            .map((refusal) => (
              <Note key={refusal.resource_id + refusal.code} tone="bad">
                {refusal.message} {refusal.hint}
              </Note>
            ))}
          <Note>
            {estimate.data?.read_bytes !== null && estimate.data?.read_bytes !== undefined
              ? estimate.data.seconds !== null
                ? t('backup.about', {
                    size: formatSize(estimate.data.read_bytes, locale),
                    span: formatSpan(estimate.data.seconds),
                  })
                : t('backup.about_size', { size: formatSize(estimate.data.read_bytes, locale) })
              : ''}{' '}
            {mode === 'server' ? t('backup.restart_note') : t('backup.delete_note')}
          </Note>
          <AsCommand plan={plan} vault={vaults.length === 1 ? (vaults[0]?.id ?? null) : null} />
        </>
      )}
    </Dialog>
  );
}
