import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { one } from '../../api/queries';
import { hostsQuery, type Limits, setHostLimits, setVaultLimits, vaultLimitsQuery } from '../../api/safety';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { isZone } from '../../lib/times';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Failure } from '../../ui/Failure';
import { TextField } from '../../ui/Form';

const MIB = 1024 * 1024;
/** Most tasks at once, and most windows, as the server takes them. */
const mostTasks = 1000;
const mostWindows = 24;

/** Limits of the host that the address names. */
export function HostLimits({ about, close }: DialogProps) {
  const { data, error } = useQuery(hostsQuery);
  const host = data?.find((each) => each.name === about.id);
  if (!host) return error ? <Failure error={error} /> : null;
  return (
    <LimitsForm
      name={host.name}
      limits={host.limits}
      isSet={host.limits_set}
      save={(limits) => setHostLimits(host.name, limits)}
      close={close}
    />
  );
}

/** Limits of the vault that the address names. */
export function VaultLimits({ project, about, close }: DialogProps) {
  const id = about.vault ?? '';
  const { data, error } = useQuery(vaultLimitsQuery(project, id));
  const { data: vault } = useQuery(one('vault', project, id));
  if (!data || !vault) return error ? <Failure error={error} /> : null;
  const { bytes_per_second, tasks, windows } = data.limits;
  return (
    <LimitsForm
      name={vault.name}
      limits={data.limits}
      isSet={Boolean(bytes_per_second || tasks || windows?.length)}
      save={(limits) => setVaultLimits(project, id, limits)}
      close={close}
    />
  );
}

function LimitsForm({
  name,
  limits,
  isSet,
  save,
  close,
}: {
  name: string;
  limits: Limits;
  /** There is something to lift. */
  isSet: boolean;
  save: (limits: Limits | null) => Promise<void>;
  close: () => void;
}) {
  const { t, zone: ownZone } = useWords();
  const [first] = useState(() => ({
    rate: limits.bytes_per_second ? String(limits.bytes_per_second / MIB) : '',
    tasks: limits.tasks ? String(limits.tasks) : '',
    windows: (limits.windows ?? []).join('; '),
    zone: limits.zone ?? ownZone,
  }));
  const [typed, setTyped] = useState(first);
  const [shown, setShown] = useState(false);
  const set = (name: keyof typeof first) => (value: string) => setTyped({ ...typed, [name]: value });
  const bytes = Math.round(Number(typed.rate) * MIB);
  const tasks = Number(typed.tasks);
  const windows = typed.windows
    .split(/[;\n]/)
    .map((each) => each.trim())
    .filter(Boolean);
  const wrong = {
    rate: typed.rate === '' || bytes >= 1024 ? null : t('limits.rate_rule'),
    tasks:
      typed.tasks === '' || (Number.isInteger(tasks) && tasks >= 1 && tasks <= mostTasks)
        ? null
        : t('limits.tasks_rule', { most: mostTasks }),
    windows:
      windows.length <= mostWindows && windows.every((each) => /^[a-z,-]+\s+\d\d:\d\d-\d\d:\d\d$/i.test(each))
        ? null
        : t('limits.windows_rule', { most: mostWindows }),
    zone: isZone(typed.zone) ? null : t('limits.zone_rule'),
  };
  const bad = Object.values(wrong).some(Boolean);
  const change = useChange(
    () =>
      save({
        bytes_per_second: typed.rate === '' ? null : bytes,
        tasks: typed.tasks === '' ? null : tasks,
        windows,
        zone: windows.length ? typed.zone : null,
      }),
    t('limits.saved', { name }),
    close,
  );
  const lift = useChange(() => save(null), t('limits.lifted', { name }), close);
  return (
    <Dialog
      title={t('limits.title', { name })}
      dirty={JSON.stringify(typed) !== JSON.stringify(first)}
      failure={change.error ?? lift.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!bad && !change.isPending) change.mutate();
      }}
      aside={
        isSet ? (
          <Button busy={lift.isPending} onClick={() => lift.mutate()}>
            {t('limits.lift')}
          </Button>
        ) : null
      }
      actions={
        <Button type="submit" kind="primary" busy={change.isPending}>
          {t('limits.save')}
        </Button>
      }
    >
      <p className="soft">{t('limits.about')}</p>
      <TextField
        label={t('limits.rate')}
        inputMode="decimal"
        unit="MiB/s"
        hint={t('limits.empty')}
        value={typed.rate}
        error={wrong.rate}
        shown={shown}
        onChange={set('rate')}
      />
      <TextField
        label={t('limits.tasks')}
        inputMode="numeric"
        hint={t('limits.empty_tasks')}
        value={typed.tasks}
        error={wrong.tasks}
        shown={shown}
        onChange={set('tasks')}
      />
      <TextField
        label={t('limits.windows')}
        hint={t('limits.windows_hint')}
        value={typed.windows}
        error={wrong.windows}
        shown={shown}
        onChange={set('windows')}
      />
      {windows.length ? (
        <TextField
          label={t('limits.zone')}
          value={typed.zone}
          error={wrong.zone}
          shown={shown}
          onChange={set('zone')}
        />
      ) : null}
    </Dialog>
  );
}
