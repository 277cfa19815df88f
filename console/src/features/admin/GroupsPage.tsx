import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { projectsQuery } from '../../api/admin';
import { type GroupOfUsers, groupsQuery } from '../../api/people';
import { useOpenDialog } from '../../app/dialogs';
import { nameColumn } from '../../app/ObjectLink';
import { sorted } from '../../lib/sorted';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import type { MenuEntry } from '../../ui/Menu';
import { type Column, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { AdminPage, useAdmin } from './AdminPage';
import { Grants } from './Grants';

/** Groups of users: who is in one has its roles. */
export default function GroupsPage() {
  const { t } = useWords();
  const open = useOpenDialog();
  const admin = useAdmin();
  const { data: groups, error, refetch } = useQuery({ ...groupsQuery, enabled: admin === true });
  const { data: projects } = useQuery({ ...projectsQuery, enabled: admin === true });
  const [sort, setSort] = useState('name');
  const rows = useMemo(
    () =>
      groups &&
      sorted(groups, sort, {
        name: (group) => group.name.toLowerCase(),
        created_at: (group) => group.created_at,
      }),
    [groups, sort],
  );
  const columns: Column<GroupOfUsers>[] = [
    nameColumn(t('admin.name')),
    {
      id: 'members',
      header: t('admin.members'),
      cell: (row) =>
        row.members.map((each) => each.name).join(', ') || (
          <span className="soft">{t('admin.no_members')}</span>
        ),
    },
    {
      id: 'roles',
      header: t('admin.roles'),
      cell: (row) => <Grants grants={row.roles} projects={projects} />,
    },
    { id: 'description', header: t('admin.description'), cell: (row) => row.description },
    {
      id: 'created',
      header: t('admin.created'),
      sort: 'created_at',
      cell: (row) => <Age at={row.created_at} />,
    },
  ];
  const menu = (row: GroupOfUsers): MenuEntry[] => [
    { label: t('admin.edit_project'), onSelect: () => open('edit-group', { id: row.id }) },
    { divider: true },
    { label: t('admin.delete_group'), danger: true, onSelect: () => open('delete-group', { id: row.id }) },
  ];
  const create = (
    <Button kind="primary" onClick={() => open('edit-group')}>
      {t('admin.create_group')}
    </Button>
  );
  return (
    <AdminPage title={t('admin.groups')} about={t('admin.groups_about')} actions={create}>
      <Table
        label={t('admin.groups')}
        columns={columns}
        rows={rows}
        sort={sort}
        onSort={setSort}
        nameOf={(row) => row.name}
        menu={menu}
        links={(row) => (
          <>
            <Button kind="link" onClick={() => open('group-members', { id: row.id })}>
              {t('admin.members')}
            </Button>
            <Button kind="link" onClick={() => open('group-roles', { id: row.id })}>
              {t('admin.edit_roles')}
            </Button>
          </>
        )}
        failure={error}
        onRetry={() => void refetch()}
        empty={
          <Empty title={t('admin.groups_none')} action={create}>
            {t('admin.groups_none_text')}
          </Empty>
        }
      />
    </AdminPage>
  );
}
