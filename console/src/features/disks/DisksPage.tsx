import { useParams, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { Disk } from '../../api/types';
import { DiskVault } from '../../app/DiskVault';
import { useOpenDialog } from '../../app/dialogs';
import { ListTools } from '../../app/ListTools';
import { nameColumn, ObjectLink } from '../../app/ObjectLink';
import { useColumns, useList, useSelection } from '../../app/useList';
import { allowed, backupDisk } from '../../lib/can';
import type { Field } from '../../lib/csv';
import { diskLook, isOpen } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason, useTaskKind } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { Progress } from '../../ui/Progress';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { BulkBar, type Column, NoMatch, Pager, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { Tooltip } from '../../ui/Tooltip';
import css from './disks.module.css';

/** Properties by which disks can be narrowed. */
const properties = ['status', 'server_id', 'host', 'vault_id', 'protected'];
/** Disks that one dialog takes: what one backup may name. */
const MOST = 256;

/** What an exported list says of each disk. */
const fields: Record<string, (row: Disk) => Field> = {
  id: (row) => row.id,
  name: (row) => row.name,
  status: (row) => row.status,
  size_bytes: (row) => row.size_bytes,
  system: (row) => String(row.system),
  server: (row) => row.server?.name,
  host: (row) => row.host,
  format: (row) => row.format,
  vault: (row) => row.vault?.name,
  last_backup: (row) => row.last_backup?.created_at,
};

/** Elastic Volume Service: the disks of servers and those of none. */
export default function DisksPage() {
  const { t } = useWords();
  const say = useReason();
  const { project } = useParams({ from: '/p/$project/disks' });
  const search = useSearch({ from: '/p/$project/disks' });
  const open = useOpenDialog();
  const list = useList({ kind: 'disk', project, search, properties, sort: 'name' });
  const selection = useSelection(list);
  const chosen = selection.rows;
  const why = useCallback(
    (disk: Disk) => {
      const verdict = backupDisk(disk);
      return allowed(verdict) ? undefined : say(verdict.reason);
    },
    [say],
  );
  const links = useCallback(
    (row: Disk) => (
      <Button kind="link" reason={why(row)} onClick={() => open('backup-disk', { disk: [row.id] })}>
        {t('disk_pages.create_backup')}
      </Button>
    ),
    [why, open, t],
  );
  const columns = useMemo(
    (): Column<Disk>[] => [
      nameColumn(t('disk_pages.name')),
      {
        id: 'status',
        header: t('disk_pages.status'),
        cell: (row) => <StatusWord look={diskLook(row.status)} since={row.task?.started_at ?? null} />,
      },
      {
        id: 'size',
        header: t('disk_pages.size'),
        sort: 'size_bytes',
        align: 'right',
        cell: (row) => <Size bytes={row.size_bytes} />,
      },
      {
        id: 'used_as',
        header: t('disk_pages.used_as'),
        sort: 'system',
        optional: true,
        cell: (row) => t(row.system ? 'disk_pages.system' : 'disk_pages.data'),
      },
      {
        id: 'server',
        header: t('disk_pages.server'),
        sort: 'server',
        cell: (row) =>
          row.server ? (
            <>
              <ObjectLink project={project} kind="server" id={row.server.id}>
                {row.server.name}
              </ObjectLink>
              {row.device ? <span className="soft"> {row.device}</span> : null}
            </>
          ) : (
            <span className="soft">{t('disk_pages.detached')}</span>
          ),
      },
      { id: 'host', header: t('disk_pages.az'), sort: 'host', optional: true, cell: (row) => row.host },
      {
        id: 'format',
        header: t('disk_pages.format'),
        sort: 'format',
        optional: true,
        off: true,
        cell: (row) => [row.format, row.bus].filter(Boolean).join(', '),
      },
      {
        id: 'vault',
        header: t('disk_pages.vault'),
        sort: 'vault',
        optional: true,
        cell: (row) => <InVault project={project} disk={row} />,
      },
      {
        id: 'last_backup',
        header: t('disk_pages.last_backup'),
        sort: 'last_backup',
        optional: true,
        cell: (row) => <Backed disk={row} />,
      },
    ],
    [t, project],
  );
  const { hidden, choices } = useColumns('disks', columns);
  return (
    <Page
      title={t('disk_pages.title')}
      about={list.rows ? t('disk_pages.count', { n: list.total }) : null}
      actions={
        <Button
          kind="primary"
          reason={
            chosen.length === 0
              ? t('disk_pages.nothing_selected')
              : chosen.length > MOST
                ? t('disk_pages.too_many', { n: MOST })
                : chosen.some((row) => !why(row))
                  ? undefined
                  : why(chosen[0] as Disk)
          }
          onClick={() => open('backup-disk', { disk: chosen.map((row) => row.id) })}
        >
          {t('disk_pages.create_backup')}
        </Button>
      }
    >
      <ListTools
        list={list}
        properties={[
          {
            id: 'status',
            label: t('disk_pages.status'),
            values: ['available', 'in-use', 'backing-up', 'restoring-backup', 'error_restoring'].map(
              (value) => ({
                value,
                label: t(diskLook(value).key as 'state.error'),
              }),
            ),
          },
          { id: 'server_id', label: t('disk_pages.server_id') },
          { id: 'host', label: t('disk_pages.az') },
          { id: 'vault_id', label: t('disk_pages.vault_id') },
          {
            id: 'protected',
            label: t('disk_pages.protected'),
            values: [
              { value: 'yes', label: t('disk_pages.protected_yes') },
              { value: 'no', label: t('disk_pages.protected_no') },
            ],
          },
        ]}
        choices={choices}
        file="disks"
        fields={fields}
      />
      <BulkBar {...selection.bar}>
        <span className="soft">
          {t('disk_pages.bulk', { n: chosen.filter((row) => !why(row)).length, all: chosen.length })}
        </span>
      </BulkBar>
      <Table
        label={t('disk_pages.title')}
        columns={columns}
        rows={list.rows}
        hidden={hidden}
        sort={list.sort}
        onSort={list.onSort}
        selection={selection}
        nameOf={(row) => row.name}
        links={links}
        failure={list.failure}
        onRetry={list.retry}
        empty={
          list.narrowed ? (
            <NoMatch onClear={list.clear} />
          ) : (
            <Empty title={t('disk_pages.none')}>{t('disk_pages.none_text')}</Empty>
          )
        }
      />
      <Pager {...list.pager} />
    </Page>
  );
}

function InVault({ project, disk }: { project: string; disk: Disk }) {
  const { t } = useWords();
  if (disk.unsupported) {
    return (
      <Tooltip text={disk.unsupported}>
        <span
          className={css.odd}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its tooltip must open by keyboard
          tabIndex={0}
        >
          {t('disk_pages.unsupported')}
          <span className="hidden">: {disk.unsupported}</span>
        </span>
      </Tooltip>
    );
  }
  return <DiskVault project={project} disk={disk} />;
}

function Backed({ disk }: { disk: Disk }) {
  const { t } = useWords();
  const kind = useTaskKind();
  const task = disk.task;
  if (task && isOpen(task.state)) {
    return (
      <Progress
        label={`${kind(task.kind)} ${disk.name}`}
        percent={task.state === 'waiting' ? null : task.progress}
        small
      />
    );
  }
  return disk.last_backup ? (
    <Age at={disk.last_backup.created_at} />
  ) : (
    <span className="soft">{t('disk_pages.never')}</span>
  );
}
