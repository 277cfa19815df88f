import { useMutation, useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { base, one, queryClient } from '../../api/queries';
import type { Server } from '../../api/types';
import type { DialogProps } from '../../app/dialogs';
import { allowed } from '../../lib/can';
import { isOpen } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Confirm } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { Tick } from '../../ui/Form';
import { toast } from '../../ui/toasts';
import { type PowerAction, powerVerdict } from './power';

/** Start, stop or restart one or several servers: level 1. CORE-18 is asked per server. */
export default function PowerDialog({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const reason = useReason();
  const action = about.do?.slice('power-'.length) as PowerAction;
  const ids = about.server ?? [];
  const [force, setForce] = useState(false);
  const results = useQueries({ queries: ids.map((id) => one('server', project, id)) });
  const servers = results.flatMap((result) => (result.data ? [result.data] : []));
  const failure = results.find((result) => result.error)?.error;
  const fit = servers.filter((server) => allowed(powerVerdict(server, action)));
  const unfit = servers.filter((server) => !allowed(powerVerdict(server, action)));
  const running = fit.flatMap((server) =>
    server.task && isOpen(server.task.state) && server.task.kind === 'backup' ? [server.task] : [],
  );
  const values = { n: fit.length, name: fit[0]?.name ?? '' };
  const run = useMutation({
    mutationFn: async () => {
      const errors: unknown[] = [];
      for (const server of fit) {
        await call(
          'POST',
          `${base(project)}/servers/${encodeURIComponent(server.id)}/power`,
          force ? { action, force } : { action },
        ).catch((error) => errors.push(error));
      }
      if (errors.length) throw errors[0];
    },
    onSuccess: () => {
      toast(
        'good',
        t(
          action === 'start'
            ? 'servers.started'
            : action === 'stop'
              ? 'servers.stopped'
              : 'servers.restarted',
          values,
        ),
      );
      close();
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: ['list', 'server'] }),
  });
  const title = t(
    `servers.power_${action}_title`,
    fit.length ? values : { n: servers.length, name: servers[0]?.name ?? '…' },
  );
  return (
    <Confirm
      level={1}
      title={title}
      action={title}
      busy={run.isPending || results.some((result) => result.isPending) || fit.length === 0}
      failure={failure ?? run.error}
      onConfirm={() => run.mutate()}
      onClose={close}
    >
      {action === 'start' ? null : <p>{t(`servers.power_${action}_text`)}</p>}
      {fit.length > 1 ? <p className="strong">{fit.map((server) => server.name).join(', ')}</p> : null}
      {running.map((task) => (
        <Note key={task.id} tone="warn">
          {t('servers.power_backup_running', { name: task.backup?.name ?? task.id, percent: task.progress })}
        </Note>
      ))}
      {unfit.map((server: Server) => {
        const verdict = powerVerdict(server, action);
        return allowed(verdict) ? null : (
          <Note key={server.id} tone="warn">
            {t('servers.power_not', { name: server.name, reason: reason(verdict.reason) })}
          </Note>
        );
      })}
      {action === 'start' ? null : (
        <Tick
          label={t('servers.power_force')}
          hint={t('servers.power_force_hint')}
          checked={force}
          onChange={setForce}
        />
      )}
    </Confirm>
  );
}
