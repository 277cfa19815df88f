import { Link, useNavigate } from '@tanstack/react-router';
import { watchChanges } from '../../api/live';
import type { Backup, ResourceKind } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { useColumns, useList, useSelection } from '../../app/useList';
import { allowed, deleteBackup } from '../../lib/can';
import { saveText, toCsv } from '../../lib/csv';
import type { ListSearch } from '../../lib/search';
import { backupLook } from '../../lib/status';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Icon } from '../../ui/icons';
import { MenuButton } from '../../ui/Menu';
import { Toolbar } from '../../ui/Page';
import { SearchBox } from '../../ui/SearchBox';
import { Size } from '../../ui/Size';
import { BulkBar, type Column, NameCell, NoMatch, Pager, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import css from './backups.module.css';
import { useMarked } from './marked';
import { useBackupMenu, useRestoreReason } from './menu';
import { BackupState, Kind } from './parts';

/** Properties by which backups can be narrowed. */
export const backupFilters = [
  'state',
  'resource_name',
  'resource_id',
  'vault_id',
  'incremental',
  'auto_trigger',
] as const;

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
  const selection = useSelection();
  const server = type === 'server';
  const chosen = (list.rows ?? []).filter((row) => selection.ids.has(row.id));
  const doomed = chosen.filter((row) => allowed(deleteBackup(row)));

  const columns: Column<Backup>[] = [
    {
      id: 'name',
      header: t('backup_pages.name'),
      sort: 'name',
      names: true,
      cell: (row) => (
        <NameCell
          link={
            <Link
              data-row=""
              to="/p/$project/backups/$backup"
              params={{ project, backup: row.id }}
              search={{}}
            >
              {row.name}
            </Link>
          }
          id={<Copyable text={row.id} short name={row.name} />}
        />
      ),
    },
    {
      id: 'state',
      header: t('backup_pages.status'),
      sort: 'state',
      cell: (row) => <BackupState backup={row} />,
    },
    {
      id: 'resource',
      header: server ? t('backup_pages.server') : t('backup_pages.disk'),
      sort: 'resource_name',
      cell: (row) => (
        <>
          {row.resource_name}
          {row.resource_status === null ? <span className="soft"> {t('backup_pages.gone')}</span> : null}
        </>
      ),
    },
    {
      id: 'kind',
      header: t('backup_pages.kind'),
      sort: 'incremental',
      optional: true,
      cell: (row) => <Kind backup={row} />,
    },
    {
      id: 'size',
      header: t('backup_pages.size'),
      sort: 'new_bytes',
      align: 'right',
      optional: true,
      cell: (row) => (
        <span className={css.sizes}>
          <Size bytes={row.new_bytes} />
          <span className="soft">
            {t('backup_pages.of')} <Size bytes={row.size_bytes} />
          </span>
        </span>
      ),
    },
    {
      id: 'consistency',
      header: t('backup_pages.consistency'),
      optional: true,
      cell: (row) =>
        row.consistency ? t(`backup_pages.consistency_${row.consistency}`) : <span className="soft">–</span>,
    },
    ...(vault
      ? []
      : [
          {
            id: 'vault',
            header: t('backup_pages.vault'),
            sort: 'vault',
            optional: true,
            cell: (row: Backup) => (
              <Link to="/p/$project/vaults/$vault" params={{ project, vault: row.vault.id }} search={{}}>
                {row.vault.name}
              </Link>
            ),
          },
        ]),
    {
      id: 'expires',
      header: t('backup_pages.expires'),
      sort: 'expires_at',
      optional: true,
      off: true,
      cell: (row) => (
        <span className={css.with}>
          {row.locked ? <Icon name="lock" size={13} /> : null}
          {row.expires_at ? (
            <Age at={row.expires_at} />
          ) : (
            <span className="soft">{t('backup_pages.never')}</span>
          )}
        </span>
      ),
    },
    {
      id: 'created',
      header: t('backup_pages.created'),
      sort: 'created_at',
      cell: (row) => <Age at={row.created_at} />,
    },
  ];
  const { hidden, choices } = useColumns(`backups-${type}`, columns);
  const exported = () =>
    saveText(
      'backup_pages.csv',
      toCsv(
        [
          'id',
          'name',
          'state',
          'resource_id',
          'resource_name',
          'incremental',
          'auto_trigger',
          'size_bytes',
          'new_bytes',
          'stored_bytes',
          'consistency',
          'vault',
          'created_at',
          'expires_at',
        ],
        (list.rows ?? []).map((row) => [
          row.id,
          row.name,
          row.state,
          row.resource_id,
          row.resource_name,
          String(row.incremental),
          String(row.auto_trigger),
          row.size_bytes,
          row.new_bytes,
          row.stored_bytes,
          row.consistency,
          row.vault.name,
          row.created_at,
          row.expires_at,
        ]),
      ),
    );

  return (
    <>
      <Toolbar>
        <SearchBox
          label={t('kit.search_hint')}
          placeholder={t('kit.search_hint')}
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
          ]}
          filter={list.filter}
          keyword={list.keyword}
          onChange={list.onSearch}
        />
        <span className="grow" />
        <MenuButton entries={choices}>
          <Icon name="columns" size={14} /> {t('kit.columns')}
        </MenuButton>
        <Button kind="link" icon="export" onClick={exported}>
          {t('kit.export')}
        </Button>
      </Toolbar>
      <BulkBar count={selection.ids.size} onClear={selection.clear}>
        <Button
          kind="danger"
          reason={doomed.length === 0 ? t('backup_pages.none_deletable') : undefined}
          onClick={() => open('delete-backup', { backup: chosen.map((row) => row.id) })}
        >
          {doomed.length === chosen.length
            ? t('backup_pages.delete_n', { n: chosen.length })
            : t('backup_pages.delete_some', { n: doomed.length, all: chosen.length })}
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
        links={(row) => (
          <Button
            kind="link"
            reason={restoreReason(row)}
            onClick={() => open(server ? 'restore-server' : 'restore-disk', { backup: [row.id] })}
          >
            {t(server ? 'backup_pages.restore_server' : 'backup_pages.restore_disk')}
          </Button>
        )}
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
