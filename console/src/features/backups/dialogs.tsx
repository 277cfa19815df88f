import { useMutation, useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { backupsChanged, deleteBackup as remove, renameBackup } from '../../api/backups';
import { one } from '../../api/queries';
import type { Backup } from '../../api/types';
import type { DialogProps } from '../../app/dialogs';
import { allowed, deleteBackup } from '../../lib/can';
import { isName } from '../../lib/names';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Note, useFailureText } from '../../ui/Failure';
import { TextField } from '../../ui/Form';
import { Size } from '../../ui/Size';
import { Age } from '../../ui/Time';
import { toast } from '../../ui/toasts';
import css from './backups.module.css';

/** Backups named in the address, as far as they are known by now. */
function useBackups({ project, about }: DialogProps, ask = true) {
  const results = useQueries({
    queries: (about.backup ?? []).map((id) => ({ ...one('backup', project, id), enabled: ask })),
  });
  return {
    backups: results.flatMap((result) => (result.data ? [result.data] : [])),
    error: results.find((result) => result.error)?.error,
    pending: results.some((result) => result.isPending),
  };
}

export function RenameBackup(props: DialogProps) {
  const { t } = useWords();
  const { project, close } = props;
  const { backups, error } = useBackups(props);
  const backup = backups[0];
  const [typed, setTyped] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const name = typed ?? backup?.name ?? '';
  const wrong = isName(name) ? null : t('backup_pages.name_rule');
  const save = useMutation({
    mutationFn: () => renameBackup(project, backup?.id ?? '', name),
    onSuccess: () => {
      backupsChanged(project);
      toast('good', t('backup_pages.renamed', { name }));
      close();
    },
  });
  return (
    <Dialog
      title={t('backup_pages.rename')}
      width="small"
      dirty={typed !== null && typed !== backup?.name}
      failure={error ?? save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrong && backup && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending || !backup}>
          {t('backup_pages.rename')}
        </Button>
      }
    >
      <TextField
        label={t('backup_pages.name_field')}
        required
        value={name}
        maxLength={64}
        error={wrong}
        shown={shown}
        onChange={setTyped}
      />
    </Dialog>
  );
}

/** Deletes one or several backups: level 2. Results come per backup. */
export function DeleteBackups(props: DialogProps) {
  const { t } = useWords();
  const say = useReason();
  const { project, close } = props;
  // What is being deleted is not asked for again: it may be gone by then.
  const [going, setGoing] = useState(false);
  const { backups, error, pending } = useBackups(props, !going);
  const [failed, setFailed] = useState<{ backup: Backup; error: unknown }[]>([]);
  const fit = backups.filter((backup) => allowed(deleteBackup(backup)));
  const unfit = backups.filter((backup) => !allowed(deleteBackup(backup)));
  const values = { n: fit.length, name: fit[0]?.name ?? '' };
  const run = useMutation({
    onMutate: () => setGoing(true),
    mutationFn: async () => {
      const errors: { backup: Backup; error: unknown }[] = [];
      for (const backup of fit) {
        await remove(project, backup.id).catch((each: unknown) => errors.push({ backup, error: each }));
      }
      return errors;
    },
    onSuccess: (errors) => {
      backupsChanged(project);
      setFailed(errors);
      if (errors.length < fit.length) {
        const done = { n: fit.length - errors.length, name: fit[0]?.name ?? '' };
        toast('good', t('backup_pages.deleting', done));
      }
      if (errors.length === 0) close();
    },
  });
  return (
    <Confirm
      level={2}
      title={t('backup_pages.delete_title', values)}
      action={t('backup_pages.delete_n', { n: fit.length })}
      busy={run.isPending || pending || fit.length === 0}
      failure={error}
      onConfirm={() => run.mutate()}
      onClose={close}
    >
      {failed.map((each) => (
        <Failed key={each.backup.id} name={each.backup.name} error={each.error} />
      ))}
      <p>{t('backup_pages.delete_text')}</p>
      {fit.length > 0 ? (
        <table className={css.what}>
          <thead>
            <tr>
              <th scope="col">{t('kind.backup')}</th>
              <th scope="col">{t('backup_pages.resource')}</th>
              <th scope="col">{t('backup_pages.created')}</th>
              <th scope="col" className={css.right}>
                {t('backup_pages.stored')}
              </th>
            </tr>
          </thead>
          <tbody>
            {fit.map((backup) => (
              <tr key={backup.id}>
                <th scope="row">{backup.name}</th>
                <td>{backup.resource_name}</td>
                <td>
                  <Age at={backup.created_at} absolute />
                </td>
                <td className={css.right}>
                  <Size bytes={backup.stored_bytes} />
                </td>
              </tr>
            ))}
          </tbody>
          {fit.length > 1 ? (
            <tfoot>
              <tr>
                <th scope="row" colSpan={3}>
                  {t('backup_pages.together')}
                </th>
                <td className={css.right}>
                  <Size bytes={fit.reduce((sum, each) => sum + each.stored_bytes, 0)} />
                </td>
              </tr>
            </tfoot>
          ) : null}
        </table>
      ) : null}
      <p className="soft">{t('backup_pages.delete_shared')}</p>
      {unfit.map((backup) => {
        const verdict = deleteBackup(backup);
        return allowed(verdict) ? null : (
          <Note key={backup.id} tone="warn">
            {t('backup_pages.stays', { name: backup.name, reason: say(verdict.reason) })}
          </Note>
        );
      })}
    </Confirm>
  );
}

function Failed({ name, error }: { name: string; error: unknown }) {
  const { t } = useWords();
  const { message, hint } = useFailureText(error);
  return (
    <Note tone="bad">
      {t('backup_pages.stays', { name, reason: [message, hint].filter(Boolean).join(' ') })}
    </Note>
  );
}
