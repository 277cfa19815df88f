import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { quotasQuery } from '../../api/operations';
import { changePolicy, type Policy, policiesLeft, policiesQuery } from '../../api/policies';
import { list } from '../../api/queries';
import { useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { usePolicySentences } from '../../messages/policy';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { TextField } from '../../ui/Form';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NameCell, NoMatch, Table } from '../../ui/Table';
import { Tabs } from '../../ui/Tabs';
import { Age } from '../../ui/Time';
import { toast } from '../../ui/toasts';
import css from './policies.module.css';

/** Backup policies and replication policies (POL-19). */
export default function PoliciesPage() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/policies' });
  const search = useSearch({ from: '/p/$project/policies' });
  const navigate = useNavigate();
  const open = useOpenDialog();
  const { data, error, refetch } = useQuery(policiesQuery(project));
  const backup = data?.filter((each) => each.operation_type === 'backup');
  const { data: quotas } = useQuery(quotasQuery(project));
  const left = data && quotas ? policiesLeft(data, quotas.policies.most) : null;
  const create = (
    <Button
      kind="primary"
      reason={left && left.n === 0 ? t('policy.none_left', { all: left.all }) : undefined}
      onClick={() => open('create-policy')}
    >
      {t('policy.create')}
    </Button>
  );
  const failure = error && !data ? error : null;
  return (
    <Page title={t('policy.title')} about={left ? t('policy.left', left) : null} actions={create}>
      <Tabs
        label={t('policy.title')}
        value={search.tab === 'replication' ? 'replication' : 'backup'}
        onChange={(tab) =>
          void navigate({ to: '.', search: (tab === 'backup' ? {} : { tab }) as never, replace: true })
        }
        tabs={[
          {
            id: 'backup',
            label: t('policy.tab_backup'),
            count: backup?.length,
            content: () => (
              <PolicyList
                project={project}
                policies={backup}
                failure={failure}
                retry={() => void refetch()}
                empty={
                  <Empty title={t('policy.none')} action={create}>
                    {t('policy.none_text')}
                  </Empty>
                }
              />
            ),
          },
          {
            id: 'replication',
            label: t('policy.tab_replication'),
            content: () => (
              <PolicyList
                project={project}
                policies={data?.filter((each) => each.operation_type === 'replication')}
                failure={failure}
                retry={() => void refetch()}
                empty={<Empty title={t('policy.no_replication')}>{t('policy.no_region')}</Empty>}
              />
            ),
          },
        ]}
      />
    </Page>
  );
}

function PolicyList({
  project,
  policies,
  failure,
  retry,
  empty,
}: {
  project: string;
  policies: Policy[] | undefined;
  failure: unknown;
  retry: () => void;
  empty: React.ReactNode;
}) {
  const { t } = useWords();
  const says = usePolicySentences();
  const open = useOpenDialog();
  const navigate = useNavigate();
  const search = useSearch({ from: '/p/$project/policies' });
  const [text, setText] = useState(search.q ?? '');
  const { data: vaults } = useQuery(list('vault', project, { limit: 1000 }));
  const nameOfVault = (id: string) => vaults?.items.find((each) => each.id === id)?.name ?? id.slice(0, 8);
  const find = (q: string) => {
    setText(q);
    void navigate({
      to: '.',
      search: (before: Record<string, unknown>) => ({ ...before, q: q || undefined }),
      replace: true,
    } as never);
  };
  const wanted = text.trim().toLowerCase();
  const rows = policies?.filter(
    (each) => each.name.toLowerCase().includes(wanted) || each.id.startsWith(wanted),
  );
  const turn = useMutation({
    mutationFn: ({ policy, on }: { policy: Policy; on: boolean }) =>
      changePolicy(project, policy.id, { enabled: on }),
    onSuccess: (_, { policy, on }) => {
      toast('good', t(on ? 'policy.enabled_done' : 'policy.disabled_done', { name: policy.name }), {
        label: t('policy.undo'),
        onSelect: () => turn.mutate({ policy, on: !on }),
      });
    },
    onError: (error) => toast('bad', error instanceof Error ? error.message : String(error)),
  });
  const columns: Column<Policy>[] = [
    {
      id: 'name',
      header: t('policy.name'),
      names: true,
      cell: (row) => (
        <NameCell
          link={
            <button
              type="button"
              data-row=""
              className={css.open}
              onClick={() => open('edit-policy', { policy: row.id })}
            >
              {row.name}
            </button>
          }
          id={<Copyable text={row.id} short name={row.name} />}
        />
      ),
    },
    {
      id: 'status',
      header: t('policy.status'),
      cell: (row) => (
        <StatusWord
          look={
            row.enabled ? { tone: 'good', key: 'policy.enabled' } : { tone: 'off', key: 'policy.disabled' }
          }
        />
      ),
    },
    {
      id: 'rule',
      header: t('policy.rule'),
      cell: (row) => (
        <p className={css.sentence}>
          {says.rule(row.trigger.properties.pattern, row.trigger.properties.timezone)}
        </p>
      ),
    },
    {
      id: 'retention',
      header: t('policy.retention'),
      cell: (row) => <p className={css.sentence}>{says.keep(row.operation_definition)}</p>,
    },
    {
      id: 'vaults',
      header: t('policy.vaults'),
      cell: (row) => {
        const ids = row.associated_vaults.map((each) => each.vault_id);
        if (ids.length === 0) return <span className="soft">{t('policy.no_vault')}</span>;
        return (
          <ul>
            {ids.slice(0, 3).map((id) => (
              <li key={id}>
                <Link to="/p/$project/vaults/$vault" params={{ project, vault: id }} search={{}}>
                  {nameOfVault(id)}
                </Link>
              </li>
            ))}
            {ids.length > 3 ? (
              <li className="soft">{t('policy.more_vaults', { n: ids.length - 3 })}</li>
            ) : null}
          </ul>
        );
      },
    },
    { id: 'next', header: t('policy.next_run'), cell: (row) => <Age at={row.next_run_at} /> },
  ];
  return (
    <>
      <div className={css.head}>
        <div className={css.find}>
          <TextField label={t('policy.find')} type="search" data-search="" value={text} onChange={find} />
        </div>
      </div>
      <Table
        label={t('policy.title')}
        columns={columns}
        rows={rows}
        nameOf={(row) => row.name}
        onOpen={(row) => open('edit-policy', { policy: row.id })}
        links={(row) => (
          <>
            <Button
              kind="link"
              busy={turn.isPending && turn.variables.policy.id === row.id}
              onClick={() => turn.mutate({ policy: row, on: !row.enabled })}
            >
              {t(row.enabled ? 'policy.disable' : 'policy.enable')}
            </Button>
            <Button kind="link" onClick={() => open('edit-policy', { policy: row.id })}>
              {t('policy.edit')}
            </Button>
            <Button kind="link" onClick={() => open('delete-policy', { policy: row.id })}>
              {t('policy.delete')}
            </Button>
          </>
        )}
        failure={failure}
        onRetry={retry}
        empty={wanted && policies?.length ? <NoMatch onClear={() => find('')} /> : empty}
      />
    </>
  );
}
