import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { changeUser, projectsQuery, type User, usersQuery } from '../../api/admin';
import { sessionQuery } from '../../api/queries';
import { useOpenDialog } from '../../app/dialogs';
import { nameColumn } from '../../app/ObjectLink';
import { sorted } from '../../lib/sorted';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty, useFailureText } from '../../ui/Failure';
import type { MenuEntry } from '../../ui/Menu';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { toast } from '../../ui/toasts';
import { AdminPage } from './AdminPage';
import { Grants } from './Grants';
import { enabledLook } from './parts';

/** Users of the domain and their roles. */
export default function UsersPage() {
  const { t } = useWords();
  const open = useOpenDialog();
  const { data: session } = useQuery(sessionQuery);
  const admin = session?.domain_admin === true;
  const { data: users, error, refetch } = useQuery({ ...usersQuery, enabled: admin });
  const { data: projects } = useQuery({ ...projectsQuery, enabled: admin });
  const [sort, setSort] = useState('name');
  const rows = useMemo(
    () =>
      users &&
      sorted(users, sort, {
        name: (user) => user.name.toLowerCase(),
        enabled: (user) => String(!user.enabled),
        created_at: (user) => user.created_at,
      }),
    [users, sort],
  );
  const enable = useMutation({
    mutationFn: (user: User) => changeUser(user.id, { enabled: true }),
    onSuccess: (_, user) => toast('good', t('admin.enabled_done', { name: user.name })),
    onError: (failure) => toast('bad', <Refused error={failure} />),
  });
  const own = (user: User) => user.id === session?.user.id;
  const menu = (user: User): MenuEntry[] => [
    { label: t('admin.set_password'), icon: 'key', onSelect: () => open('set-password', { id: user.id }) },
    user.enabled
      ? {
          label: t('admin.disable'),
          reason: own(user) ? t('admin.not_yourself') : undefined,
          onSelect: () => open('disable-user', { id: user.id }),
        }
      : { label: t('admin.enable'), onSelect: () => enable.mutate(user) },
    { divider: true },
    {
      label: t('admin.delete_user'),
      danger: true,
      reason: own(user) ? t('admin.not_yourself') : undefined,
      onSelect: () => open('delete-user', { id: user.id }),
    },
  ];
  const columns: Column<User>[] = [
    nameColumn(t('admin.name'), {
      after: (row) => (own(row) ? <span className="soft"> ({t('admin.you')})</span> : null),
    }),
    {
      id: 'enabled',
      header: t('admin.status'),
      sort: 'enabled',
      cell: (row) => <StatusWord look={enabledLook(row.enabled)} />,
    },
    {
      id: 'roles',
      header: t('admin.roles'),
      cell: (row) => <Grants grants={row.roles} projects={projects} />,
    },
    {
      id: 'password',
      header: t('admin.password'),
      cell: (row) => t(row.has_password ? 'admin.has_password' : 'admin.no_password'),
    },
    { id: 'description', header: t('admin.description'), cell: (row) => row.description },
    {
      id: 'created',
      header: t('admin.created'),
      sort: 'created_at',
      cell: (row) => <Age at={row.created_at} />,
    },
  ];
  return (
    <AdminPage
      title={t('admin.users')}
      actions={
        <Button kind="primary" onClick={() => open('create-user')}>
          {t('admin.create_user')}
        </Button>
      }
    >
      <Table
        label={t('admin.users')}
        columns={columns}
        rows={rows}
        sort={sort}
        onSort={setSort}
        nameOf={(row) => row.name}
        menu={menu}
        links={(row) => (
          <Button kind="link" onClick={() => open('edit-roles', { id: row.id })}>
            {t('admin.edit_roles')}
          </Button>
        )}
        failure={error}
        onRetry={() => void refetch()}
        empty={<Empty title={t('admin.none')} />}
      />
    </AdminPage>
  );
}

function Refused({ error }: { error: unknown }) {
  const { message, hint } = useFailureText(error);
  return <>{[message, hint].filter(Boolean).join(' ')}</>;
}
