import { useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { changeUser, projectsQuery, type User, usersQuery } from '../../api/admin';
import { sessionQuery } from '../../api/queries';
import { useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty, useFailureText } from '../../ui/Failure';
import type { MenuEntry } from '../../ui/Menu';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NameCell, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { toast } from '../../ui/toasts';
import css from './admin.module.css';
import { enabledLook, sorted } from './parts';

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
  const project = (id: string) => projects?.find((each) => each.id === id)?.name ?? id;
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
    {
      id: 'name',
      header: t('admin.name'),
      sort: 'name',
      names: true,
      cell: (row) => (
        <NameCell
          link={
            <span data-row="" tabIndex={-1}>
              {row.name}
              {own(row) ? <span className="soft"> ({t('admin.you')})</span> : null}
            </span>
          }
          id={<Copyable text={row.id} short name={row.name} />}
        />
      ),
    },
    {
      id: 'enabled',
      header: t('admin.status'),
      sort: 'enabled',
      cell: (row) => <StatusWord look={enabledLook(row.enabled)} />,
    },
    {
      id: 'roles',
      header: t('admin.roles'),
      cell: (row) =>
        row.roles.length === 0 ? (
          <span className="soft">{t('admin.no_role')}</span>
        ) : (
          <span className={css.list}>
            {row.roles.map((each) => (
              <span key={`${each.role} ${each.project_id ?? ''}`}>
                {t('admin.role_of', {
                  role: each.role,
                  project: each.project_id === null ? t('admin.all_projects') : project(each.project_id),
                })}
              </span>
            ))}
          </span>
        ),
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
    <Page
      title={t('admin.users')}
      actions={
        admin ? (
          <Button kind="primary" onClick={() => open('create-user')}>
            {t('admin.create_user')}
          </Button>
        ) : null
      }
    >
      {session && !admin ? (
        <Empty title={t('admin.not_allowed')}>{t('admin.not_allowed_text')}</Empty>
      ) : (
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
      )}
    </Page>
  );
}

function Refused({ error }: { error: unknown }) {
  const { message, hint } = useFailureText(error);
  return <>{[message, hint].filter(Boolean).join(' ')}</>;
}
