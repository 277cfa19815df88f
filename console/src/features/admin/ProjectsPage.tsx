import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { type Project, projectsQuery } from '../../api/admin';
import { sessionQuery } from '../../api/queries';
import { useOpenDialog } from '../../app/dialogs';
import { nameColumn } from '../../app/ObjectLink';
import { sorted } from '../../lib/sorted';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { AdminPage } from './AdminPage';
import { enabledLook } from './parts';

/** Projects of the domain. */
export default function ProjectsPage() {
  const { t } = useWords();
  const open = useOpenDialog();
  const { data: session } = useQuery(sessionQuery);
  const admin = session?.domain_admin === true;
  const { data: projects, error, refetch } = useQuery({ ...projectsQuery, enabled: admin });
  const [sort, setSort] = useState('name');
  const rows = useMemo(
    () =>
      projects &&
      sorted(projects, sort, {
        name: (project) => project.name.toLowerCase(),
        enabled: (project) => String(!project.enabled),
      }),
    [projects, sort],
  );
  const columns: Column<Project>[] = [
    nameColumn(t('admin.name')),
    {
      id: 'enabled',
      header: t('admin.status'),
      sort: 'enabled',
      cell: (row) => <StatusWord look={enabledLook(row.enabled)} />,
    },
    { id: 'description', header: t('admin.description'), cell: (row) => row.description },
  ];
  return (
    <AdminPage
      title={t('admin.projects')}
      actions={
        <Button kind="primary" onClick={() => open('edit-project')}>
          {t('admin.create_project')}
        </Button>
      }
    >
      <Table
        label={t('admin.projects')}
        columns={columns}
        rows={rows}
        sort={sort}
        onSort={setSort}
        nameOf={(row) => row.name}
        links={(row) => (
          <>
            <Button kind="link" onClick={() => open('edit-project', { id: row.id })}>
              {t('admin.edit_project')}
            </Button>
            <Button kind="link" onClick={() => open('set-quotas', { id: row.id })}>
              {t('quota.title')}
            </Button>
          </>
        )}
        failure={error}
        onRetry={() => void refetch()}
        empty={<Empty title={t('admin.none')} />}
      />
    </AdminPage>
  );
}
