import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import type { Task } from '../../api/types';
import { ListTools } from '../../app/ListTools';
import { ObjectLink } from '../../app/ObjectLink';
import { useColumns, useList } from '../../app/useList';
import type { Field } from '../../lib/csv';
import { taskLook } from '../../lib/status';
import { useWords } from '../../messages';
import { useTaskKind } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { Size } from '../../ui/Size';
import { type Column, NoMatch, Pager, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { TaskActions } from './Actions';
import { Duration, Rate, ResourceLink, TaskDetails, TaskState, VaultLink } from './parts';
import css from './tasks.module.css';

/** Properties by which tasks can be narrowed. */
const properties = [
  'state',
  'kind',
  'resource_name',
  'resource_id',
  'vault_id',
  'backup_id',
  'started_after',
  'started_before',
];

/** What an exported list says of each task. */
const fields: Record<string, (row: Task) => Field> = {
  id: (row) => row.id,
  kind: (row) => row.kind,
  state: (row) => row.state,
  resource: (row) => row.resource?.name,
  vault: (row) => row.vault?.name,
  created_at: (row) => row.created_at,
  started_at: (row) => row.started_at,
  ended_at: (row) => row.ended_at,
  read_bytes: (row) => row.read_bytes,
  new_bytes: (row) => row.new_bytes,
  stored_bytes: (row) => row.stored_bytes,
  error: (row) => row.error?.message,
};

const toggled = (ids: ReadonlySet<string>, id: string): ReadonlySet<string> => {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
};

/** Tasks: what the service does and did. */
const taskKinds: readonly Task['kind'][] = [
  'backup',
  'restore',
  'delete',
  'vault_delete',
  'remove_resource',
  'migrate',
  'create_disk',
  'create_server',
  'import',
];

export default function TasksPage() {
  const { t } = useWords();
  const kind = useTaskKind();
  const { project } = useParams({ from: '/p/$project/tasks' });
  const search = useSearch({ from: '/p/$project/tasks' });
  const navigate = useNavigate();
  const list = useList({ kind: 'task', project, search, properties, sort: '-created_at' });
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const title = useCallback(
    (task: Task) => `${kind(task.kind)} ${task.resource?.name ?? task.vault?.name ?? ''}`.trim(),
    [kind],
  );
  const links = useCallback((row: Task) => <TaskActions project={project} task={row} />, [project]);
  const columns = useMemo(
    (): Column<Task>[] => [
      {
        id: 'id',
        header: t('task_pages.id'),
        sort: 'id',
        names: true,
        cell: (row) => (
          <span className={css.first}>
            <Button
              kind="quiet"
              icon={expanded.has(row.id) ? 'down' : 'right'}
              aria-expanded={expanded.has(row.id)}
              aria-label={t('task_pages.details_of', { name: title(row) })}
              onClick={() => setExpanded((before) => toggled(before, row.id))}
            />
            <ObjectLink
              data-row=""
              project={project}
              kind="task"
              id={row.id}
              className={`mono ${css.nowrap}`}
              title={row.id}
            >
              <span className={css.card}>{title(row)}</span>…{row.id.slice(-8)}
            </ObjectLink>
          </span>
        ),
      },
      { id: 'state', header: t('task_pages.status'), sort: 'state', cell: (row) => <TaskState task={row} /> },
      { id: 'kind', header: t('task_pages.type'), sort: 'kind', cell: (row) => kind(row.kind) },
      {
        id: 'resource',
        header: t('task_pages.resource'),
        sort: 'resource_name',
        cell: (row) => <ResourceLink project={project} task={row} />,
      },
      {
        id: 'resource_type',
        header: t('task_pages.resource_type'),
        optional: true,
        off: true,
        cell: (row) => (row.resource ? t(`kind.${row.resource.type}`) : <span className="soft">–</span>),
      },
      {
        id: 'vault',
        header: t('task_pages.vault'),
        sort: 'vault',
        optional: true,
        cell: (row) => <VaultLink project={project} task={row} />,
      },
      {
        id: 'times',
        header: t('task_pages.times'),
        sort: 'created_at',
        cell: (row) => (
          <span className={css.times}>
            <Age at={row.started_at ?? row.created_at} absolute />
            {row.ended_at ? <Age at={row.ended_at} absolute /> : null}
          </span>
        ),
      },
      {
        id: 'duration',
        header: t('task_pages.duration'),
        align: 'right',
        optional: true,
        cell: (row) => <Duration task={row} />,
      },
      {
        id: 'bytes',
        header: t('task_pages.read'),
        sort: 'read_bytes',
        align: 'right',
        optional: true,
        cell: (row) => <Size bytes={row.read_bytes} />,
      },
      {
        id: 'rate',
        header: t('task_pages.rate'),
        align: 'right',
        optional: true,
        cell: (row) => <Rate task={row} />,
      },
    ],
    [t, kind, project, expanded, title],
  );
  const { hidden, choices } = useColumns('tasks', columns);
  return (
    <Page title={t('task_pages.title')} about={list.rows ? t('task_pages.count', { n: list.total }) : null}>
      <ListTools
        list={list}
        properties={[
          {
            id: 'state',
            label: t('task_pages.status'),
            values: ['waiting', 'running', 'success', 'failed', 'skipped', 'timeout'].map((value) => ({
              value,
              label: t(taskLook(value).key as 'state.error'),
            })),
          },
          {
            id: 'kind',
            label: t('task_pages.type'),
            values: taskKinds.map((value) => ({ value, label: kind(value) })),
          },
          { id: 'resource_name', label: t('task_pages.resource') },
          { id: 'resource_id', label: t('task_pages.resource_id') },
          { id: 'vault_id', label: t('task_pages.vault_id') },
          { id: 'backup_id', label: t('task_pages.backup_id') },
          { id: 'started_after', label: t('task_pages.started_after'), time: true },
          { id: 'started_before', label: t('task_pages.started_before'), time: true },
        ]}
        choices={choices}
        file="tasks"
        fields={fields}
      />
      <Table
        label={t('task_pages.title')}
        columns={columns}
        rows={list.rows}
        hidden={hidden}
        sort={list.sort}
        onSort={list.onSort}
        nameOf={title}
        links={links}
        expanded={(row) => (expanded.has(row.id) ? <TaskDetails project={project} task={row} /> : null)}
        failure={list.failure}
        onRetry={list.retry}
        onOpen={(row) =>
          void navigate({ to: '/p/$project/tasks/$task', params: { project, task: row.id }, search: {} })
        }
        empty={
          list.narrowed ? (
            <NoMatch onClear={list.clear} />
          ) : (
            <Empty title={t('task_pages.none')}>{t('task_pages.none_text')}</Empty>
          )
        }
      />
      <Pager {...list.pager} />
    </Page>
  );
}
