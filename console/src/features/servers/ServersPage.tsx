import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Server } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { ListTools } from '../../app/ListTools';
import { nameColumn, ObjectLink } from '../../app/ObjectLink';
import { useColumns, useList, useSelection } from '../../app/useList';
import { allowed, backupServer, startServer, stopServer, type Verdict } from '../../lib/can';
import type { Field } from '../../lib/csv';
import { formatSize } from '../../lib/sizes';
import { serverLook } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { BulkBar, type Column, NoMatch, Pager, Table } from '../../ui/Table';
import { Backed } from './Backed';
import { useServerMenu } from './menu';
import { powerVerdict } from './power';

const properties = ['status', 'host', 'vault_id', 'protected'];
/** Servers that one dialog takes: what one backup may name. */
const MOST = 256;

/** What an exported list says of each server. */
const fields: Record<string, (row: Server) => Field> = {
  id: (row) => row.id,
  name: (row) => row.name,
  host: (row) => row.host,
  status: (row) => row.status,
  vcpus: (row) => row.vcpus,
  memory_mib: (row) => row.memory_mib,
  addresses: (row) => row.addresses.join(' '),
  disk_count: (row) => row.disk_count,
  disk_bytes: (row) => row.disk_bytes,
  vault: (row) => row.vault?.name,
  last_backup: (row) => row.last_backup?.created_at,
};

export default function ServersPage() {
  const { t, locale } = useWords();
  const reason = useReason();
  const { project } = useParams({ from: '/p/$project/servers' });
  const search = useSearch({ from: '/p/$project/servers' });
  const navigate = useNavigate();
  const open = useOpenDialog();
  const menu = useServerMenu(project);
  const list = useList({ kind: 'server', project, search, properties, sort: 'name' });
  const selection = useSelection(list);
  const chosen = selection.rows;

  const columns = useMemo(
    (): Column<Server>[] => [
      nameColumn(t('servers.name'), { page: { project, kind: 'server' } }),
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
          <span className="number">
            {t('servers.disks_of', { n: row.disk_count, size: formatSize(row.disk_bytes, locale) })}
          </span>
        ),
      },
      {
        id: 'vault',
        header: t('servers.vault'),
        optional: true,
        cell: (row) =>
          row.vault ? (
            <ObjectLink project={project} kind="vault" id={row.vault.id}>
              {row.vault.name}
            </ObjectLink>
          ) : (
            <span className="soft">{t('servers.no_vault')}</span>
          ),
      },
      {
        id: 'last_backup',
        header: t('servers.last_backup'),
        optional: true,
        sort: 'last_backup',
        cell: (row) => <Backed row={row} />,
      },
    ],
    [t, locale, project],
  );
  const { hidden, choices } = useColumns('servers', columns);

  // Some of the ticked ones are enough: the dialog says which are left out, and why.
  const unless = (verdictOf: (row: Server) => Verdict): string | undefined => {
    if (chosen.length === 0) return t('servers.nothing_selected');
    if (chosen.length > MOST) return t('servers.too_many', { n: MOST });
    const verdicts = chosen.map(verdictOf);
    const first = verdicts[0];
    return !first || allowed(first) || verdicts.some(allowed) ? undefined : reason(first.reason);
  };
  const power = (action: 'start' | 'stop' | 'restart') => (
    <Button
      icon={action === 'start' ? 'play' : action}
      reason={unless((row) => powerVerdict(row, action))}
      onClick={() => open(`power-${action}`, { server: chosen.map((row) => row.id) })}
    >
      {t(`servers.${action}`)}
    </Button>
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
            reason={unless(backupServer)}
            onClick={() => open('backup-server', { server: chosen.map((row) => row.id) })}
          >
            {t('servers.create_server_backup')}
          </Button>
        </>
      }
    >
      <ListTools
        list={list}
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
          { id: 'vault_id', label: t('servers.filter_vault') },
          {
            id: 'protected',
            label: t('servers.filter_protected'),
            values: [
              { value: 'yes', label: t('servers.protected_yes') },
              { value: 'no', label: t('servers.protected_no') },
            ],
          },
        ]}
        choices={choices}
        file="servers"
        fields={fields}
      />
      <BulkBar {...selection.bar}>
        <span className="soft">
          {t('servers.bulk', {
            start: chosen.filter((row) => allowed(startServer(row))).length,
            stop: chosen.filter((row) => allowed(stopServer(row))).length,
            backup: chosen.filter((row) => allowed(backupServer(row))).length,
          })}
        </span>
      </BulkBar>
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
