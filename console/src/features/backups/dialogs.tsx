import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { backupsChanged, renameBackup } from '../../api/backups';
import { one } from '../../api/queries';
import type { DialogProps } from '../../app/dialogs';
import { isName } from '../../lib/names';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Form';
import { toast } from '../../ui/toasts';

export function RenameBackup({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { data: backup, error } = useQuery(one('backup', project, about.backup?.[0] ?? ''));
  const [typed, setTyped] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  const name = typed ?? backup?.name ?? '';
  const wrong = isName(name) ? null : t('backup_pages.name_rule');
  const save = useMutation({
    mutationFn: () => renameBackup(project, backup?.id ?? '', name),
    onSuccess: () => {
      backupsChanged(project);
      toast('good', t('backup_pages.renamed', { name }));
      close();
    },
  });
  return (
    <Dialog
      title={t('backup_pages.rename')}
      width="small"
      dirty={typed !== null && typed !== backup?.name}
      failure={error ?? save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrong && backup && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending || !backup}>
          {t('backup_pages.rename')}
        </Button>
      }
    >
      <TextField
        label={t('backup_pages.name_field')}
        required
        value={name}
        maxLength={64}
        error={wrong}
        shown={shown}
        onChange={setTyped}
      />
    </Dialog>
  );
}

export { DeleteBackups } from './DeleteBackups';
