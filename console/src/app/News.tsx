import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { list, one } from '../api/queries';
import { wayBack } from '../api/restore';
import { isCreating, isOpen } from '../lib/status';
import { useWords } from '../messages';
import { toast } from '../ui/toasts';
import { type BegunBackup, type BegunRestore, hasEnded, useBegun } from './begun';
import { useOpenDialog } from './dialogs';

/** How what was begun here ended: the backup to view, the way back, another try. */
export default function News({ project }: { project: string }) {
  return useBegun().map((begun) =>
    begun.kind === 'backup' ? (
      <BackupNews key={begun.checkpoints.join()} project={project} begun={begun} />
    ) : (
      <RestoreNews key={begun.task} project={project} begun={begun} />
    ),
  );
}

function BackupNews({ project, begun }: { project: string; begun: BegunBackup }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const { checkpoints, type } = begun;
  const found = useQuery(list('backup', project, { limit: 256, filter: { checkpoint_id: checkpoints } }));
  const backups = found.data?.items;
  const ended = backups?.every((backup) => !isCreating(backup.state));
  useEffect(() => {
    if (!ended || !backups) return;
    hasEnded(begun);
    const view = {
      label: t('news.backup_view'),
      onSelect: () =>
        void navigate({
          to: type === 'server' ? '/p/$project/server-backups' : '/p/$project/disk-backups',
          params: { project },
          search: { tab: 'backups' },
        } as never),
    };
    const done = backups.filter((backup) => backup.state === 'available');
    const values = { n: done.length, name: done[0]?.name ?? '' };
    if (done.length > 0) toast('good', t('news.backup_done', values), view);
    for (const failed of backups.filter((backup) => backup.state === 'error'))
      toast('bad', t('news.backup_failed', { name: failed.name, why: failed.error ?? '' }), view);
  }, [ended, backups, begun, type, project, navigate, t]);
  return null;
}

function RestoreNews({ project, begun }: { project: string; begun: BegunRestore }) {
  const { t } = useWords();
  const open = useOpenDialog();
  const { task: id, backup, name, type } = begun;
  const { data: task } = useQuery(one('task', project, id));
  const state = task && !isOpen(task.state) ? task.state : null;
  const back = wayBack(task) !== null;
  useEffect(() => {
    if (state === null) return;
    hasEnded(begun);
    if (state === 'success')
      toast(
        'good',
        t('news.restore_done', { name }),
        back
          ? { label: t('news.restore_go_back'), onSelect: () => open('go-back', { task: id }) }
          : undefined,
        { stay: back },
      );
    else
      toast('bad', t('news.restore_incomplete', { name }), {
        label: t('news.restore_again'),
        onSelect: () => open(type === 'server' ? 'restore-server' : 'restore-disk', { backup: [backup] }),
      });
  }, [state, back, begun, id, backup, name, type, open, t]);
  return null;
}
