import { useQuery } from '@tanstack/react-query';
import { type AccessKey, keysQuery } from '../../api/admin';
import { sessionQuery } from '../../api/queries';
import { useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { enabledLook } from './parts';

/** The user's own access keys. */
export default function KeysPage() {
  const { t } = useWords();
  const open = useOpenDialog();
  const { data: session } = useQuery(sessionQuery);
  const { data: keys, error, refetch } = useQuery(keysQuery);
  const rows = keys?.map((key) => ({ ...key, id: key.access }));
  const columns: Column<AccessKey & { id: string }>[] = [
    {
      id: 'access',
      header: t('admin.access'),
      names: true,
      cell: (row) => (
        <span data-row="" tabIndex={-1}>
          <Copyable text={row.access} name={t('admin.access')} />
        </span>
      ),
    },
    { id: 'description', header: t('admin.description'), cell: (row) => row.description },
    {
      id: 'enabled',
      header: t('admin.status'),
      cell: (row) => <StatusWord look={enabledLook(row.enabled)} />,
    },
    { id: 'created', header: t('admin.created'), cell: (row) => <Age at={row.created_at} /> },
  ];
  const create = (
    <Button kind="primary" onClick={() => open('create-key')}>
      {t('admin.create_key')}
    </Button>
  );
  return (
    <Page
      title={t('admin.keys')}
      about={t('admin.keys_about')}
      actions={
        <>
          {session ? (
            <Button icon="key" onClick={() => open('set-password', { id: session.user.id })}>
              {t('admin.set_password')}
            </Button>
          ) : null}
          {create}
        </>
      }
    >
      <Table
        label={t('admin.keys')}
        columns={columns}
        rows={rows}
        nameOf={(row) => row.access}
        links={(row) => (
          <Button kind="link" onClick={() => open('delete-key', { id: row.access })}>
            {t('admin.delete_key')}
          </Button>
        )}
        failure={error}
        onRetry={() => void refetch()}
        empty={<Empty title={t('admin.keys_none')}>{t('admin.keys_none_text')}</Empty>}
      />
    </Page>
  );
}
