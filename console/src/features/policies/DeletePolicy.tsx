import { useQuery } from '@tanstack/react-query';
import { deletePolicy, policiesQuery } from '../../api/policies';
import { list } from '../../api/queries';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { useKept } from '../../app/useKept';
import { useWords } from '../../messages';
import { Confirm } from '../../ui/Dialog';
import css from './policies.module.css';

/** Deletes a policy; its backups stay (POL-24). Level 2. */
export default function DeletePolicy({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { data: policies, error } = useQuery(policiesQuery(project));
  const { data: vaults } = useQuery(list('vault', project, { limit: 1000 }));
  const policy = useKept(policies?.find((each) => each.id === about.policy));
  const remove = useChange(
    () => deletePolicy(project, about.policy ?? ''),
    t('policy.deleted', { name: policy?.name ?? '' }),
    close,
  );
  if (!policy) return null;
  const its = policy.associated_vaults.map((each) => each.vault_id);
  return (
    <Confirm
      level={2}
      title={t('policy.delete_title', { name: policy.name })}
      action={t('policy.delete_action')}
      busy={remove.isPending}
      failure={error ?? remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('policy.delete_text')}</p>
      {its.length ? (
        <div>
          <p>{t('policy.delete_vaults', { n: its.length })}</p>
          <ul className={css.list}>
            {its.map((id) => (
              <li key={id}>{vaults?.items.find((each) => each.id === id)?.name ?? id}</li>
            ))}
          </ul>
        </div>
      ) : null}
    </Confirm>
  );
}
