import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { type Role, rolesQuery } from '../../api/people';
import { useOpenDialog } from '../../app/dialogs';
import { sorted } from '../../lib/sorted';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty, Note } from '../../ui/Failure';
import { type Column, NameCell, Table } from '../../ui/Table';
import { AdminPage, useAdmin } from './AdminPage';
import css from './admin.module.css';
import { useRoleName } from './parts';

/** Roles: the predefined ones, and those of the domain's own. */
export default function RolesPage() {
  const { t } = useWords();
  const open = useOpenDialog();
  const admin = useAdmin();
  const roleName = useRoleName();
  const { data, error, refetch } = useQuery({ ...rolesQuery, enabled: admin === true });
  const [sort, setSort] = useState('name');
  const rows = useMemo(
    () =>
      data &&
      sorted(data, sort, {
        name: (role) => roleName(role.name).toLowerCase(),
        kind: (role) => String(role.predefined),
      }),
    [data, sort, roleName],
  );
  const columns: Column<Role>[] = [
    {
      id: 'name',
      header: t('admin.role_name'),
      sort: 'name',
      names: true,
      // By its name in the API, which requests take as well as the id; that is in its details.
      cell: (row) => (
        <NameCell
          link={roleName(row.name)}
          id={row.predefined ? <code className="soft">{row.name}</code> : null}
        />
      ),
    },
    {
      id: 'kind',
      header: t('admin.role_kind'),
      sort: 'kind',
      cell: (row) => t(row.predefined ? 'admin.predefined' : 'admin.own_role'),
    },
    {
      id: 'actions',
      header: t('admin.role_actions'),
      cell: (row) => (
        <span className={css.list}>
          {row.policy.Statement.map((statement) => (
            <span key={`${statement.Effect} ${statement.Action.join()}`}>
              {t(statement.Effect === 'Allow' ? 'admin.allows' : 'admin.denies')}{' '}
              <code>{statement.Action.join(', ')}</code>
            </span>
          ))}
          {row.without_effect.length ? (
            <Note tone="warn">{t('admin.without_effect', { actions: row.without_effect.join(', ') })}</Note>
          ) : null}
        </span>
      ),
    },
    { id: 'description', header: t('admin.description'), cell: (row) => row.description },
  ];
  return (
    <AdminPage
      title={t('admin.roles')}
      about={t('admin.roles_about')}
      actions={
        <Button kind="primary" onClick={() => open('edit-role')}>
          {t('admin.create_role')}
        </Button>
      }
    >
      <Table
        label={t('admin.roles')}
        columns={columns}
        rows={rows}
        sort={sort}
        onSort={setSort}
        nameOf={(row) => roleName(row.name)}
        links={(row) => {
          const reason = row.predefined ? t('admin.predefined_stays') : undefined;
          return (
            <>
              <Button kind="link" reason={reason} onClick={() => open('edit-role', { id: row.id })}>
                {t('admin.edit_project')}
              </Button>
              <Button kind="link" reason={reason} onClick={() => open('delete-role', { id: row.id })}>
                {t('admin.delete_key')}
              </Button>
            </>
          );
        }}
        failure={error}
        onRetry={() => void refetch()}
        empty={<Empty title={t('admin.none')} />}
      />
    </AdminPage>
  );
}
