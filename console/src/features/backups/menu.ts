import { useNavigate, useParams } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Backup } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { useMay } from '../../app/useMay';
import {
  allowed,
  cancelTask,
  createFrom,
  createImage,
  deleteBackup,
  restoreBackup,
  shareBackup,
  type Verdict,
} from '../../lib/can';
import { isOpen } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import type { MenuEntry } from '../../ui/Menu';

/** Whether a backup can be restored now, in words where not. */
export function useRestoreReason(): (backup: Backup) => string | undefined {
  const say = useReason();
  return useCallback(
    (backup) => {
      const verdict = restoreBackup(backup);
      return allowed(verdict) ? undefined : say(verdict.reason);
    },
    [say],
  );
}

/** The menu of a backup, in its row and on its page. */
export function useBackupMenu(): (backup: Backup) => MenuEntry[] {
  const { t } = useWords();
  const say = useReason();
  const open = useOpenDialog();
  const navigate = useNavigate();
  const { project = '' } = useParams({ strict: false });
  const denied = useMay(project)('coffer:backups:export');
  const why = (verdict: Verdict): string | undefined => (allowed(verdict) ? undefined : say(verdict.reason));
  return (backup) => {
    const task = backup.task;
    return [
      ...(task && isOpen(task.state)
        ? [
            {
              label: t('backup_pages.cancel'),
              reason: why(cancelTask(task)),
              onSelect: () => open('cancel-task', { task: task.id }),
            },
          ]
        : []),
      ...(backup.type === 'server'
        ? [
            {
              label: t('create.server'),
              icon: 'server' as const,
              reason: why(createFrom(backup)),
              onSelect: () => open('create-server', { backup: [backup.id] }),
            },
            {
              label: t('image.create'),
              icon: 'copy' as const,
              reason: why(createImage(backup)),
              onSelect: () => open('create-image', { backup: [backup.id] }),
            },
          ]
        : []),
      {
        label: t('create.disk'),
        icon: 'disk' as const,
        reason: why(createFrom(backup)),
        onSelect: () => open('create-disk', { backup: [backup.id] }),
      },
      {
        label: t('portable.export_backup'),
        icon: 'export' as const,
        reason: denied ? say(denied) : why(createFrom(backup)),
        onSelect: () => open('export-backup', { backup: [backup.id] }),
      },
      {
        label: t('compare.action'),
        reason: why(createFrom(backup)),
        onSelect: () =>
          void navigate({
            to: '/p/$project/backups/$backup/compare/{-$other}',
            params: { project, backup: backup.id },
            search: {},
          }),
      },
      {
        label: t('sharing.share'),
        icon: 'share' as const,
        reason: why(shareBackup(backup)),
        onSelect: () => open('share-backup', { backup: [backup.id] }),
      },
      { label: t('backup_pages.rename'), onSelect: () => open('rename-backup', { backup: [backup.id] }) },
      { divider: true as const },
      {
        label: t('backup_pages.delete'),
        danger: true,
        reason: why(deleteBackup(backup)),
        onSelect: () => open('delete-backup', { backup: [backup.id] }),
      },
    ];
  };
}
