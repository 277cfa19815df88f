import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Server } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { useColumns, useList, useSelection } from '../../app/useList';
import { allowed, backupServer } from '../../lib/can';
import { saveText, toCsv } from '../../lib/csv';
import { formatSize } from '../../lib/sizes';
import { serverLook } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Icon } from '../../ui/icons';
import { MenuButton } from '../../ui/Menu';
import { Page, Toolbar } from '../../ui/Page';
import { SearchBox } from '../../ui/SearchBox';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { BulkBar, type Column, NameCell, NoMatch, Pager, Table } from '../../ui/Table';
import { Backed } from './Backed';
import { useServerMenu } from './menu';
import { powerVerdict } from './power';

const properties = ['status', 'host', 'vault_id', 'protected'];

export default function ServersPage() {
  const { t, locale } = useWords();
  const reason = useReason();
  const { project } = useParams({ from: '/p/$project/servers' });
  const search = useSearch({ from: '/p/$project/servers' });
  const navigate = useNavigate();
  const open = useOpenDialog();
  const menu = useServerMenu(project);
  const list = useList({ kind: 'server', project, search, properties, sort: 'name' });
  const selection = useSelection();
  const chosen = (list.rows ?? []).filter((row) => selection.ids.has(row.id));

  const columns: Column<Server>[] = [
    {
      id: 'name',
      header: t('servers.name'),
      sort: 'name',
      names: true,
      cell: (row) => (
        <NameCell
          link={
            <Link
              data-row=""
              to="/p/$project/servers/$server"
              params={{ project, server: row.id }}
              search={{}}
            >
              {row.name}
            </Link>
          }
          id={<Copyable text={row.id} short name={row.name} />}
        />
      ),
    },
    { id: 'host', header: t('servers.az'), sort: 'host', optional: true, cell: (row) => row.host },
    {
      id: 'status',
      header: t('servers.status'),
      sort: 'status',
      cell: (row) => <StatusWord look={serverLook(row.status)} />,
    },
    {
      id: 'spec',
      header: t('servers.spec'),
      optional: true,
      cell: (row) =>
        row.vcpus ? (
          <span className="number">
            {t('servers.cpus', { n: row.vcpus, memory: formatSize(row.memory_mib * 1024 * 1024, locale) })}
          </span>
        ) : (
          <span className="soft">–</span>
        ),
    },
    {
      id: 'ip',
      header: t('servers.ip'),
      optional: true,
      cell: (row) => (row.addresses.length ? row.addresses.join(', ') : <span className="soft">–</span>),
    },
    {
      id: 'disks',
      header: t('servers.disks'),
      align: 'right',
      optional: true,
      sort: 'disk_bytes',
      cell: (row) => (
        <>
          <span className="soft number">{row.disk_count} × </span>
          <Size bytes={row.disk_bytes} />
        </>
      ),
    },
    {
      id: 'vault',
      header: t('servers.vault'),
      optional: true,
      cell: (row) => (row.vault ? row.vault.name : <span className="soft">{t('servers.no_vault')}</span>),
    },
    {
      id: 'last_backup',
      header: t('servers.last_backup'),
      optional: true,
      sort: 'last_backup',
      cell: (row) => <Backed row={row} />,
    },
  ];
  const { hidden, choices } = useColumns('servers', columns);

  const power = (action: 'start' | 'stop' | 'restart') => (
    <Button
      icon={action === 'start' ? 'play' : action}
      reason={
        chosen.length === 0
          ? t('servers.nothing_selected')
          : chosen.some((row) => allowed(powerVerdict(row, action)))
            ? undefined
            : reason((powerVerdict(chosen[0] as Server, action) as { reason: never }).reason)
      }
      onClick={() => open(`power-${action}`, { server: chosen.map((row) => row.id) })}
    >
      {t(`servers.${action}`)}
    </Button>
  );

  const exported = () =>
    saveText(
      'servers.csv',
      toCsv(
        [
          'id',
          'name',
          'host',
          'status',
          'vcpus',
          'memory_mib',
          'addresses',
          'disk_count',
          'disk_bytes',
          'vault',
          'last_backup',
        ],
        (list.rows ?? []).map((row) => [
          row.id,
          row.name,
          row.host,
          row.status,
          row.vcpus,
          row.memory_mib,
          row.addresses.join(' '),
          row.disk_count,
          row.disk_bytes,
          row.vault?.name,
          row.last_backup?.created_at,
        ]),
      ),
    );

  return (
    <Page
      title={t('servers.title')}
      about={list.rows ? t('servers.count', { n: list.total }) : null}
      actions={
        <>
          {power('start')}
          {power('stop')}
          {power('restart')}
          <Button
            kind="primary"
            reason={
              chosen.length === 0
                ? t('servers.nothing_selected')
                : chosen.some((row) => allowed(backupServer(row)))
                  ? undefined
                  : reason((backupServer(chosen[0] as Server) as { reason: never }).reason)
            }
            onClick={() => open('backup-server', { server: chosen.map((row) => row.id) })}
          >
            {t('servers.create_server_backup')}
          </Button>
        </>
      }
    >
      <Toolbar>
        <SearchBox
          label={t('kit.search_hint')}
          placeholder={t('kit.search_hint')}
          properties={[
            {
              id: 'status',
              label: t('servers.status'),
              values: ['ACTIVE', 'SHUTOFF', 'ERROR'].map((value) => ({
                value,
                label: t(serverLook(value).key as 'state.error'),
              })),
            },
            { id: 'host', label: t('servers.filter_host') },
            {
              id: 'protected',
              label: t('servers.filter_protected'),
              values: [
                { value: 'yes', label: t('servers.protected_yes') },
                { value: 'no', label: t('servers.protected_no') },
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
      <BulkBar count={selection.ids.size} onClear={selection.clear} />
      <Table
        label={t('servers.title')}
        columns={columns}
        rows={list.rows}
        hidden={hidden}
        sort={list.sort}
        onSort={list.onSort}
        selection={selection}
        nameOf={(row) => row.name}
        menu={menu}
        failure={list.failure}
        onRetry={list.retry}
        onOpen={(row) =>
          void navigate({
            to: '/p/$project/servers/$server',
            params: { project, server: row.id },
            search: {},
          })
        }
        onKey={(key, row) => {
          if (key === 'b' && allowed(backupServer(row))) open('backup-server', { server: [row.id] });
          else if (key === 'B') open('backup-disk', { server: [row.id] });
          else if (key === 'r' && row.backup_count > 0) open('restore-latest', { server: [row.id] });
          else return false;
          return true;
        }}
        empty={
          list.narrowed ? (
            <NoMatch onClear={list.clear} />
          ) : (
            <Empty title={t('servers.none')}>{t('servers.none_text')}</Empty>
          )
        }
      />
      <Pager {...list.pager} />
    </Page>
  );
}
