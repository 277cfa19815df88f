import type { Backup, Server } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { NewBytes } from '../../app/NewBytes';
import { allowed, backupServer, restoreBackup } from '../../lib/can';
import { backupLook, isCreating } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Toolbar } from '../../ui/Page';
import { Progress } from '../../ui/Progress';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NameCell, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { useFresh } from './fresh';

export function ServerBackups({
  rows,
  failure,
  onRetry,
  server,
}: {
  rows: readonly Backup[] | undefined;
  failure: unknown;
  onRetry: () => void;
  server: Server;
}) {
  const { t } = useWords();
  const reason = useReason();
  const open = useOpenDialog();
  const fresh = useFresh(rows);
  const verdict = backupServer(server);
  const create = (
    <Button
      reason={allowed(verdict) ? undefined : reason(verdict.reason)}
      onClick={() => open('backup-server', { server: [server.id] })}
    >
      {t('servers.create_server_backup')}
    </Button>
  );
  const columns: Column<Backup>[] = [
    {
      id: 'name',
      header: t('backups.name'),
      names: true,
      cell: (row) => <NameCell link={row.name} id={<Copyable text={row.id} short name={row.name} />} />,
    },
    {
      id: 'status',
      header: t('backups.status'),
      cell: (row) =>
        isCreating(row.state) && row.task ? (
          <>
            <StatusWord look={backupLook(row.state)} percent={row.progress} />
            <Progress
              label={row.name}
              percent={row.task.state === 'waiting' ? null : row.task.progress}
              done={row.task.done_bytes}
              total={row.task.total_bytes}
              rate={row.task.bytes_per_second}
              left={row.task.seconds_left}
            />
          </>
        ) : (
          <StatusWord look={backupLook(row.state)} percent={row.progress} detail={row.error} />
        ),
    },
    {
      id: 'kind',
      header: t('backups.kind'),
      cell: (row) =>
        `${row.incremental ? t('point.incremental') : t('point.full')}, ${row.auto_trigger ? t('backups.automatic') : t('backups.manual')}`,
    },
    { id: 'size', header: t('backups.size'), align: 'right', cell: (row) => <NewBytes backup={row} /> },
    { id: 'vault', header: t('backups.vault'), cell: (row) => row.vault.name },
    { id: 'created', header: t('backups.created'), cell: (row) => <Age at={row.created_at} /> },
  ];
  return (
    <>
      {rows?.length ? <Toolbar>{create}</Toolbar> : null}
      <Table
        label={t('server.backups')}
        columns={columns}
        rows={rows}
        failure={failure && !rows ? failure : null}
        onRetry={onRetry}
        marked={fresh}
        nameOf={(row) => row.name}
        links={(row) => {
          const verdict = restoreBackup(row);
          return (
            <Button
              kind="link"
              reason={allowed(verdict) ? undefined : reason(verdict.reason)}
              onClick={() =>
                open(row.type === 'server' ? 'restore-server' : 'restore-disk', { backup: [row.id] })
              }
            >
              {row.type === 'server' ? t('backups.restore_server') : t('backups.restore_disk')}
            </Button>
          );
        }}
        empty={
          <Empty title={t('server.no_points')} action={create}>
            {t('server.no_points_text')}
          </Empty>
        }
      />
    </>
  );
}
