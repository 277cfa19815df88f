import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { overview } from '../../api/overview';
import { objectiveQuery, type Protected, reportQuery } from '../../api/safety';
import { useOpenDialog } from '../../app/dialogs';
import { Unsafe } from '../../app/Unsafe';
import { saveText, toCsv } from '../../lib/csv';
import type { Look } from '../../lib/status';
import { type Key, useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';

const look = (row: Protected): Look =>
  row.objective_met === null
    ? { tone: 'off', key: 'report.nothing_asked' }
    : row.objective_met
      ? { tone: 'good', key: 'report.met' }
      : { tone: 'bad', key: 'report.missed' };

/** Why nothing is asked of a resource. */
const why = (row: Protected): Key =>
  row.policy_name === null
    ? 'report.why_no_policy'
    : row.policy_enabled === false
      ? 'report.why_policy_off'
      : 'report.why_once';

/** Each resource in a vault: its newest good backup, and whether that is recent enough. */
export default function ReportPage() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/report' });
  const open = useOpenDialog();
  const { data, error, refetch } = useQuery(reportQuery(project));
  const { data: objective } = useQuery(objectiveQuery(project));
  const { data: all } = useQuery(overview(project));
  const columns: Column<Protected>[] = [
    {
      id: 'name',
      header: t('report.resource'),
      names: true,
      cell: (row) =>
        row.type === 'server' ? (
          <Link data-row="" to="/p/$project/servers/$server" params={{ project, server: row.id }} search={{}}>
            {row.name}
          </Link>
        ) : (
          <Link data-row="" to="/p/$project/disks" params={{ project }} search={{ q: row.id }}>
            {row.name}
          </Link>
        ),
    },
    {
      id: 'state',
      header: t('report.state'),
      cell: (row) => (
        <>
          <StatusWord look={look(row)} />
          {row.objective_met === null ? <div className="soft">{t(why(row) as 'report.why_once')}</div> : null}
        </>
      ),
    },
    {
      id: 'last',
      header: t('report.last'),
      cell: (row) =>
        row.last_good_at ? <Age at={row.last_good_at} /> : <span className="soft">{t('report.never')}</span>,
    },
    {
      id: 'asked',
      header: t('report.asked'),
      align: 'right',
      cell: (row) => (row.objective_hours === null ? '–' : t('report.hours', { n: row.objective_hours })),
    },
    {
      id: 'vault',
      header: t('kind.vault'),
      cell: (row) => (
        <Link to="/p/$project/vaults/$vault" params={{ project, vault: row.vault_id }} search={{}}>
          {row.vault_name}
        </Link>
      ),
    },
    {
      id: 'policy',
      header: t('kind.policy'),
      cell: (row) =>
        row.policy_name ? (
          <>
            {row.policy_name}
            {row.policy_enabled === false ? <span className="soft"> {t('report.policy_off')}</span> : null}
          </>
        ) : (
          <span className="soft">{t('kit.none')}</span>
        ),
    },
    { id: 'next', header: t('report.next'), cell: (row) => <Age at={row.next_run_at} /> },
  ];
  const save = () => {
    const rows = data?.resources ?? [];
    const names = Object.keys(rows[0] ?? { id: '' }) as (keyof Protected)[];
    saveText(
      'protection.csv',
      toCsv(
        names,
        rows.map((row) =>
          names.map((name) => (typeof row[name] === 'boolean' ? String(row[name]) : (row[name] as string))),
        ),
      ),
    );
  };
  return (
    <Page
      title={t('report.title')}
      about={
        data
          ? data.asked
            ? t('report.count', { met: data.met, asked: data.asked })
            : t('report.nothing_asked_all')
          : null
      }
      actions={
        <>
          <Button icon="export" onClick={save}>
            {t('kit.export')}
          </Button>
          <Button kind="primary" onClick={() => open('set-objective')}>
            {objective?.hours ? t('report.objective_now', { n: objective.hours }) : t('report.set')}
          </Button>
        </>
      }
    >
      {all ? <Unsafe project={project} data={all} report={false} /> : null}
      <Table
        label={t('report.title')}
        columns={columns}
        rows={data?.resources}
        nameOf={(row) => row.name}
        failure={error && !data ? error : null}
        onRetry={() => void refetch()}
        empty={<Empty title={t('report.none')}>{t('report.none_text')}</Empty>}
      />
    </Page>
  );
}
