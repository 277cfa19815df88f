import type { Backup, Server } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { NewBytes } from '../../app/NewBytes';
import { ObjectLink } from '../../app/ObjectLink';
import { allowed, cancelTask, restoreBackup } from '../../lib/can';
import { formatSize } from '../../lib/sizes';
import { backupLook, isOpen } from '../../lib/status';
import { exactTime, fullTime } from '../../lib/times';
import { useWords } from '../../messages';
import { useReason, useTaskKind } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Facts, Section } from '../../ui/Page';
import { Progress } from '../../ui/Progress';
import { StatusWord } from '../../ui/StatusWord';
import { Age } from '../../ui/Time';
import { Between } from './Between';
import { ServerDisks } from './ServerDisks';
import { Timeline } from './Timeline';

interface Props {
  project: string;
  server: Server;
  points: readonly Backup[] | undefined;
  search: { point?: string; compare?: string };
  choose: (change: Record<string, string | undefined>) => void;
}

/** What runs, the restore points, the disks, the facts. */
export function Summary({ project, server, points, search, choose }: Props) {
  const { t, locale, zone } = useWords();
  const reason = useReason();
  const kind = useTaskKind();
  const open = useOpenDialog();
  const done = (points ?? []).filter(
    (point) => point.state !== 'waiting_protect' && point.state !== 'protecting',
  );
  const point = done.find((each) => each.id === search.point) ?? done[0];
  const other = done.find((each) => each.id === search.compare);
  const { task } = server;
  const running = task && isOpen(task.state) ? task : null;
  const restore = (each: Backup) => {
    if (allowed(restoreBackup(each))) open('restore-server', { backup: [each.id] });
  };
  return (
    <>
      {running ? (
        <Section
          title={`${t('server.running_task')}: ${kind(running.kind)} ${running.backup?.name ?? ''}`}
          aside={
            <Button
              reason={
                allowed(cancelTask(running))
                  ? undefined
                  : reason((cancelTask(running) as { reason: never }).reason)
              }
              onClick={() => open('cancel-task', { task: running.id })}
            >
              {t('servers.cancel_task')}
            </Button>
          }
        >
          <Progress
            label={`${kind(running.kind)} ${server.name}`}
            percent={running.state === 'waiting' ? null : running.progress}
            done={running.done_bytes}
            total={running.total_bytes}
            rate={running.bytes_per_second}
            left={running.seconds_left}
            phase={t(`phase.${running.phase}`)}
          />
          {running.kind === 'backup' && server.restart_allowed ? (
            <p className="soft">{t('servers.restart_allowed')}</p>
          ) : null}
        </Section>
      ) : null}
      <Section
        title={`${t('point.points')}  ${done.length || ''}`}
        aside={done.length ? <span className="soft">{t('point.hint')}</span> : null}
      >
        {done.length === 0 ? (
          points ? (
            <Empty title={t('server.no_points')}>{t('server.no_points_text')}</Empty>
          ) : null
        ) : (
          <>
            <Timeline
              points={done}
              chosen={point?.id}
              compare={other?.id}
              onChoose={(id) => choose({ point: id })}
              onCompare={(id) => choose({ compare: id })}
              onRestore={restore}
            />
            {point ? (
              <div className="row">
                <span className="strong" title={fullTime(point.created_at, { locale, zone })}>
                  {exactTime(point.created_at, { locale, zone })}
                </span>
                <StatusWord look={backupLook(point.state)} detail={point.error} />
                <span>
                  {point.incremental ? t('point.incremental') : t('point.full')} <NewBytes backup={point} />
                </span>
                <span>{point.name}</span>
                {point.consistency ? (
                  <span className="soft">{t(`point.consistency.${point.consistency}`)}</span>
                ) : null}
                <span className="grow" />
                <Button
                  reason={
                    allowed(restoreBackup(point))
                      ? undefined
                      : reason((restoreBackup(point) as { reason: never }).reason)
                  }
                  onClick={() => restore(point)}
                >
                  {t('backups.restore_server')}
                </Button>
              </div>
            ) : null}
            {point && other && point.id !== other.id ? <Between points={done} a={point} b={other} /> : null}
          </>
        )}
      </Section>
      <Section title={t('servers.disks')} plain>
        <ServerDisks project={project} server={server} />
      </Section>
      <Section title={t('server.details')}>
        <Facts
          facts={[
            [t('servers.az'), server.host],
            [
              t('servers.spec'),
              server.vcpus
                ? t('servers.cpus', {
                    n: server.vcpus,
                    memory: formatSize(server.memory_mib * 1024 * 1024, locale),
                  })
                : '–',
            ],
            [t('server.architecture'), server.architecture],
            [t('servers.ip'), server.addresses.join(', ') || '–'],
            [
              t('servers.vault'),
              server.vault ? (
                <ObjectLink key="vault" project={project} kind="vault" id={server.vault.id}>
                  {t('backup.vault_of', {
                    name: server.vault.name,
                    used: formatSize(server.vault.used_bytes, locale),
                    size: formatSize(server.vault.size_bytes, locale),
                  })}
                </ObjectLink>
              ) : (
                t('servers.no_vault')
              ),
            ],
            [t('server.created'), <Age key="created" at={server.created_at} />],
          ]}
        />
      </Section>
    </>
  );
}
