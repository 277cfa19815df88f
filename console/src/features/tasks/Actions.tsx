import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { retryTask } from '../../api/tasks';
import type { Task } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { allowed, cancelTask } from '../../lib/can';
import { isOpen } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { useFailureText } from '../../ui/Failure';
import { toast } from '../../ui/toasts';
import * as can from './can';

/** Cancel while it is open; Retry where it failed. */
export function TaskActions({
  project,
  task,
  kind = 'link',
}: {
  project: string;
  task: Task;
  kind?: 'link' | 'plain';
}) {
  const { t } = useWords();
  const say = useReason();
  const open = useOpenDialog();
  const navigate = useNavigate();
  const retry = useMutation({
    mutationFn: () => retryTask(project, task.id),
    onSuccess: (next) =>
      toast('good', t('task_pages.retrying'), {
        label: t('task_pages.view'),
        onSelect: () =>
          void navigate({ to: '/p/$project/tasks/$task', params: { project, task: next.id }, search: {} }),
      }),
    onError: (error) => toast('bad', <Refused error={error} />),
  });
  const why = (verdict: ReturnType<typeof cancelTask>) =>
    allowed(verdict) ? undefined : say(verdict.reason);
  if (isOpen(task.state)) {
    return (
      <Button
        kind={kind}
        reason={why(cancelTask(task))}
        onClick={() => open('cancel-task', { task: task.id })}
      >
        {t('task_pages.cancel')}
      </Button>
    );
  }
  // What went well has nothing to be tried again: no button that could never act.
  if (task.state === 'success') return null;
  return (
    <Button
      kind={kind}
      busy={retry.isPending}
      reason={why(can.retryTask(task))}
      onClick={() => retry.mutate()}
    >
      {t('task_pages.retry')}
    </Button>
  );
}

function Refused({ error }: { error: unknown }) {
  const { message, hint } = useFailureText(error);
  return <>{[message, hint].filter(Boolean).join(' ')}</>;
}
