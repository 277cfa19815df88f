import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { one } from '../../api/queries';
import type { Tag } from '../../api/types';
import { changeVault } from '../../api/vaults';
import type { DialogProps } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { toast } from '../../ui/toasts';
import { badTags, TagFields } from './TagFields';

/** Most tags by which a vault chooses what it takes by itself. */
export const mostRules = 5;

/** Lets a vault take unprotected resources by itself, of all or of those with a tag. */
export default function AutoAssociate({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const id = about.vault ?? '';
  const { data: vault, error } = useQuery(one('vault', project, id));
  const [typed, setTyped] = useState<Tag[] | null>(null);
  const [shown, setShown] = useState(false);
  const tags = typed ?? vault?.bind_tags ?? [];
  const filled = tags.filter((tag) => tag.key !== '' || tag.value !== '');
  const save = useMutation({
    mutationFn: () => changeVault(project, id, { auto_bind: true, bind_rules: { tags: filled } }),
    onSuccess: () => {
      toast('good', t('vaults.auto_bind_done', { name: vault?.name ?? '' }));
      close();
    },
  });
  if (!vault) return null;
  return (
    <Dialog
      title={t('vaults.auto_bind_of', { name: vault.name })}
      dirty={typed !== null}
      failure={error ?? save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!badTags(filled) && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t(vault.auto_bind ? 'vaults.save' : 'vaults.auto_bind_enable')}
        </Button>
      }
    >
      <p>{t('vaults.auto_bind_text')}</p>
      {vault.policy ? null : <Note tone="warn">{t('vaults.auto_bind_no_policy')}</Note>}
      <p className="soft">{t('vaults.auto_bind_tags')}</p>
      <TagFields tags={tags} onChange={setTyped} most={mostRules} shown={shown} />
    </Dialog>
  );
}
