import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Fragment } from 'react';
import { list, one } from '../../api/queries';
import type { Server } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { ObjectLink } from '../../app/ObjectLink';
import { allowed, backupServer, restartServer, startServer, stopServer, type Verdict } from '../../lib/can';
import { isOpen, serverLook } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Failure } from '../../ui/Failure';
import { MenuButton } from '../../ui/Menu';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { Tabs } from '../../ui/Tabs';
import { Age } from '../../ui/Time';
import { useServerMenu } from './menu';
import { ServerBackups } from './ServerBackups';
import { ServerDisks } from './ServerDisks';
import { ServerTasks } from './ServerTasks';
import { Summary } from './Summary';

export default function ServerPage() {
  const { t } = useWords();
  const reason = useReason();
  const { project, server: id } = useParams({ from: '/p/$project/servers/$server' });
  const search = useSearch({ from: '/p/$project/servers/$server' });
  const navigate = useNavigate();
  const open = useOpenDialog();
  const menu = useServerMenu(project);
  const { data: server, error, refetch } = useQuery(one('server', project, id));
  const points = useQuery(
    list('backup', project, { limit: 200, sort: '-created_at', filter: { resource_id: id } }),
  );
  const why = (verdict: Verdict) => (allowed(verdict) ? undefined : reason(verdict.reason));
  const choose = (change: Record<string, string | undefined>) =>
    void navigate({
      to: '.',
      search: (before: object) => ({ ...before, ...change }),
      replace: true,
      resetScroll: false,
    } as never);
  return (
    <Page
      title={server?.name ?? ''}
      label={t('servers.title')}
      trail={
        <Link to="/p/$project/servers" params={{ project }} search={{}}>
          {t('servers.title')}
        </Link>
      }
      status={server ? <StatusWord look={serverLook(server.status)} /> : null}
      about={
        <>
          <Copyable text={id} />
          {server ? <Protection project={project} server={server} /> : null}
        </>
      }
      actions={
        server ? (
          <>
            <Button
              icon="play"
              reason={why(startServer(server))}
              onClick={() => open('power-start', { server: [id] })}
            >
              {t('servers.start')}
            </Button>
            <Button
              icon="stop"
              reason={why(stopServer(server))}
              onClick={() => open('power-stop', { server: [id] })}
            >
              {t('servers.stop')}
            </Button>
            <Button
              icon="restart"
              reason={why(restartServer(server))}
              onClick={() => open('power-restart', { server: [id] })}
            >
              {t('servers.restart')}
            </Button>
            <Button
              kind="primary"
              reason={why(backupServer(server))}
              onClick={() => open('backup-server', { server: [id] })}
            >
              {t('servers.create_server_backup')}
            </Button>
            <MenuButton entries={menu(server)} label={t('kit.more_of', { name: server.name })}>
              {t('kit.more')}
            </MenuButton>
          </>
        ) : null
      }
    >
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {server ? (
        <Tabs
          label={server.name}
          value={search.tab ?? 'summary'}
          onChange={(tab) => choose({ tab: tab === 'summary' ? undefined : tab })}
          tabs={[
            {
              id: 'summary',
              label: t('server.summary'),
              content: () => (
                <Summary
                  project={project}
                  server={server}
                  points={points.data?.items}
                  search={search}
                  choose={choose}
                />
              ),
            },
            {
              id: 'disks',
              label: t('servers.disks'),
              count: server.disk_count,
              content: () => <ServerDisks project={project} server={server} />,
            },
            {
              id: 'backups',
              label: t('server.backups'),
              count: points.data?.total,
              content: () => (
                <ServerBackups
                  rows={points.data?.items}
                  failure={points.error}
                  onRetry={() => void points.refetch()}
                  server={server}
                />
              ),
            },
            {
              id: 'tasks',
              label: t('server.tasks'),
              content: () => <ServerTasks project={project} server={id} />,
            },
          ]}
        />
      ) : null}
    </Page>
  );
}

/** Who protects it, and how good the last backup was. What is missing is a button. */
function Protection({ project, server }: { project: string; server: Server }) {
  const { t } = useWords();
  const open = useOpenDialog();
  // Without a vault of its own, its disks may each have one.
  const byDisks = server.disks.flatMap((disk) => (disk.vault ? [disk.vault] : []));
  const vaults = [...new Map(byDisks.map((vault) => [vault.id, vault])).values()];
  return (
    <p>
      {server.vault ? (
        <ObjectLink project={project} kind="vault" id={server.vault.id}>
          {t('server.protected_by', { vault: server.vault.name })}
        </ObjectLink>
      ) : byDisks.length ? (
        <>
          {t(byDisks.length === server.disks.length ? 'server.disks_protected' : 'server.disks_partly', {
            n: byDisks.length,
            all: server.disks.length,
          })}{' '}
          {vaults.map((vault, index) => (
            <Fragment key={vault.id}>
              {index ? ', ' : null}
              <ObjectLink project={project} kind="vault" id={vault.id}>
                {vault.name}
              </ObjectLink>
            </Fragment>
          ))}
        </>
      ) : (
        t('server.not_protected')
      )}
      {' · '}
      {server.task && isOpen(server.task.state) && server.task.kind === 'backup' ? (
        <StatusWord
          look={{ tone: 'busy', key: 'state.backup.creating', passing: true, percent: true }}
          percent={server.task.progress}
        />
      ) : server.last_backup ? (
        <>
          {t('server.last_good')} <Age at={server.last_backup.created_at} />
        </>
      ) : (
        <>
          {t('server.no_backup')}
          {allowed(backupServer(server)) ? (
            <Button kind="link" onClick={() => open('backup-server', { server: [server.id] })}>
              {t('servers.create_server_backup')}
            </Button>
          ) : null}
        </>
      )}
    </p>
  );
}
