import type { Backup } from '../../api/types';
import { plain } from '../../lib/prose';
import { backupLook, isOpen } from '../../lib/status';
import { useWords } from '../../messages';
import { Progress } from '../../ui/Progress';
import { StatusWord } from '../../ui/StatusWord';
import css from './backups.module.css';

/** State, with the bar and the cause of an error. */
export function BackupState({ backup, long = false }: { backup: Backup; long?: boolean }) {
  const { t } = useWords();
  const task = backup.task;
  const runs = task !== null && isOpen(task.state);
  return (
    <span className={css.state}>
      <StatusWord
        look={backupLook(backup.state)}
        percent={backup.progress}
        since={task?.started_at ?? null}
        detail={backup.error}
      />
      {runs && task.state === 'running' ? (
        <Progress
          label={`${t(backupLook(backup.state).key as 'state.error')} ${backup.name}`}
          percent={task.progress}
          done={task.done_bytes}
          total={task.total_bytes}
          rate={task.bytes_per_second}
          left={task.seconds_left}
          phase={t(`phase.${task.phase}`)}
          small={!long}
          spoken={long}
        />
      ) : null}
      {runs && task.state === 'running' && task.kind === 'backup' && backup.restart_allowed ? (
        <span className="soft">{t('servers.restart_allowed')}</span>
      ) : null}
    </span>
  );
}

/** Full or incremental, by hand or by a policy. */
export function Kind({ backup }: { backup: Backup }) {
  const { t } = useWords();
  return (
    <span title={backup.full_reason ? plain(backup.full_reason) : undefined}>
      {t(backup.incremental ? 'backup_pages.incremental' : 'backup_pages.full')}
      <span className="soft">
        , {t(backup.auto_trigger ? 'backup_pages.automatic' : 'backup_pages.manual')}
      </span>
    </span>
  );
}
