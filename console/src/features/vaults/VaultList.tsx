import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import type { ResourceKind, Vault } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { ListTools } from '../../app/ListTools';
import { nameColumn, ObjectLink } from '../../app/ObjectLink';
import { useColumns, useList } from '../../app/useList';
import { allowed, backupVault, type Verdict } from '../../lib/can';
import type { Field } from '../../lib/csv';
import type { ListSearch } from '../../lib/search';
import { formatSize } from '../../lib/sizes';
import { vaultLook } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Icon } from '../../ui/icons';
import { Fill } from '../../ui/Progress';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NoMatch, Pager, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { associateTo } from './can';
import { useVaultMenu } from './menu';
import { usePerform } from './perform';
import css from './vaults.module.css';

/** Properties by which vaults can be narrowed. */
export const vaultFilters = ['state'] as const;

/** What an exported list says of each vault. */
const fields: Record<string, (row: Vault) => Field> = {
  id: (row) => row.id,
  name: (row) => row.name,
  state: (row) => row.state,
  protect_type: (row) => row.protect_type,
  locked: (row) => String(row.locked),
  used_bytes: (row) => row.used_bytes,
  size_bytes: (row) => row.size_bytes,
  resources: (row) => row.resource_count,
  backups: (row) => row.backup_count,
  store: (row) => row.store,
  created_at: (row) => row.created_at,
};

/** The vaults of servers or of disks. */
export function VaultList({
  project,
  type,
  search,
}: {
  project: string;
  type: ResourceKind;
  search: ListSearch;
}) {
  const { t, locale } = useWords();
  const say = useReason();
  const navigate = useNavigate();
  const open = useOpenDialog();
  const perform = usePerform(project);
  const menu = useVaultMenu();
  const list = useList({
    kind: 'vault',
    project,
    search,
    properties: vaultFilters,
    sort: '-created_at',
    always: { type },
  });
  const server = type === 'server';
  const links = useCallback(
    (row: Vault) => {
      const why = (verdict: Verdict) => (allowed(verdict) ? undefined : say(verdict.reason));
      return (
        <>
          <Button
            kind="link"
            reason={why(associateTo(row))}
            onClick={() => open('associate', { vault: row.id })}
          >
            {t(server ? 'vaults.associate_server' : 'vaults.associate_disk')}
          </Button>
          <Button kind="link" reason={why(backupVault(row))} onClick={() => perform(row)}>
            {t('vaults.perform')}
          </Button>
        </>
      );
    },
    [t, say, open, perform, server],
  );

  const columns = useMemo(
    (): Column<Vault>[] => [
      nameColumn(t('vaults.name'), { page: { project, kind: 'vault' } }),
      {
        id: 'state',
        header: t('vaults.status'),
        sort: 'state',
        cell: (row) => <StatusWord look={vaultLook(row.state)} since={row.updated_at} />,
      },
      {
        id: 'protect_type',
        header: t('vaults.type'),
        optional: true,
        off: true,
        cell: (row) =>
          t(row.protect_type === 'replication' ? 'vaults.type_replication' : 'vaults.type_backup'),
      },
      {
        id: 'locked',
        header: t('vaults.locking'),
        sort: 'locked',
        optional: true,
        cell: (row) =>
          row.locked ? (
            <span className={css.with}>
              <Icon name="lock" size={13} /> {t('vaults.enabled')}
            </span>
          ) : (
            <span className="soft">{t('vaults.disabled')}</span>
          ),
      },
      {
        id: 'used',
        header: t('vaults.capacity'),
        sort: 'used_bytes',
        cell: (row) => (
          <span className={css.capacity}>
            <span className="number">
              {t('kit.of', {
                done: formatSize(row.used_bytes, locale),
                total: formatSize(row.size_bytes, locale),
              })}
            </span>
            <Fill
              label={t('vaults.fill_of', { name: row.name })}
              used={row.used_bytes}
              size={row.size_bytes}
              threshold={row.threshold_percent}
            />
          </span>
        ),
      },
      {
        id: 'resources',
        header: server ? t('vaults.servers') : t('vaults.disks'),
        sort: 'resource_count',
        align: 'right',
        cell: (row) => (
          <ObjectLink
            project={project}
            kind="vault"
            id={row.id}
            tab="resources"
            className="number"
            aria-label={t(server ? 'vaults.servers_of' : 'vaults.disks_of', {
              n: row.resource_count,
              name: row.name,
            })}
          >
            {row.resource_count}
          </ObjectLink>
        ),
      },
      {
        id: 'backups',
        header: t('vaults.backups'),
        sort: 'backup_count',
        align: 'right',
        optional: true,
        off: true,
        cell: (row) => <span className="number">{row.backup_count}</span>,
      },
      {
        id: 'policy',
        header: t('vaults.policy'),
        optional: true,
        cell: (row) =>
          row.policy ? (
            <>
              {row.policy.name}{' '}
              {row.policy.enabled ? null : <span className="soft">{t('policy.disabled')}</span>}
            </>
          ) : (
            <span className="soft">{t('vaults.no_policy')}</span>
          ),
      },
      {
        id: 'tags',
        header: t('vaults.tags'),
        optional: true,
        off: true,
        cell: (row) =>
          row.tags.map((tag) => (tag.value ? `${tag.key}: ${tag.value}` : tag.key)).join(', ') || (
            <span className="soft">–</span>
          ),
      },
      {
        id: 'store',
        header: t('vaults.store'),
        sort: 'store',
        optional: true,
        off: true,
        cell: (row) => row.store,
      },
      {
        id: 'created',
        header: t('vaults.created'),
        sort: 'created_at',
        optional: true,
        off: true,
        cell: (row) => <Age at={row.created_at} />,
      },
    ],
    [t, locale, project, server],
  );
  const { hidden, choices } = useColumns(`vaults-${type}`, columns);
  const create = (
    <Button
      kind="primary"
      onClick={() => void navigate({ to: '/p/$project/vaults/new', params: { project }, search: { type } })}
    >
      {t(server ? 'vaults.create_server' : 'vaults.create_disk')}
    </Button>
  );

  return (
    <>
      <ListTools
        list={list}
        properties={[
          {
            id: 'state',
            label: t('vaults.status'),
            values: ['available', 'lock', 'deleting', 'error'].map((value) => ({
              value,
              label: t(vaultLook(value).key as 'state.error'),
            })),
          },
        ]}
        choices={choices}
        file="vaults"
        fields={fields}
      />
      <Table
        label={t('vaults.list')}
        columns={columns}
        rows={list.rows}
        hidden={hidden}
        sort={list.sort}
        onSort={list.onSort}
        nameOf={(row) => row.name}
        menu={menu}
        links={links}
        failure={list.failure}
        onRetry={list.retry}
        onOpen={(row) =>
          void navigate({ to: '/p/$project/vaults/$vault', params: { project, vault: row.id }, search: {} })
        }
        empty={
          list.narrowed ? (
            <NoMatch onClear={list.clear} />
          ) : (
            <Empty title={t('vaults.none')} action={create}>
              {t(server ? 'vaults.none_server' : 'vaults.none_disk')}
            </Empty>
          )
        }
      />
      <Pager {...list.pager} />
    </>
  );
}
