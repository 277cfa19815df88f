import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { one } from '../../api/queries';
import { associate } from '../../api/vaults';
import type { DialogProps } from '../../app/dialogs';
import { formatSize, GIB } from '../../lib/sizes';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { toast } from '../../ui/toasts';
import { mostResources } from './can';
import { type Picked, ResourcePicker, sumGib } from './ResourcePicker';

/** Associates servers or disks that are in no vault. */
export default function Associate({ project, about, close }: DialogProps) {
  const { t, locale } = useWords();
  const { data: vault, error } = useQuery(one('vault', project, about.vault ?? ''));
  const [picked, setPicked] = useState<readonly Picked[]>([]);
  const run = useMutation({
    mutationFn: async () => {
      if (vault)
        await associate(
          project,
          vault,
          picked.map((each) => ({ id: each.id, exclude_volumes: [...each.out] })),
        );
    },
    onSuccess: () => {
      const said = { n: picked.length, name: picked[0]?.name ?? '', vault: vault?.name ?? '' };
      toast('good', t('vaults.associated', said));
      close();
    },
  });
  if (!vault) return null;
  const allocated = vault.allocated_bytes + sumGib(picked) * GIB;
  const short = allocated > vault.size_bytes;
  const many = vault.resource_count + picked.length > mostResources;
  const server = vault.type === 'server';
  return (
    <Dialog
      title={t(server ? 'vaults.associate_servers_to' : 'vaults.associate_disks_to', { name: vault.name })}
      width="wide"
      dirty={picked.length > 0}
      failure={error ?? run.error}
      onClose={close}
      onSubmit={() => {
        if (picked.length && !short && !many && !run.isPending) run.mutate();
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={run.isPending}
          reason={
            picked.length === 0
              ? t('vaults.pick_first')
              : many
                ? t('reason.vault_count')
                : short
                  ? t('reason.vault_room')
                  : undefined
          }
        >
          {t(server ? 'vaults.associate_n_servers' : 'vaults.associate_n_disks', { n: picked.length })}
        </Button>
      }
    >
      <ResourcePicker project={project} type={vault.type} picked={picked} onChange={setPicked} />
      {short ? (
        <Note tone="warn">
          {t('vaults.too_small', {
            need: formatSize(allocated, locale),
            size: formatSize(vault.size_bytes, locale),
          })}
        </Note>
      ) : (
        <p className="soft">
          {t('vaults.allocated_of', {
            need: formatSize(allocated, locale),
            size: formatSize(vault.size_bytes, locale),
          })}
        </p>
      )}
    </Dialog>
  );
}
