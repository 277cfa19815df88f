import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { list, one } from '../../api/queries';
import { migrate } from '../../api/vaults';
import type { DialogProps } from '../../app/dialogs';
import { allowed } from '../../lib/can';
import { formatSize } from '../../lib/sizes';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Empty } from '../../ui/Failure';
import { Radios } from '../../ui/Form';
import { Facts } from '../../ui/Page';
import { Size } from '../../ui/Size';
import { toast } from '../../ui/toasts';
import { migrateTo } from './can';

/** Moves resources with their backups to another vault of the same type: level 1. */
export default function Migrate({ project, about, close }: DialogProps) {
  const { t, locale } = useWords();
  const say = useReason();
  const id = about.vault ?? '';
  const { data: vault, error } = useQuery(one('vault', project, id));
  const others = useQuery(
    list('vault', project, {
      sort: 'name',
      limit: 200,
      filter: { type: vault?.type },
    }),
  );
  const [chosen, setChosen] = useState('');
  const wanted = new Set([...(about.server ?? []), ...(about.disk ?? [])]);
  const rows = (vault?.resources ?? []).filter((each) => wanted.has(each.id));
  const values = { n: rows.length, name: rows[0]?.name ?? '' };
  const bytes = rows.reduce((sum, each) => sum + each.backup_bytes, 0);
  const run = useMutation({
    mutationFn: () =>
      migrate(
        project,
        id,
        chosen,
        rows.map((each) => each.id),
      ),
    onSuccess: () => {
      const to = others.data?.items.find((each) => each.id === chosen);
      toast('good', t('vaults.migrating', { ...values, vault: to?.name ?? '' }));
      close();
    },
  });
  if (!vault) return null;
  const targets = (others.data?.items ?? []).filter((each) => each.id !== id && each.type === vault.type);
  return (
    <Dialog
      title={t('vaults.migrate_title', { ...values, vault: vault.name })}
      failure={error ?? others.error ?? run.error}
      onClose={close}
      onSubmit={() => {
        if (chosen && rows.length && !run.isPending) run.mutate();
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={run.isPending || rows.length === 0}
          reason={chosen ? undefined : t('vaults.migrate_pick')}
        >
          {t('vaults.migrate_action', values)}
        </Button>
      }
    >
      <p>{t('vaults.migrate_text')}</p>
      <Facts
        facts={[
          [t('vaults.backups'), rows.reduce((sum, each) => sum + each.backup_count, 0)],
          [t('vaults.size'), <Size key="s" bytes={bytes} />],
        ]}
      />
      {others.data && targets.length === 0 ? (
        <Empty title={t('vaults.migrate_none')} />
      ) : (
        <Radios
          label={t('vaults.migrate_to')}
          value={chosen}
          onChange={setChosen}
          choices={targets.map((each) => {
            const verdict = migrateTo(each, rows, bytes);
            return {
              value: each.id,
              label: each.name,
              hint: t('vaults.migrate_room', {
                free: formatSize(Math.max(0, each.size_bytes - each.used_bytes), locale),
                size: formatSize(each.size_bytes, locale),
                n: each.resource_count,
              }),
              reason: allowed(verdict) ? undefined : say(verdict.reason),
            };
          })}
        />
      )}
    </Dialog>
  );
}
