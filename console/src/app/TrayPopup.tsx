import { Popover } from '@base-ui/react/popover';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { list } from '../api/queries';
import type { Task } from '../api/types';
import { allowed, cancelTask } from '../lib/can';
import { taskLook } from '../lib/status';
import { useWords } from '../messages';
import { useReason, useTaskKind } from '../messages/words';
import { Button } from '../ui/Button';
import { Progress } from '../ui/Progress';
import { Prose } from '../ui/Prose';
import { usePortal } from '../ui/portal';
import { StatusWord } from '../ui/StatusWord';
import { Age } from '../ui/Time';
import { useNotices } from '../ui/toasts';
import { useOpenDialog } from './dialogs';
import { openTasks, TrayButton } from './Tray';
import css from './Tray.module.css';

/** What runs, what failed last, what was said; open when it comes. */
export default function TrayPopup({ project }: { project: string }) {
  const { t } = useWords();
  const container = usePortal();
  const [open, setOpen] = useState(true);
  const running = useQuery(openTasks(project));
  const failed = useQuery({
    ...list('task', project, { limit: 3, filter: { state: ['failed', 'timeout'] } }),
    enabled: open,
  });
  const notices = useNotices();
  const count = running.data?.total ?? 0;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger render={<TrayButton count={count} />} />
      <Popover.Portal container={container}>
        <Popover.Positioner className={css.positioner} sideOffset={6} align="end" collisionPadding={8}>
          <Popover.Popup className={css.popup}>
            <Popover.Title className={css.title}>{t('tray.tasks')}</Popover.Title>
            {running.data?.items.length ? (
              <ul className={css.list}>
                {running.data.items.map((task) => (
                  <Running key={task.id} task={task} onLeave={() => setOpen(false)} />
                ))}
              </ul>
            ) : (
              <p className="soft">{t('tray.none')}</p>
            )}
            {failed.data?.items.length ? (
              <>
                <h3 className={css.title}>{t('tray.failed')}</h3>
                <ul className={css.list}>
                  {failed.data.items.map((task) => (
                    <Failed key={task.id} task={task} />
                  ))}
                </ul>
              </>
            ) : null}
            {notices.length ? (
              <>
                <h3 className={css.title}>{t('kit.notices')}</h3>
                <ul className={css.list}>
                  {notices.slice(0, 5).map((notice) => (
                    <li key={notice.id} className={css.notice}>
                      <span>{notice.text}</span> <Age at={new Date(notice.at).toISOString()} />
                    </li>
                  ))}
                </ul>
              </>
            ) : null}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Running({ task, onLeave }: { task: Task; onLeave: () => void }) {
  const { t } = useWords();
  const kind = useTaskKind();
  const reason = useReason();
  const open = useOpenDialog();
  const verdict = cancelTask(task);
  const title = `${kind(task.kind)} ${task.resource?.name ?? task.vault?.name ?? ''}`;
  return (
    <li className={css.task}>
      <div className={css.line}>
        <span className="grow strong">{title}</span>
        <Button
          kind="link"
          aria-label={t('tray.cancel_of', { what: title })}
          reason={allowed(verdict) ? undefined : reason(verdict.reason)}
          onClick={() => {
            onLeave();
            open('cancel-task', { task: task.id });
          }}
        >
          {t('kit.cancel')}
        </Button>
      </div>
      <Progress
        label={title}
        percent={
          task.state === 'waiting' || (task.progress === 0 && !task.total_bytes) ? null : task.progress
        }
        done={task.done_bytes}
        total={task.total_bytes}
        rate={task.bytes_per_second}
        left={task.seconds_left}
        phase={t(`phase.${task.phase}`)}
        spoken
      />
    </li>
  );
}

function Failed({ task }: { task: Task }) {
  const kind = useTaskKind();
  return (
    <li className={css.task}>
      <div className={css.line}>
        <span className="grow">
          {kind(task.kind)} <span className="strong">{task.resource?.name ?? task.vault?.name}</span>
        </span>
        <StatusWord look={taskLook(task.state)} />
      </div>
      {task.error ? (
        <p className="soft">
          <Prose text={task.error.message} />
        </p>
      ) : null}
      <Age at={task.ended_at ?? task.created_at} />
    </li>
  );
}
