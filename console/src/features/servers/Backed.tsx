import type { Server } from '../../api/types';
import { isOpen } from '../../lib/status';
import { useWords } from '../../messages';
import { useTaskKind } from '../../messages/words';
import { Progress } from '../../ui/Progress';
import { Age } from '../../ui/Time';
import css from './Backed.module.css';

/** How long ago the last backup was; while something runs, how far it is. */
export function Backed({ row }: { row: Pick<Server, 'name' | 'task' | 'last_backup' | 'restart_allowed'> }) {
  const { t } = useWords();
  const kind = useTaskKind();
  const task = row.task;
  if (task && isOpen(task.state)) {
    return (
      <span className={css.cell}>
        <Progress
          label={`${kind(task.kind)} ${row.name}`}
          percent={task.state === 'waiting' ? null : task.progress}
          small
        />
        {task.kind === 'backup' && row.restart_allowed && task.state === 'running' ? (
          <span className={css.mark}>{t('servers.restart_allowed')}</span>
        ) : (
          <span className={css.mark}>{t(`phase.${task.phase}`)}</span>
        )}
      </span>
    );
  }
  if (!row.last_backup) return <span className="soft">{t('servers.never')}</span>;
  return <Age at={row.last_backup.created_at} />;
}
