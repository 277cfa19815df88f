import { useMutation, useQuery } from '@tanstack/react-query';
import { one } from '../../api/queries';
import { goBack, wayBack } from '../../api/restore';
import { hasBegun } from '../../app/begun';
import type { DialogProps } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Confirm } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { toast } from '../../ui/toasts';

/** Undoes a restore from its safety backup. What was written since is gone: level 3. */
export default function GoBack({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { data: task, error } = useQuery(one('task', project, about.task ?? ''));
  const name = task?.resource?.name ?? '…';
  const made = wayBack(task);
  const run = useMutation({
    mutationFn: () => goBack(project, about.task ?? ''),
    onSuccess: (begun) => {
      toast('good', t('restore.going_back', { name }));
      hasBegun({
        kind: 'restore',
        task: begun.id,
        backup: made?.id ?? '',
        type: task?.resource?.type ?? 'server',
        name,
      });
      close();
    },
  });
  return (
    <Confirm
      level={3}
      title={t('restore.go_back_title', { name })}
      name={name}
      action={t('restore.go_back_action', { name })}
      busy={run.isPending || !task}
      failure={error ?? run.error}
      onConfirm={() => run.mutate()}
      onClose={close}
    >
      <Note tone="warn">{t('restore.go_back_text', { backup: made?.name ?? '…' })}</Note>
    </Confirm>
  );
}
