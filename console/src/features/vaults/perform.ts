// Perform Backup from a vault: the dialog of backups with all that is associated.
import { useCallback } from 'react';
import { one, queryClient } from '../../api/queries';
import type { Vault } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';

export function usePerform(project: string): (vault: Vault) => void {
  const open = useOpenDialog();
  return useCallback(
    (vault) => {
      // Lists do not carry what is associated; a vault alone does.
      void queryClient.fetchQuery(one('vault', project, vault.id)).then((whole) => {
        const ids = (whole.resources ?? []).map((each) => each.id);
        if (vault.type === 'server') open('backup-server', { vault: vault.id, server: ids });
        else open('backup-disk', { vault: vault.id, disk: ids });
      });
    },
    [open, project],
  );
}
