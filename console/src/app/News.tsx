import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { list } from '../api/queries';
import { isCreating } from '../lib/status';
import { useWords } from '../messages';
import { toast } from '../ui/toasts';
import { type BegunBackup, hasEnded, useBegun } from './begun';

/** How what was begun here ended. */
export function News({ project }: { project: string }) {
  return useBegun().map((begun) => <BackupNews key={begun.checkpoint} project={project} begun={begun} />);
}

function BackupNews({ project, begun }: { project: string; begun: BegunBackup }) {
  const { t } = useWords();
  const navigate = useNavigate();
  const { checkpoint, type } = begun;
  const found = useQuery(list('backup', project, { limit: 256, filter: { checkpoint_id: checkpoint } }));
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
