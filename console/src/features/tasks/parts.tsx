import type { ReactNode } from 'react';
import type { Task } from '../../api/types';
import { ObjectLink } from '../../app/ObjectLink';
import { formatRate } from '../../lib/sizes';
import { isOpen, taskLook } from '../../lib/status';
import { formatSpan } from '../../lib/times';
import { useWords } from '../../messages';
import { useTaskKind } from '../../messages/words';
import { Note } from '../../ui/Failure';
import { Facts } from '../../ui/Page';
import { Progress } from '../../ui/Progress';
import { Prose } from '../../ui/Prose';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { Age, Since } from '../../ui/Time';
import css from './tasks.module.css';

/** State, and the bar while it runs. */
export function TaskState({ task, long = false }: { task: Task; long?: boolean }) {
  const { t } = useWords();
  const kind = useTaskKind();
  return (
    <span className={css.state}>
      <StatusWord
        look={taskLook(task.state)}
        percent={long ? undefined : task.progress}
        since={task.started_at ?? task.created_at}
        detail={task.error?.message}
      />
      {task.state === 'running' ? (
        <Progress
          label={`${kind(task.kind)} ${task.resource?.name ?? ''}`.trim()}
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
      {task.cancel_requested && isOpen(task.state) ? (
        <span className="soft">{t('reason.cancel_requested')}</span>
      ) : null}
    </span>
  );
}

/** How long it took, or takes by now. */
export function Duration({ task }: { task: Task }) {
  if (!task.started_at) return <span className="soft">–</span>;
  if (!task.ended_at) return <Since at={task.started_at} />;
  const seconds = (Date.parse(task.ended_at) - Date.parse(task.started_at)) / 1000;
  return <span className="number">{seconds < 1 ? '<1 s' : formatSpan(seconds)}</span>;
}

/** The rate now; of an ended task the average of what it read. */
export function Rate({ task }: { task: Task }) {
  const { locale } = useWords();
  if (!task.ended_at && task.bytes_per_second)
    return <span className="number">{formatRate(task.bytes_per_second, locale)}</span>;
  const seconds =
    task.started_at && task.ended_at ? (Date.parse(task.ended_at) - Date.parse(task.started_at)) / 1000 : 0;
  const bytes = task.read_bytes;
  if (seconds <= 0 || bytes === 0) return <span className="soft">–</span>;
  return <span className="number">{formatRate(bytes / seconds, locale)}</span>;
}

/** The thing a task is about, as a link where it has a page. */
export function ResourceLink({ project, task }: { project: string; task: Task }) {
  const resource = task.resource;
  if (!resource) return <span className="soft">–</span>;
  return resource.type === 'server' ? (
    <ObjectLink project={project} kind="server" id={resource.id}>
      {resource.name}
    </ObjectLink>
  ) : (
    <ObjectLink project={project} kind="disk" id={resource.id}>
      {resource.name}
    </ObjectLink>
  );
}

export function VaultLink({ project, task }: { project: string; task: Task }) {
  if (!task.vault) return <span className="soft">–</span>;
  return (
    <ObjectLink project={project} kind="vault" id={task.vault.id}>
      {task.vault.name}
    </ObjectLink>
  );
}

/** Steps with times, bytes, cause and hint. */
export function TaskDetails({ project, task }: { project: string; task: Task }) {
  const { t } = useWords();
  const facts: [string, ReactNode][] = [
    [t('task_pages.resource'), <ResourceLink key="res" project={project} task={task} />],
    [t('task_pages.vault'), <VaultLink key="vault" project={project} task={task} />],
    [t('task_pages.phase'), t(`phase.${task.phase}`)],
    [t('task_pages.queued'), <Age key="q" at={task.created_at} absolute />],
    [t('task_pages.started'), <Age key="s" at={task.started_at} absolute />],
    [t('task_pages.ended'), <Age key="e" at={task.ended_at} absolute />],
    [t('task_pages.duration'), <Duration key="d" task={task} />],
    [t('task_pages.total'), <Size key="t" bytes={task.total_bytes} />],
    [t('task_pages.read'), <Size key="r" bytes={task.read_bytes} />],
    [t('task_pages.new'), <Size key="n" bytes={task.new_bytes} />],
    [t('task_pages.stored'), <Size key="st" bytes={task.stored_bytes} />],
    [t('task_pages.rate'), <Rate key="ra" task={task} />],
    [t('task_pages.attempt'), task.attempt],
  ];
  if (task.backup) {
    facts.splice(2, 0, [
      t('kind.backup'),
      <ObjectLink key="b" project={project} kind="backup" id={task.backup.id}>
        {task.backup.name}
      </ObjectLink>,
    ]);
  }
  return (
    <div className="stack">
      {task.error ? (
        <Note tone={task.state === 'skipped' ? 'warn' : 'bad'}>
          <strong>
            <Prose text={task.error.message} />
          </strong>
          {task.error.hint ? (
            <p>
              <Prose text={task.error.hint} />
            </p>
          ) : null}
          <p className="soft mono">{task.error.code}</p>
        </Note>
      ) : null}
      <Facts facts={facts} />
    </div>
  );
}
