import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { watchChanges } from '../../api/live';
import type { Backup, ResourceKind } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { keep } from '../../app/kept';
import { ListTools } from '../../app/ListTools';
import { useColumns, useList, useSelection } from '../../app/useList';
import { allowed, deleteBackup } from '../../lib/can';
import type { Field } from '../../lib/csv';
import type { ListSearch } from '../../lib/search';
import { backupLook } from '../../lib/status';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { BulkBar, NoMatch, Pager, Table } from '../../ui/Table';
import { backupColumns } from './columns';
import { useMarked } from './marked';
import { useBackupMenu, useRestoreReason } from './menu';

/** Properties by which backups can be narrowed. */
export const backupFilters = [
  'state',
  'resource_name',
  'resource_id',
  'vault_id',
  'incremental',
  'auto_trigger',
  'created_after',
  'created_before',
] as const;

/** Backups that an address names one by one; more are kept in memory. */
const FEW = 20;
const ids = (rows: readonly Backup[]): string[] => rows.map((row) => row.id);

/** What an exported list says of each backup. */
const fields: Record<string, (row: Backup) => Field> = {
  id: (row) => row.id,
  name: (row) => row.name,
  state: (row) => row.state,
  resource_id: (row) => row.resource_id,
  resource_name: (row) => row.resource_name,
  incremental: (row) => String(row.incremental),
  auto_trigger: (row) => String(row.auto_trigger),
  size_bytes: (row) => row.size_bytes,
  new_bytes: (row) => row.new_bytes,
  stored_bytes: (row) => row.stored_bytes,
  consistency: (row) => row.consistency,
  vault: (row) => row.vault.name,
  created_at: (row) => row.created_at,
  expires_at: (row) => row.expires_at,
};

/** Backups of servers or of disks; of one vault alone where it is named. */
export function BackupList({
  project,
  type,
  search,
  vault,
}: {
  project: string;
  type: ResourceKind;
  search: ListSearch;
  vault?: string;
}) {
  const { t } = useWords();
  const navigate = useNavigate();
  const open = useOpenDialog();
  const menu = useBackupMenu();
  const restoreReason = useRestoreReason();
  const marked = useMarked(watchChanges);
  const list = useList({
    kind: 'backup',
    project,
    search,
    properties: vault ? backupFilters.filter((each) => each !== 'vault_id') : backupFilters,
    sort: '-created_at',
    always: vault ? { type, vault_id: vault } : { type },
  });
  const selection = useSelection(list);
  const server = type === 'server';
  const chosen = selection.rows;
  const doomed = chosen.filter((row) => allowed(deleteBackup(row)));
  // "3 are locked": how many stay, by reason.
  const stays = (locked: boolean) =>
    chosen.filter((row) => {
      const verdict = deleteBackup(row);
      return !allowed(verdict) && (verdict.reason.key === 'reason.backup_locked') === locked;
    }).length;
  const [locked, busy] = [stays(true), stays(false)];
  const staying = [
    locked ? t('backup_pages.n_locked', { n: locked }) : '',
    busy ? t('backup_pages.n_busy', { n: busy }) : '',
  ]
    .filter(Boolean)
    .join(', ');

  const columns = useMemo(() => backupColumns(t, project, server, vault), [t, project, server, vault]);
  const links = useCallback(
    (row: Backup) => (
      <Button
        kind="link"
        reason={restoreReason(row)}
        onClick={() => open(server ? 'restore-server' : 'restore-disk', { backup: [row.id] })}
      >
        {t(server ? 'backup_pages.restore_server' : 'backup_pages.restore_disk')}
      </Button>
    ),
    [t, open, server, restoreReason],
  );
  const { hidden, choices } = useColumns(`backups-${type}`, columns);

  return (
    <>
      <ListTools
        list={list}
        properties={[
          {
            id: 'state',
            label: t('backup_pages.status'),
            values: ['available', 'protecting', 'waiting_protect', 'restoring', 'deleting', 'error'].map(
              (value) => ({ value, label: t(backupLook(value).key as 'state.error') }),
            ),
          },
          { id: 'resource_name', label: server ? t('backup_pages.server') : t('backup_pages.disk') },
          { id: 'resource_id', label: server ? t('backup_pages.server_id') : t('backup_pages.disk_id') },
          ...(vault ? [] : [{ id: 'vault_id', label: t('backup_pages.vault_id') }]),
          {
            id: 'incremental',
            label: t('backup_pages.kind'),
            values: [
              { value: 'false', label: t('backup_pages.full') },
              { value: 'true', label: t('backup_pages.incremental') },
            ],
          },
          {
            id: 'auto_trigger',
            label: t('backup_pages.trigger'),
            values: [
              { value: 'false', label: t('backup_pages.manual') },
              { value: 'true', label: t('backup_pages.automatic') },
            ],
          },
          { id: 'created_after', label: t('backup_pages.created_after'), time: true },
          { id: 'created_before', label: t('backup_pages.created_before'), time: true },
        ]}
        choices={choices}
        file="backups"
        fields={fields}
      />
      <BulkBar {...selection.bar}>
        <Button
          kind="danger"
          reason={doomed.length === 0 ? t('backup_pages.none_deletable') : undefined}
          onClick={() =>
            open('delete-backup', chosen.length > FEW ? { id: keep(chosen) } : { backup: ids(chosen) })
          }
        >
          {doomed.length === chosen.length
            ? t('backup_pages.delete_n', { n: chosen.length })
            : t('backup_pages.delete_some', { n: doomed.length, all: chosen.length, why: staying })}
        </Button>
      </BulkBar>
      <Table
        label={t('backup_pages.list')}
        columns={columns}
        rows={list.rows}
        hidden={hidden}
        sort={list.sort}
        onSort={list.onSort}
        selection={selection}
        nameOf={(row) => row.name}
        menu={menu}
        marked={marked}
        links={links}
        failure={list.failure}
        onRetry={list.retry}
        onOpen={(row) =>
          void navigate({
            to: '/p/$project/backups/$backup',
            params: { project, backup: row.id },
            search: {},
          })
        }
        onKey={(key, row) => {
          if (key !== 'r' || restoreReason(row)) return false;
          open(server ? 'restore-server' : 'restore-disk', { backup: [row.id] });
          return true;
        }}
        empty={
          list.narrowed ? (
            <NoMatch onClear={list.clear} />
          ) : (
            <Empty title={t('backup_pages.none')}>
              {t(server ? 'backup_pages.none_server' : 'backup_pages.none_disk')}
            </Empty>
          )
        }
      />
      <Pager {...list.pager} />
    </>
  );
}
