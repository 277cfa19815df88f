import { useMutation, useQueries } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { backupsChanged, deleteBackup as remove } from '../../api/backups';
import { one } from '../../api/queries';
import type { Backup } from '../../api/types';
import type { DialogProps } from '../../app/dialogs';
import { keptRows } from '../../app/kept';
import { allowed, deleteBackup } from '../../lib/can';
import { isGone } from '../../lib/failure';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Confirm } from '../../ui/Dialog';
import { Note, useFailureText } from '../../ui/Failure';
import { Size } from '../../ui/Size';
import { Age } from '../../ui/Time';
import { toast } from '../../ui/toasts';
import css from './backups.module.css';

/** Rows that the table of what goes shows; the rest is counted. */
const SHOWN = 100;
/** Deletions asked for at once: more only wait at the server. */
const AT_ONCE = 4;

/** Deletes one or many backups: level 2. Results come per backup. */
export function DeleteBackups({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const say = useReason();
  // What is being deleted is not asked for again: it may be gone by then.
  const [going, setGoing] = useState(false);
  const results = useQueries({
    queries: (about.backup ?? []).map((id) => ({ ...one('backup', project, id), enabled: !going })),
  });
  const [kept] = useState(() => keptRows<Backup>(about.id));
  const backups = [
    ...kept,
    ...results.flatMap((result) => (result.data && !isGone(result.error) ? [result.data] : [])),
  ];
  const already = results.filter((result) => isGone(result.error)).length;
  const pending = results.some((result) => result.isPending);
  const nothing = about.backup === undefined && kept.length === 0;
  useEffect(() => {
    if (nothing) close();
  }, [nothing, close]);
  const [failed, setFailed] = useState<ReadonlyMap<string, unknown>>(new Map());
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const fit = backups.filter((backup) => allowed(deleteBackup(backup)) && !done.has(backup.id));
  const unfit = backups.filter((backup) => !allowed(deleteBackup(backup)));
  const values = { n: fit.length, name: fit[0]?.name ?? '' };
  const run = useMutation({
    onMutate: () => setGoing(true),
    mutationFn: async () => {
      const errors = new Map<string, unknown>();
      const gone = new Set(done);
      const queue = [...fit];
      const work = async () => {
        for (let backup = queue.shift(); backup; backup = queue.shift()) {
          const { id } = backup;
          await remove(project, id).then(
            () => gone.add(id),
            (error: unknown) => errors.set(id, error),
          );
          setDone(new Set(gone));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return errors;
    },
    onSuccess: (errors) => {
      backupsChanged(project);
      setFailed(errors);
      const gone = { n: fit.length - errors.size, name: fit[0]?.name ?? '' };
      if (gone.n > 0) toast('good', t('backup_pages.deleting', gone));
      if (errors.size === 0) close();
    },
  });
  const shown = fit.slice(0, SHOWN);
  return (
    <Confirm
      level={2}
      title={t('backup_pages.delete_title', values)}
      action={t('backup_pages.delete_n', { n: fit.length })}
      busy={run.isPending || pending || fit.length === 0}
      failure={results.find((result) => result.error && !isGone(result.error))?.error}
      onConfirm={() => run.mutate()}
      onClose={close}
    >
      {failed.size ? (
        <Note tone="bad">
          {t('backup_pages.delete_result', { done: done.size, n: failed.size })}
          <ul className={css.results}>
            {backups
              .filter((backup) => failed.has(backup.id))
              .map((backup) => (
                <Failed key={backup.id} name={backup.name} error={failed.get(backup.id)} />
              ))}
          </ul>
        </Note>
      ) : null}
      <p>{t('backup_pages.delete_text')}</p>
      {shown.length > 0 ? (
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
            {shown.map((backup) => (
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
                  {fit.length > shown.length
                    ? t('backup_pages.together_more', { n: fit.length - shown.length })
                    : t('backup_pages.together')}
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
      {already > 0 ? <Note>{t('backup_pages.already_gone', { n: already })}</Note> : null}
      {unfit.slice(0, SHOWN).map((backup) => {
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
  return <li>{t('backup_pages.stays', { name, reason: [message, hint].filter(Boolean).join(' ') })}</li>;
}
