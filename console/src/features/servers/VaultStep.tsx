import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { list } from '../../api/queries';
import { allowed, vaultFits } from '../../lib/can';
import { isName, proposeName } from '../../lib/names';
import { formatSize } from '../../lib/sizes';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Failure, Note } from '../../ui/Failure';
import { Radios, TextField, Tick } from '../../ui/Form';
import css from './BackupDialog.module.css';
import type { NewVault, Plan, Resource } from './run';

interface Props {
  project: string;
  kind: 'server' | 'disk';
  resources: Resource[];
  target: Plan['target'];
  capacity: { least: number; proposed: number };
  shown: boolean;
  onChange: (target: Plan['target']) => void;
}

/** CORE-10: what is in no vault gets one first, an existing one or a new one. */
export function VaultStep({ project, kind, resources, target, capacity, shown, onChange }: Props) {
  const { t, locale } = useWords();
  const reason = useReason();
  const vaults = useQuery(list('vault', project, { limit: 200, filter: { type: kind }, sort: 'name' }));
  const bytes = resources.reduce((sum, each) => sum + each.size, 0);
  const rows = vaults.data?.items ?? [];
  const fitting = rows.filter((vault) => allowed(vaultFits(vault, kind, bytes, resources.length)));
  const [way, setWay] = useState<'use' | 'create' | null>(
    target ? ('id' in target ? 'use' : 'create') : null,
  );
  const [chosen, setChosen] = useState(target && 'id' in target ? target.id : '');
  const before = target && 'create' in target ? target.create : null;
  const [name, setName] = useState(() => before?.name ?? proposeName('vault_'));
  const [size, setSize] = useState(() => String(before?.size ?? capacity.proposed));
  const [expand, setExpand] = useState(before?.expand ?? false);
  const [lock, setLock] = useState(before?.lock ?? false);
  const now = way ?? (vaults.data ? (fitting.length ? 'use' : 'create') : null);
  const gib = Number(size);
  const sizeError =
    /^\d+$/.test(size) && gib >= capacity.least && gib <= 10_485_760
      ? null
      : t('backup.capacity_rule', { least: capacity.least });
  const nameError = isName(name) ? null : t('backup.name_rule', { n: 64 });
  const use = chosen || fitting[0]?.id || '';
  const called = rows.find((vault) => vault.id === use)?.name ?? use;

  useEffect(() => {
    const create: NewVault = { name, size: gib, expand, lock };
    if (now === 'use') onChange(use ? { id: use, name: called } : null);
    else if (now === 'create') onChange(sizeError || nameError ? null : { create });
  }, [now, use, called, name, gib, expand, lock, sizeError, nameError, onChange]);

  // What had the focus before is gone with the other step: it goes on at the first choice.
  const ready = now !== null;
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (ready) top.current?.querySelector<HTMLInputElement>('input:checked')?.focus();
  }, [ready]);

  if (vaults.error) return <Failure error={vaults.error} retry={() => void vaults.refetch()} />;
  if (now === null) return <p className="soft">{t('kit.loading')}</p>;
  return (
    <>
      <Note>
        {t(kind === 'server' ? 'backup.why_vault' : 'backup.why_disk_vault', {
          what: resources.map((each) => each.name).join(', '),
        })}
      </Note>
      <div ref={top}>
        <Radios
          label={t('servers.vault')}
          value={now}
          onChange={setWay}
          choices={[
            {
              value: 'use',
              label: t('backup.use_vault'),
              reason: fitting.length
                ? undefined
                : rows.length
                  ? t('backup.no_vault_fits')
                  : t('backup.no_vault_yet'),
            },
            { value: 'create', label: t('backup.create_vault') },
          ]}
        />
      </div>
      {now === 'use' ? (
        <div className={css.choice}>
          <Radios
            label={t('backup.vaults')}
            value={use}
            onChange={setChosen}
            choices={rows.map((vault) => {
              const verdict = vaultFits(vault, kind, bytes, resources.length);
              return {
                value: vault.id,
                label: vault.name,
                hint: t('backup.vault_room', {
                  free: formatSize(Math.max(0, vault.size_bytes - vault.used_bytes), locale),
                  size: formatSize(vault.size_bytes, locale),
                  n: vault.resource_count,
                }),
                reason: allowed(verdict) ? undefined : reason(verdict.reason),
              };
            })}
          />
        </div>
      ) : (
        <>
          <div className={css.fields}>
            <TextField
              label={t('backup.vault_name')}
              value={name}
              onChange={setName}
              required
              mono
              shown={shown}
              error={nameError}
              spellCheck={false}
              autoComplete="off"
              maxLength={64}
            />
            <TextField
              label={t('backup.capacity')}
              value={size}
              onChange={setSize}
              required
              inputMode="numeric"
              unit="GiB"
              shown
              error={sizeError}
              hint={t('backup.capacity_hint', { least: capacity.least, proposed: capacity.proposed })}
            />
          </div>
          <Tick
            label={t('backup.auto_expand')}
            hint={t('backup.auto_expand_hint')}
            checked={expand}
            onChange={setExpand}
          />
          <Tick
            label={t('backup.locking')}
            hint={t('backup.locking_hint')}
            checked={lock}
            onChange={setLock}
          />
        </>
      )}
    </>
  );
}
