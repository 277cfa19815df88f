import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { one } from '../../api/queries';
import { useWords } from '../../messages';
import { useTaskKind } from '../../messages/words';
import { Copyable } from '../../ui/Copyable';
import { Failure } from '../../ui/Failure';
import { Page, Section } from '../../ui/Page';
import { TaskActions } from './Actions';
import { BlockMap } from './BlockMap';
import { TaskDetails, TaskState } from './parts';

/** A task: how far it is, what it did, what went wrong, and where on the disks. */
export default function TaskPage() {
  const { t } = useWords();
  const kind = useTaskKind();
  const { project, task: id } = useParams({ from: '/p/$project/tasks/$task' });
  const { data: task, error, refetch } = useQuery(one('task', project, id));
  const maps = task?.kind === 'backup' || task?.kind === 'restore';
  return (
    <Page
      title={task ? `${kind(task.kind)} ${task.resource?.name ?? task.vault?.name ?? ''}`.trim() : ''}
      label={t('kind.task')}
      trail={
        <Link to="/p/$project/tasks" params={{ project }} search={{}}>
          {t('task_pages.title')}
        </Link>
      }
      status={task ? <TaskState task={task} long /> : null}
      about={<Copyable text={id} />}
      actions={task ? <TaskActions project={project} task={task} kind="plain" /> : null}
    >
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {task ? (
        <>
          <Section title={t('task_pages.details')}>
            <TaskDetails project={project} task={task} />
          </Section>
          {maps ? <BlockMap project={project} task={task} /> : null}
        </>
      ) : null}
    </Page>
  );
}
