import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { one } from '../../api/queries';
import { setTags } from '../../api/vaults';
import type { DialogProps } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Form';
import { toast } from '../../ui/toasts';
import { tagKeyRule, tagValueRule } from './TagFields';

/** Adds a tag to a vault, or edits the value of the one that the address names. */
export default function TagDialog({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { data: vault, error } = useQuery(one('vault', project, about.vault ?? ''));
  const old = about.id ? vault?.tags.find((each) => each.key === about.id) : undefined;
  const [key, setKey] = useState(about.id ?? '');
  const [typed, setTyped] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const value = typed ?? old?.value ?? '';
  const taken = !about.id && (vault?.tags.some((each) => each.key === key.trim()) ?? false);
  const wrongKey = taken
    ? t('vaults.tag_twice')
    : tagKeyRule.test(key.trim())
      ? null
      : t('vaults.tag_key_rule');
  const wrongValue = tagValueRule.test(value.trim()) ? null : t('vaults.tag_value_rule');
  const save = useMutation({
    mutationFn: () => setTags(project, about.vault ?? '', [{ key: key.trim(), value: value.trim() }]),
    onSuccess: () => {
      toast('good', t('vaults.tag_saved', { key: key.trim() }));
      close();
    },
  });
  if (!vault) return null;
  return (
    <Dialog
      title={about.id ? t('vaults.tag_edit_title', { key: about.id }) : t('vaults.tag_add')}
      width="small"
      dirty={typed !== null || (!about.id && key !== '')}
      failure={error ?? save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrongKey && !wrongValue && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t(about.id ? 'vaults.save' : 'vaults.tag_add')}
        </Button>
      }
    >
      <TextField
        label={t('vaults.tag_key_field')}
        required
        readOnly={Boolean(about.id)}
        maxLength={36}
        value={key}
        error={wrongKey}
        shown={shown}
        onChange={setKey}
      />
      <TextField
        label={t('vaults.tag_value_field')}
        maxLength={43}
        value={value}
        error={wrongValue}
        shown={shown}
        onChange={setTyped}
      />
    </Dialog>
  );
}
