import { Link, useParams } from '@tanstack/react-router';
import type { Vault, VaultResource } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { useSelection } from '../../app/useList';
import { allowed, type Verdict } from '../../lib/can';
import type { Look } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { BulkBar, type Column, NameCell, Table } from '../../ui/Table';
import { associateTo, dissociateFrom, migrateFrom } from './can';

/** What the vault does with a resource. */
export const heldLook = (state: string): Look =>
  ({
    available: { tone: 'good', key: 'state.available' } as const,
    protecting: { tone: 'busy', key: 'vaults.state_protecting', passing: true } as const,
    restoring: { tone: 'busy', key: 'state.disk.restoring', passing: true } as const,
    removing: { tone: 'busy', key: 'vaults.state_removing', passing: true } as const,
    error: { tone: 'bad', key: 'state.error' } as const,
  })[state] ?? { tone: 'off', word: state };

/** The servers or disks of a vault. */
export function Resources({ vault }: { vault: Vault }) {
  const { t } = useWords();
  const say = useReason();
  const { project = '' } = useParams({ strict: false });
  const open = useOpenDialog();
  const server = vault.type === 'server';
  const why = (verdict: Verdict) => (allowed(verdict) ? undefined : say(verdict.reason));
  const selection = useSelection<VaultResource>({ rows: vault.resources });
  const chosen = selection.rows;
  const dissociate = (ids: string[]) =>
    open('dissociate', server ? { vault: vault.id, server: ids } : { vault: vault.id, disk: ids });
  const migrate = (ids: string[]) =>
    open('migrate', server ? { vault: vault.id, server: ids } : { vault: vault.id, disk: ids });
  // What holds for all of them, else the first reason why not.
  const forAll = (judge: typeof dissociateFrom) =>
    chosen.length === 0
      ? t('vaults.pick_first')
      : why(chosen.map((row) => judge(vault, row)).find((each) => !allowed(each)) ?? { ok: true });
  const columns: Column<VaultResource>[] = [
    {
      id: 'name',
      header: t('vaults.name'),
      names: true,
      cell: (row) => (
        <NameCell
          link={
            server ? (
              <Link
                data-row=""
                to="/p/$project/servers/$server"
                params={{ project, server: row.id }}
                search={{}}
              >
                {row.name}
              </Link>
            ) : (
              <Link data-row="" to="/p/$project/disks" params={{ project }} search={{ q: row.id }}>
                {row.name}
              </Link>
            )
          }
          id={<Copyable text={row.id} short name={row.name} />}
        />
      ),
    },
    { id: 'state', header: t('vaults.status'), cell: (row) => <StatusWord look={heldLook(row.state)} /> },
    { id: 'size', header: t('vaults.size'), align: 'right', cell: (row) => <Size bytes={row.size_bytes} /> },
    {
      id: 'backups',
      header: t('vaults.backups'),
      align: 'right',
      cell: (row) => (
        <Link
          to="/p/$project/vaults/$vault"
          params={{ project, vault: vault.id }}
          search={{ tab: 'backups', resource_id: [row.id] }}
          className="number"
          aria-label={`${t('vaults.backups')} ${row.name}: ${row.backup_count}`}
        >
          {row.backup_count}
        </Link>
      ),
    },
    {
      id: 'space',
      header: t('vaults.used'),
      align: 'right',
      cell: (row) => <Size bytes={row.backup_bytes} />,
    },
    ...(server
      ? [
          {
            id: 'excluded',
            header: t('vaults.excluded'),
            align: 'right' as const,
            cell: (row: VaultResource) => <span className="number">{row.excluded_disks.length}</span>,
          },
        ]
      : []),
  ];
  return (
    <>
      <BulkBar {...selection.bar}>
        <Button reason={forAll(migrateFrom)} onClick={() => migrate(chosen.map((row) => row.id))}>
          {t('vaults.migrate')}
        </Button>
        <Button
          kind="danger"
          reason={forAll(dissociateFrom)}
          onClick={() => dissociate(chosen.map((row) => row.id))}
        >
          {t('vaults.dissociate')}
        </Button>
      </BulkBar>
      <Table
        label={t(server ? 'vaults.servers' : 'vaults.disks')}
        columns={columns}
        rows={vault.resources}
        selection={selection}
        nameOf={(row) => row.name}
        links={(row) => (
          <>
            <Button kind="link" reason={why(migrateFrom(vault, row))} onClick={() => migrate([row.id])}>
              {t('vaults.migrate')}
            </Button>
            <Button kind="link" reason={why(dissociateFrom(vault, row))} onClick={() => dissociate([row.id])}>
              {t('vaults.dissociate')}
            </Button>
          </>
        )}
        empty={
          <Empty
            title={t('vaults.no_resources')}
            action={
              <Button
                kind="primary"
                reason={why(associateTo(vault))}
                onClick={() => open('associate', { vault: vault.id })}
              >
                {t(server ? 'vaults.associate_server' : 'vaults.associate_disk')}
              </Button>
            }
          >
            {t('vaults.no_resources_text')}
          </Empty>
        }
      />
    </>
  );
}
