import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { type Project, projectsQuery } from '../../api/admin';
import { sessionQuery } from '../../api/queries';
import { useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NameCell, Table } from '../../ui/Table';
import { enabledLook, sorted } from './parts';

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
    { id: 'description', header: t('admin.description'), cell: (row) => row.description },
  ];
  return (
    <Page
      title={t('admin.projects')}
      actions={
        admin ? (
          <Button kind="primary" onClick={() => open('edit-project')}>
            {t('admin.create_project')}
          </Button>
        ) : null
      }
    >
      {session && !admin ? (
        <Empty title={t('admin.not_allowed')}>{t('admin.not_allowed_text')}</Empty>
      ) : (
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
      )}
    </Page>
  );
}
