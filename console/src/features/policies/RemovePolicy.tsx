import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { removePolicy } from '../../api/policies';
import { one } from '../../api/queries';
import type { DialogProps } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Confirm } from '../../ui/Dialog';
import { toast } from '../../ui/toasts';

/** Removes the policy from a vault (POL-22, POL-23): level 1. */
export default function RemovePolicy({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { data: vault, error } = useQuery(one('vault', project, about.vault ?? ''));
  // It is gone from the vault before the dialog closes.
  const [kept, setKept] = useState<{ id: string; name: string } | null>(null);
  if (!kept && vault?.policy) setKept(vault.policy);
  const policy = kept ?? vault?.policy;
  const remove = useMutation({
    mutationFn: () => removePolicy(project, about.vault ?? '', policy?.id ?? ''),
    onSuccess: () => {
      toast('good', t('policy.removed', { name: policy?.name ?? '', vault: vault?.name ?? '' }));
      close();
    },
  });
  if (!vault || !policy) return null;
  return (
    <Confirm
      level={1}
      title={t('policy.remove_title', { name: policy.name, vault: vault.name })}
      action={t('policy.remove')}
      busy={remove.isPending}
      failure={error ?? remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('policy.remove_text')}</p>
    </Confirm>
  );
}
