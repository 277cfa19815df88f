import { useQuery } from '@tanstack/react-query';
import { list } from '../../api/queries';
import type { Task } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { allowed, cancelTask } from '../../lib/can';
import { taskLook } from '../../lib/status';
import { formatSpan } from '../../lib/times';
import { useWords } from '../../messages';
import { useTaskKind } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';

export function ServerTasks({ project, server }: { project: string; server: string }) {
  const { t } = useWords();
  const kind = useTaskKind();
  const open = useOpenDialog();
  const tasks = useQuery(
    list('task', project, { limit: 100, sort: '-created_at', filter: { resource_id: server } }),
  );
  const columns: Column<Task>[] = [
    { id: 'kind', header: t('tasks.kind'), names: true, cell: (row) => kind(row.kind) },
    {
      id: 'status',
      header: t('tasks.status'),
      cell: (row) => (
        <StatusWord
          look={taskLook(row.state)}
          percent={row.progress}
          detail={row.error ? [row.error.message, row.error.hint].filter(Boolean).join(' ') : null}
        />
      ),
    },
    { id: 'backup', header: t('tasks.backup'), cell: (row) => row.backup?.name ?? '–' },
    {
      id: 'started',
      header: t('tasks.started'),
      cell: (row) => <Age at={row.started_at ?? row.created_at} />,
    },
    {
      id: 'took',
      header: t('tasks.took'),
      align: 'right',
      cell: (row) =>
        row.started_at && row.ended_at
          ? formatSpan((Date.parse(row.ended_at) - Date.parse(row.started_at)) / 1000)
          : '–',
    },
    { id: 'bytes', header: t('tasks.bytes'), align: 'right', cell: (row) => <Size bytes={row.read_bytes} /> },
  ];
  return (
    <Table
      label={t('server.tasks')}
      columns={columns}
      rows={tasks.data?.items}
      failure={tasks.data ? null : tasks.error}
      onRetry={() => void tasks.refetch()}
      nameOf={(row) => kind(row.kind)}
      links={(row) =>
        allowed(cancelTask(row)) ? (
          <Button kind="link" onClick={() => open('cancel-task', { task: row.id })}>
            {t('kit.cancel')}
          </Button>
        ) : null
      }
      empty={<Empty title={t('server.no_tasks')} />}
    />
  );
}
