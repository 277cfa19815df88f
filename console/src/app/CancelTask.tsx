import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/client';
import { one } from '../api/queries';
import { isOpen } from '../lib/status';
import { useWords } from '../messages';
import { useTaskKind } from '../messages/words';
import { Confirm } from '../ui/Dialog';
import { toast } from '../ui/toasts';
import type { DialogProps } from './dialogs';

/** Level 1: what stops, and that nothing of the source is harmed. */
export default function CancelTask({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const kind = useTaskKind();
  const client = useQueryClient();
  const id = about.task ?? '';
  const { data: task, error } = useQuery(one('task', project, id));
  const cancel = useMutation({
    mutationFn: () =>
      ask('POST', '/coffer/v1/{project_id}/tasks/{task_id}/cancel', {
        path: { project_id: project, task_id: id },
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['list', 'task', project] });
      toast('info', t('tray.cancelling', { what: task ? kind(task.kind) : '' }));
      close();
    },
  });
  const ended = task !== undefined && !isOpen(task.state);
  const what = task ? `${kind(task.kind)} ${task.resource?.name ?? task.backup?.name ?? ''}`.trim() : '…';
  return (
    <Confirm
      level={1}
      title={t('tray.cancel_title', { what })}
      action={t('tray.cancel_action')}
      destroys
      busy={cancel.isPending || !task}
      failure={error ?? cancel.error}
      onConfirm={() => (ended ? close() : cancel.mutate())}
      onClose={close}
    >
      <p>
        {ended
          ? t('reason.task_ended')
          : task?.kind === 'restore'
            ? t('tray.cancel_restore')
            : task?.kind === 'backup'
              ? t('tray.cancel_backup', { name: task.backup?.name ?? '' })
              : t('tray.cancel_other')}
      </p>
    </Confirm>
  );
}
