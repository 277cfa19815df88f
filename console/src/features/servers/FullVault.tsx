import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { one } from '../../api/queries';
import type { VaultRef } from '../../api/types';
import { changeVault } from '../../api/vaults';
import { formatSize, GIB, wholeGib } from '../../lib/sizes';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Note, useFailureText } from '../../ui/Failure';
import { TextField } from '../../ui/Form';
import css from './BackupDialog.module.css';

/** Largest capacity of a vault in GiB (VLT). */
const LARGEST = 10_485_760;

/** A vault without room: said, and mended here, so that nothing entered is lost. */
export function FullVault({ project, vault }: { project: string; vault: VaultRef }) {
  const { t, locale } = useWords();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const whole = useQuery({ ...one('vault', project, vault.id), enabled: open });
  const now = wholeGib(vault.size_bytes);
  const least = Math.max(now + 1, wholeGib(vault.used_bytes + 1), wholeGib(whole.data?.allocated_bytes ?? 0));
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? String(Math.min(LARGEST, Math.max(least, 2 * now)));
  const size = Number(text);
  const wrong =
    /^\d+$/.test(text) && size >= least && size <= LARGEST ? null : t('backup.capacity_rule', { least });
  const expand = useMutation({
    mutationFn: () => changeVault(project, vault.id, { billing: { size } }),
    // The list that this banner comes from has to say the new size before it goes.
    onSuccess: () =>
      Promise.all(
        ['server', 'disk'].flatMap((kind) => [
          client.invalidateQueries({ queryKey: ['one', kind, project] }),
          client.invalidateQueries({ queryKey: ['list', kind, project] }),
        ]),
      ),
  });
  return (
    <Note
      tone="bad"
      action={open ? null : <Button onClick={() => setOpen(true)}>{t('vaults.expand')}</Button>}
    >
      <p>
        {t('backup.vault_full', { name: vault.name })}{' '}
        {t('backup.vault_used', {
          used: formatSize(vault.used_bytes, locale),
          size: formatSize(now * GIB, locale),
        })}
      </p>
      {open ? (
        <div className={css.expand}>
          <TextField
            label={t('vaults.size_new')}
            value={text}
            onChange={setTyped}
            inputMode="numeric"
            unit="GiB"
            shown
            error={wrong}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              if (!wrong && !expand.isPending) expand.mutate();
            }}
          />
          <Button
            kind="primary"
            busy={expand.isPending}
            reason={wrong ?? undefined}
            onClick={() => expand.mutate()}
          >
            {t('vaults.expand')}
          </Button>
        </div>
      ) : null}
      {expand.error ? <Refused error={expand.error} /> : null}
    </Note>
  );
}

function Refused({ error }: { error: unknown }) {
  const { message, hint } = useFailureText(error);
  return <p role="alert">{[message, hint].filter(Boolean).join(' ')}</p>;
}
