import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { hasBegun } from '../../app/begun';
import type { DialogProps } from '../../app/dialogs';
import { isName, longestBackupName, proposeName, suffixed } from '../../lib/names';
import { formatTime } from '../../lib/times';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { TextArea, TextField, Tick } from '../../ui/Form';
import { toast } from '../../ui/toasts';
import { AsCommand } from './AsCommand';
import css from './BackupDialog.module.css';
import { BackupNotes } from './BackupNotes';
import { FullVault } from './FullVault';
import { capacityFor, type Done, type Plan, run } from './run';
import { ServerList } from './ServerList';
import { FULL_PERIOD, MOST_RESOURCES, useBackupPlan } from './useBackupPlan';
import { VaultStep } from './VaultStep';

/** Create Server Backup and Create Disk Backup: one dialog, asked for what is the same once. */
export default function BackupDialog({ project, about, close }: DialogProps) {
  const { t, locale, zone } = useWords();
  const navigate = useNavigate();
  const chosen = useBackupPlan(project, about);
  const { mode, resources, without, loading } = chosen;
  const [preset] = useState(() => proposeName('manualbk_'));
  const [name, setName] = useState(preset);
  const [description, setDescription] = useState('');
  const [step, setStep] = useState<'vault' | 'form' | null>(null);
  const [target, setTarget] = useState<Plan['target'] | undefined>(undefined);
  const [tried, setTried] = useState(false);
  const done = useRef<Done>({ started: [], taken: 0, skipped: [], checkpoints: [] });
  const nameField = useRef<HTMLInputElement>(null);

  const needsVault = without.length > 0;
  // A server without a vault asks for one first; disks are ticked first, then the vault is asked for.
  const at = step ?? (mode === 'server' && needsVault ? 'vault' : 'form');
  const longest = longestBackupName(resources.length);
  const nameError = isName(name, longest) ? null : t('backup.name_rule', { n: longest });
  const plan: Plan = { project, resources, name, description, full: chosen.full, target: target ?? null };
  const [full] = chosen.fullVaults;
  const empty = resources.length === 0;

  const start = useMutation({
    // By the time it succeeds what was ticked is busy, and so no longer offered.
    mutationFn: (asked: Plan) => run(asked, done.current),
    onSuccess: (_, { resources: taken }) => {
      const [only] = taken;
      const what = taken.length === 1 && only ? only.name : t('backup.n_resources', { n: taken.length });
      toast('good', t('backup.started', { name, what }), {
        label: t('news.backup_view'),
        onSelect: () =>
          void navigate({
            to: mode === 'server' ? '/p/$project/server-backups' : '/p/$project/disk-backups',
            params: { project },
            search: { tab: 'backups', q: name },
          }),
      });
      hasBegun({ kind: 'backup', checkpoints: done.current.checkpoints, type: mode });
      for (const skipped of done.current.skipped)
        toast('bad', t('backup.skipped', { name: skipped.name, reason: skipped.reason }));
      close();
    },
  });

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
    if (empty || start.isPending || full || resources.length > MOST_RESOURCES) return;
    if (needsVault && !target) {
      setStep('vault');
      return;
    }
    start.mutate(plan);
  };
  useEffect(() => {
    if (at === 'form') nameField.current?.focus();
  }, [at]);
  const title = mode === 'server' ? t('servers.create_server_backup') : t('servers.create_disk_backup');
  const retry = start.isError && (done.current.vault || done.current.associated);
  const blocked = (): string | undefined => {
    if (empty && !loading) return t('backup.tick_one');
    if (resources.length > MOST_RESOURCES) return t('backup.most', { n: MOST_RESOURCES });
    if (at === 'vault') return target ? undefined : t('backup.choose_vault');
    return full ? t('backup.vault_full', { name: full.name }) : undefined;
  };

  return (
    <Dialog
      title={
        at === 'vault' || (needsVault && target)
          ? t('backup.step', { title, step: at === 'vault' ? 1 : 2 })
          : title
      }
      width="wide"
      onClose={close}
      dirty={name !== preset || description !== '' || chosen.dirty}
      failure={chosen.broken ?? start.error}
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
        <Button type="submit" kind="primary" busy={start.isPending || loading} reason={blocked()}>
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
          {chosen.fullVaults.map((vault) => (
            <FullVault key={vault.id} project={project} vault={vault} />
          ))}
          <ServerList
            project={project}
            plan={chosen}
            aimed={target ? ('id' in target ? target.name : target.create.name) : null}
          />
          {chosen.allOfOne ? (
            <Note
              action={
                <Button kind="link" onClick={() => chosen.setMode('server')}>
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
            checked={chosen.full}
            onChange={chosen.setFull}
            reason={
              chosen.fullLater
                ? t('backup.full_from', {
                    last: formatTime(Date.parse(chosen.fullLater) - FULL_PERIOD, { locale, zone }),
                    time: formatTime(chosen.fullLater, { locale, zone }),
                  })
                : undefined
            }
          />
          <BackupNotes plan={chosen} />
          <AsCommand plan={plan} />
        </>
      )}
    </Dialog>
  );
}
