// The columns of lists of backups.
import type { Backup } from '../../api/types';
import { NewBytes } from '../../app/NewBytes';
import { nameColumn, ObjectLink } from '../../app/ObjectLink';
import type { Words } from '../../messages';
import { Icon } from '../../ui/icons';
import { Size } from '../../ui/Size';
import type { Column } from '../../ui/Table';
import { Age } from '../../ui/Time';
import css from './backups.module.css';
import { BackupState, Kind } from './parts';

/** Columns for backups of servers or of disks; without the vault where all lie in one. */
export function backupColumns(
  t: Words['t'],
  project: string,
  server: boolean,
  vault: string | undefined,
): Column<Backup>[] {
  return [
    nameColumn(t('backup_pages.name'), { page: { project, kind: 'backup' } }),
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
          <NewBytes backup={row} />
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
              <ObjectLink project={project} kind="vault" id={row.vault.id}>
                {row.vault.name}
              </ObjectLink>
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
}
