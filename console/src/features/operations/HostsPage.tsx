import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../../api/queries';
import { type Host, hostsQuery } from '../../api/safety';
import { useOpenDialog } from '../../app/dialogs';
import { formatRate } from '../../lib/sizes';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';

type Row = Host & { id: string };

/** The configured hosts: what may be asked of them, and what is. */
export default function HostsPage() {
  const { t, locale } = useWords();
  const open = useOpenDialog();
  const { data: session } = useQuery(sessionQuery);
  const admin = session?.domain_admin === true;
  const { data, error, refetch } = useQuery({ ...hostsQuery, enabled: admin });
  const rows = data?.map((host) => ({ ...host, id: host.name }));
  const columns: Column<Row>[] = [
    {
      id: 'name',
      header: t('hosts.name'),
      names: true,
      cell: (row) => (
        <span data-row="" tabIndex={-1}>
          {row.name}
        </span>
      ),
    },
    {
      id: 'open',
      header: t('hosts.automatic'),
      cell: (row) => (
        <>
          <StatusWord
            look={row.open ? { tone: 'good', key: 'hosts.open' } : { tone: 'off', key: 'hosts.shut' }}
          />{' '}
          {row.opens_at ? <Age at={row.opens_at} /> : null}
        </>
      ),
    },
    {
      id: 'tasks',
      header: t('hosts.running'),
      align: 'right',
      cell: (row) => t('hosts.running_of', { n: row.running_tasks, most: row.tasks_in_force }),
    },
    { id: 'waiting', header: t('hosts.waiting'), align: 'right', cell: (row) => row.waiting_tasks },
    {
      id: 'rate',
      header: t('limits.rate'),
      cell: (row) =>
        row.limits.bytes_per_second ? formatRate(row.limits.bytes_per_second, locale) : t('limits.none'),
    },
    {
      id: 'windows',
      header: t('limits.windows'),
      cell: (row) =>
        row.limits.windows?.length
          ? `${row.limits.windows.join('; ')} (${row.limits.zone ?? 'UTC'})`
          : t('limits.always'),
    },
    {
      id: 'from',
      header: t('hosts.from'),
      cell: (row) => t(row.limits_set ? 'hosts.from_here' : 'hosts.from_file'),
    },
  ];
  return (
    <Page title={t('hosts.title')} about={t('hosts.about')}>
      {session && !admin ? (
        <Empty title={t('admin.not_allowed')}>{t('admin.not_allowed_text')}</Empty>
      ) : (
        <Table
          label={t('hosts.title')}
          columns={columns}
          rows={rows}
          nameOf={(row) => row.name}
          links={(row) => (
            <Button kind="link" onClick={() => open('host-limits', { id: row.name })}>
              {t('limits.set')}
            </Button>
          )}
          failure={error && !data ? error : null}
          onRetry={() => void refetch()}
          empty={<Empty title={t('hosts.none')}>{t('hosts.none_text')}</Empty>}
        />
      )}
    </Page>
  );
}
