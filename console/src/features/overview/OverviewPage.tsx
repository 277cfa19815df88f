import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { overview } from '../../api/overview';
import type { Task } from '../../api/types';
import { ResourceLink, Unsafe } from '../../app/Unsafe';
import { formatSize } from '../../lib/sizes';
import { taskLook } from '../../lib/status';
import { useWords } from '../../messages';
import { useTaskKind } from '../../messages/words';
import { Failure } from '../../ui/Failure';
import { Page, Section } from '../../ui/Page';
import { Fill, Progress } from '../../ui/Progress';
import { Prose } from '../../ui/Prose';
import { StatusWord } from '../../ui/StatusWord';
import { Age } from '../../ui/Time';
import css from './overview.module.css';

/** What is not safe, what runs, what failed, and how full the vaults are. */
export default function OverviewPage() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/overview' });
  const { data, error, refetch } = useQuery(overview(project));
  return (
    <Page title={t('overview.title')}>
      {error && !data ? <Failure error={error} retry={() => void refetch()} /> : null}
      {data ? (
        <>
          <div className={css.tiles}>
            <Tile
              label={t('overview.servers_protected')}
              value={t('overview.of', { n: data.servers.protected, total: data.servers.total })}
            >
              {data.servers.total > data.servers.protected ? (
                <Link to="/p/$project/servers" params={{ project }} search={{ protected: ['no'] } as never}>
                  {t('overview.unprotected', { n: data.servers.total - data.servers.protected })}
                </Link>
              ) : null}
            </Tile>
            <Tile
              label={t('overview.disks_protected')}
              value={t('overview.of', { n: data.disks.protected, total: data.disks.total })}
            >
              {data.disks.total > data.disks.protected ? (
                <Link to="/p/$project/disks" params={{ project }} search={{ protected: ['no'] } as never}>
                  {t('overview.unprotected', { n: data.disks.total - data.disks.protected })}
                </Link>
              ) : null}
            </Tile>
            <CapacityTile
              used={data.vaults.used_bytes}
              size={data.vaults.size_bytes}
              count={data.vaults.count}
            />
            <Tile
              label={t('overview.oldest')}
              value={
                data.oldest_last_good_backup ? (
                  <Age at={data.oldest_last_good_backup.at} />
                ) : (
                  t('overview.no_backup')
                )
              }
            >
              {data.oldest_last_good_backup ? (
                <ResourceLink project={project} resource={data.oldest_last_good_backup.resource} />
              ) : null}
            </Tile>
          </div>
          <Unsafe project={project} data={data} />
          <div className={css.columns}>
            <Section
              title={t('overview.running')}
              aside={
                <Link to="/p/$project/tasks" params={{ project }} search={{}}>
                  {t('overview.all_tasks')}
                </Link>
              }
            >
              <Tasks project={project} tasks={data.running} none={t('overview.none_running')} />
            </Section>
            <Section title={t('overview.failures')}>
              <Tasks project={project} tasks={data.failures} none={t('overview.none_failed')} />
            </Section>
          </div>
          <Section title={t('overview.vaults')}>
            {data.vaults.list.length === 0 ? <p className="soft">{t('overview.no_vaults')}</p> : null}
            <ul className={css.vaults}>
              {data.vaults.list.map((vault) => (
                <VaultLine key={vault.id} project={project} vault={vault} />
              ))}
            </ul>
          </Section>
          {data.next_runs.length ? (
            <Section title={t('overview.next_runs')}>
              <ul className={css.lines}>
                {data.next_runs.map((run) => (
                  <li key={`${run.at} ${run.policy_id} ${run.vault_id}`} className="row">
                    <Age at={run.at} /> <span>{run.policy_name}</span>
                    <Link
                      to="/p/$project/vaults/$vault"
                      params={{ project, vault: run.vault_id }}
                      search={{}}
                    >
                      {run.vault_name}
                    </Link>
                  </li>
                ))}
              </ul>
            </Section>
          ) : null}
        </>
      ) : null}
    </Page>
  );
}

function Tile({ label, value, children }: { label: string; value: ReactNode; children?: ReactNode }) {
  return (
    <section className={css.tile} aria-label={label}>
      <p className={css.label}>{label}</p>
      <p className={`${css.value} number`}>{value}</p>
      <div className={css.below}>{children}</div>
    </section>
  );
}

function CapacityTile({ used, size, count }: { used: number; size: number; count: number }) {
  const { t, locale } = useWords();
  return (
    <Tile
      label={t('overview.capacity', { n: count })}
      value={t('kit.of', { done: formatSize(used, locale), total: formatSize(size, locale) })}
    >
      <Fill label={t('overview.capacity', { n: count })} used={used} size={size} />
    </Tile>
  );
}

function VaultLine({
  project,
  vault,
}: {
  project: string;
  vault: { id: string; name: string; used_bytes: number; size_bytes: number };
}) {
  const { t, locale } = useWords();
  return (
    <li className={css.vault}>
      <Link to="/p/$project/vaults/$vault" params={{ project, vault: vault.id }} search={{}}>
        {vault.name}
      </Link>
      <Fill
        label={t('overview.fill_of', { name: vault.name })}
        used={vault.used_bytes}
        size={vault.size_bytes}
      />
      <span className="number soft">
        {t('kit.of', {
          done: formatSize(vault.used_bytes, locale),
          total: formatSize(vault.size_bytes, locale),
        })}
      </span>
    </li>
  );
}

function Tasks({ project, tasks, none }: { project: string; tasks: readonly Task[]; none: string }) {
  const kind = useTaskKind();
  if (tasks.length === 0) return <p className="soft">{none}</p>;
  return (
    <ul className={css.lines}>
      {tasks.map((task) => {
        const name = `${kind(task.kind)} ${task.resource?.name ?? task.vault?.name ?? ''}`.trim();
        return (
          <li key={task.id} className={css.task}>
            <Link to="/p/$project/tasks/$task" params={{ project, task: task.id }} search={{}}>
              {name}
            </Link>
            {task.state === 'running' ? (
              <Progress label={name} percent={task.progress} small />
            ) : (
              <StatusWord look={taskLook(task.state)} />
            )}
            <span className="soft">
              <Age at={task.ended_at ?? task.started_at ?? task.created_at} />
            </span>
            {task.error ? (
              <p className={css.cause}>
                <Prose text={task.error.message} />
              </p>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}
