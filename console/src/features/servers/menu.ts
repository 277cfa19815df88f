import type { Server } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import {
  allowed,
  backupDisksOf,
  backupServer,
  cancelTask,
  createImageOf,
  restartServer,
  startServer,
  stopServer,
  type Verdict,
} from '../../lib/can';
import { isOpen } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import type { MenuEntry } from '../../ui/Menu';

/** The menu of a server, in its row and on its page. */
export function useServerMenu(_project: string): (server: Server) => MenuEntry[] {
  const { t } = useWords();
  const say = useReason();
  const open = useOpenDialog();
  const why = (verdict: Verdict): string | undefined => (allowed(verdict) ? undefined : say(verdict.reason));
  return (server) => {
    const entries: MenuEntry[] = [
      {
        label: t('servers.start'),
        icon: 'play',
        reason: why(startServer(server)),
        onSelect: () => open('power-start', { server: [server.id] }),
      },
      {
        label: t('servers.stop'),
        icon: 'stop',
        reason: why(stopServer(server)),
        onSelect: () => open('power-stop', { server: [server.id] }),
      },
      {
        label: t('servers.restart'),
        icon: 'restart',
        reason: why(restartServer(server)),
        onSelect: () => open('power-restart', { server: [server.id] }),
      },
      {
        label: t('servers.manage'),
        entries: [
          {
            label: t('servers.create_server_backup'),
            reason: why(backupServer(server)),
            onSelect: () => open('backup-server', { server: [server.id] }),
          },
          {
            label: t('servers.create_disk_backup'),
            reason: why(backupDisksOf(server)),
            onSelect: () => open('backup-disk', { server: [server.id] }),
          },
          {
            label: t('image.create'),
            reason: why(createImageOf(server)),
            onSelect: () => open('create-image', { server: [server.id] }),
          },
        ],
      },
      {
        label: t('servers.restore'),
        reason:
          server.backup_count === 0
            ? t('restore.nothing')
            : server.status === 'ERROR'
              ? t('reason.server_faulty')
              : undefined,
        onSelect: () => open('restore-latest', { server: [server.id] }),
      },
    ];
    const { task } = server;
    if (task && isOpen(task.state)) {
      entries.push({ divider: true });
      entries.push({
        label: t('servers.cancel_task'),
        reason: why(cancelTask(task)),
        onSelect: () => open('cancel-task', { task: task.id }),
      });
    }
    return entries;
  };
}
