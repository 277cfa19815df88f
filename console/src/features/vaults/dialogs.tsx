import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { one } from '../../api/queries';
import type { Vault } from '../../api/types';
import { changeVault, deleteVault, dissociate, type VaultChange } from '../../api/vaults';
import type { DialogProps } from '../../app/dialogs';
import { isName } from '../../lib/names';
import { formatSize, GIB, wholeGib } from '../../lib/sizes';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { TextField, Tick } from '../../ui/Form';
import { Facts } from '../../ui/Page';
import { Size } from '../../ui/Size';
import { toast } from '../../ui/toasts';
import { capacities } from './can';
import css from './vaults.module.css';

/** The vault of a dialog, and its one change. */
function useVault({ project, about, close }: DialogProps) {
  const id = about.vault ?? '';
  const { data: vault, error } = useQuery(one('vault', project, id));
  const save = useMutation({
    mutationFn: ({ change }: { change: VaultChange; said: string }) => changeVault(project, id, change),
    onSuccess: (_, { said }) => {
      toast('good', said);
      close();
    },
  });
  return { vault, failure: error ?? save.error, save };
}

export function RenameVault(props: DialogProps) {
  const { t } = useWords();
  const { vault, failure, save } = useVault(props);
  const [typed, setTyped] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const name = typed ?? vault?.name ?? '';
  const error = isName(name) ? null : t('vaults.name_rule');
  return (
    <Dialog
      title={t('vaults.rename')}
      width="small"
      dirty={typed !== null && typed !== vault?.name}
      failure={failure}
      onClose={props.close}
      onSubmit={() => {
        setShown(true);
        if (!error && vault && !save.isPending)
          save.mutate({ change: { name }, said: t('vaults.renamed', { name }) });
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending || !vault}>
          {t('vaults.rename')}
        </Button>
      }
    >
      <TextField
        label={t('vaults.name_field')}
        required
        value={name}
        maxLength={64}
        error={error}
        shown={shown}
        onChange={setTyped}
      />
    </Dialog>
  );
}

export function ExpandVault(props: DialogProps) {
  const { t, locale } = useWords();
  const { vault, failure, save } = useVault(props);
  const [typed, setTyped] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const now = vault ? wholeGib(vault.size_bytes) : 0;
  const text = typed ?? (vault ? String(now + Math.max(10, Math.ceil(now / 2))) : '');
  const size = Number(text);
  // Room that shows in use or is promised to resources cannot be taken away.
  const least = vault
    ? Math.max(capacities.least, wholeGib(Math.max(vault.used_bytes, vault.allocated_bytes)))
    : 0;
  const error =
    Number.isInteger(size) && size >= least && size <= capacities.most
      ? null
      : t('vaults.size_rule', { least, most: capacities.most });
  return (
    <Dialog
      title={t('vaults.expand')}
      width="small"
      dirty={typed !== null}
      failure={failure}
      onClose={props.close}
      onSubmit={() => {
        setShown(true);
        if (!error && vault && !save.isPending)
          save.mutate({
            change: { billing: { size } },
            said: t('vaults.expanded', { name: vault.name, size: formatSize(size * GIB, locale) }),
          });
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={save.isPending || !vault}
          reason={size === now ? t('vaults.size_same') : undefined}
        >
          {size < now ? t('vaults.shrink') : t('vaults.expand')}
        </Button>
      }
    >
      {vault ? (
        <Facts
          facts={[
            [t('vaults.name_field'), vault.name],
            [t('vaults.size_now'), <Size key="s" bytes={vault.size_bytes} />],
            [t('vaults.used'), <Size key="u" bytes={vault.used_bytes} />],
            [t('vaults.allocated'), <Size key="a" bytes={vault.allocated_bytes} />],
          ]}
        />
      ) : null}
      <TextField
        label={t('vaults.size_new')}
        required
        inputMode="numeric"
        unit="GiB"
        value={text}
        error={error}
        shown={shown}
        hint={vault ? t('vaults.size_hint', { least }) : undefined}
        onChange={setTyped}
      />
    </Dialog>
  );
}

/** Automatic expansion and the threshold of the alarm. */
export function VaultSettings(props: DialogProps) {
  const { vault } = useVault(props);
  return vault ? <SettingsForm key={vault.id} {...props} /> : null;
}

function SettingsForm(props: DialogProps) {
  const { t } = useWords();
  const { vault, failure, save } = useVault(props);
  const [first] = useState(vault as Vault);
  const [expand, setExpand] = useState(first.auto_expand);
  const [threshold, setThreshold] = useState(String(first.threshold_percent));
  const [shown, setShown] = useState(false);
  const percent = Number(threshold);
  const wrong =
    Number.isInteger(percent) && percent >= 1 && percent <= 100 ? null : t('vaults.threshold_rule');
  const dirty = expand !== first.auto_expand || threshold !== String(first.threshold_percent);
  return (
    <Dialog
      title={t('vaults.settings_of', { name: first.name })}
      dirty={dirty}
      failure={failure}
      onClose={props.close}
      onSubmit={() => {
        setShown(true);
        if (wrong || save.isPending) return;
        save.mutate({
          change: { auto_expand: expand, threshold: percent },
          said: t('vaults.saved', { name: first.name }),
        });
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t('vaults.save')}
        </Button>
      }
    >
      <Tick
        label={t('vaults.auto_expand')}
        hint={t('vaults.auto_expand_hint')}
        checked={expand}
        onChange={setExpand}
      />
      <div className={css.narrowField}>
        <TextField
          label={t('vaults.threshold')}
          hint={t('vaults.threshold_hint')}
          inputMode="numeric"
          unit="%"
          required
          value={threshold}
          error={wrong}
          shown={shown}
          onChange={setThreshold}
        />
      </div>
    </Dialog>
  );
}

/** Backup locking: level 3, since nobody can undo it. */
export function LockVault(props: DialogProps) {
  const { t } = useWords();
  const { vault, failure, save } = useVault(props);
  if (!vault) return null;
  return (
    <Confirm
      level={3}
      name={vault.name}
      title={t('vaults.lock_title', { name: vault.name })}
      action={t('vaults.enable_lock')}
      busy={save.isPending}
      failure={failure}
      onConfirm={() =>
        save.mutate({ change: { locked: true }, said: t('vaults.lock_done', { name: vault.name }) })
      }
      onClose={props.close}
    >
      <Note tone="warn">{t('vaults.lock_text')}</Note>
      <p>{t('vaults.lock_what')}</p>
    </Confirm>
  );
}

/** Deletes a vault with all its backups: level 3. */
export function DeleteVault({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const id = about.vault ?? '';
  const here = useParams({ strict: false }).vault === id;
  const navigate = useNavigate();
  // What is being deleted is not asked for again: it may be gone by then.
  const [going, setGoing] = useState(false);
  const { data: vault, error } = useQuery({ ...one('vault', project, id), enabled: !going });
  const remove = useMutation({
    onMutate: () => setGoing(true),
    mutationFn: () => deleteVault(project, id),
    onSuccess: () => {
      toast('good', t('vaults.deleted', { name: vault?.name ?? '' }));
      if (!here) close();
      else {
        const to = vault?.type === 'disk' ? '/p/$project/disk-backups' : '/p/$project/server-backups';
        void navigate({ to, params: { project }, search: {}, replace: true });
      }
    },
  });
  if (!vault) return null;
  return (
    <Confirm
      level={3}
      name={vault.name}
      title={t('vaults.delete_title', { name: vault.name })}
      action={t('vaults.delete')}
      busy={remove.isPending}
      failure={error ?? remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('vaults.delete_text')}</p>
      <Facts
        facts={[
          [t('vaults.backups'), vault.backup_count],
          [t('vaults.freed'), <Size key="f" bytes={vault.used_bytes} />],
          [vault.type === 'server' ? t('vaults.servers') : t('vaults.disks'), vault.resource_count],
        ]}
      />
      {vault.resource_count > 0 ? (
        <Note tone="warn">{t('vaults.delete_unprotected', { n: vault.resource_count })}</Note>
      ) : null}
      {vault.locked ? <Note tone="warn">{t('vaults.delete_locked')}</Note> : null}
    </Confirm>
  );
}

/** Takes resources out of a vault: level 2 if backups go, else 1. */
export function Dissociate({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const id = about.vault ?? '';
  const { data: vault, error } = useQuery(one('vault', project, id));
  const wanted = new Set([...(about.server ?? []), ...(about.disk ?? [])]);
  const rows = (vault?.resources ?? []).filter((each) => wanted.has(each.id));
  const backups = rows.reduce((sum, each) => sum + each.backup_count, 0);
  const values = { n: rows.length, name: rows[0]?.name ?? '' };
  const run = useMutation({
    mutationFn: () =>
      dissociate(
        project,
        id,
        rows.map((each) => each.id),
      ),
    onSuccess: () => {
      toast('good', t('vaults.dissociated', values));
      close();
    },
  });
  if (!vault) return null;
  return (
    <Confirm
      level={backups > 0 ? 2 : 1}
      title={t('vaults.dissociate_title', { ...values, vault: vault.name })}
      action={t('vaults.dissociate_action', values)}
      busy={run.isPending || rows.length === 0}
      failure={error ?? run.error}
      onConfirm={() => run.mutate()}
      onClose={close}
    >
      <p>{backups > 0 ? t('vaults.dissociate_backups', { n: backups }) : t('vaults.dissociate_text')}</p>
      {backups > 0 ? (
        <table className={css.what}>
          <thead>
            <tr>
              <th scope="col">{vault.type === 'server' ? t('kind.server') : t('kind.disk')}</th>
              <th scope="col" className={css.right}>
                {t('vaults.backups')}
              </th>
              <th scope="col" className={css.right}>
                {t('vaults.freed')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((each) => (
              <tr key={each.id}>
                <th scope="row">{each.name}</th>
                <td className={css.right}>{each.backup_count}</td>
                <td className={css.right}>
                  <Size bytes={each.backup_bytes} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </Confirm>
  );
}
