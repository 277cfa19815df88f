import type { Task } from '../../api/types';
import type { Verdict } from '../../lib/can';
import { isOpen } from '../../lib/status';

/** Retry: tasks that failed and whose work the server can try again; it says which. */
export function retryTask(task: Task): Verdict {
  if (isOpen(task.state)) return { reason: { key: 'reason.task_open' } };
  if (!task.can_retry) return { reason: { key: 'reason.cannot_retry' } };
  return { ok: true };
}
