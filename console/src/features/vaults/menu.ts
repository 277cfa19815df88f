import { useParams } from '@tanstack/react-router';
import type { Vault } from '../../api/types';
import { changeVault } from '../../api/vaults';
import { useOpenDialog } from '../../app/dialogs';
import { useMay } from '../../app/useMay';
import { allowed, type Verdict } from '../../lib/can';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import type { MenuEntry } from '../../ui/Menu';
import { toast } from '../../ui/toasts';
import * as can from './can';

/** The menu of a vault, in its row and on its page. */
export function useVaultMenu(): (vault: Vault) => MenuEntry[] {
  const { t } = useWords();
  const say = useReason();
  const open = useOpenDialog();
  const why = (verdict: Verdict): string | undefined => (allowed(verdict) ? undefined : say(verdict.reason));
  const { project = '' } = useParams({ strict: false });
  const denied = useMay(project)('coffer:backups:import');
  // Level 0: at once, with a way back.
  const turn = async (vault: Vault, on: boolean): Promise<void> => {
    try {
      await changeVault(project, vault.id, { auto_bind: on });
    } catch (error) {
      toast('bad', error instanceof Error ? error.message : String(error));
      return;
    }
    if (!on)
      toast('good', t('vaults.auto_bind_off', { name: vault.name }), {
        label: t('vaults.undo'),
        onSelect: () => void turn(vault, true),
      });
  };
  const turnOff = (vault: Vault) => turn(vault, false);
  return (vault) => {
    const about = { vault: vault.id };
    return [
      {
        label: t('policy.apply'),
        icon: 'calendar',
        reason: why(can.applyPolicy(vault)),
        onSelect: () => open('apply-policy', about),
      },
      ...(vault.policy ? [{ label: t('policy.remove'), onSelect: () => open('remove-policy', about) }] : []),
      {
        label: t('vaults.auto_bind_menu'),
        reason: why(can.autoAssociate(vault)),
        onSelect: () => open('auto-associate', about),
      },
      ...(vault.auto_bind
        ? [
            {
              label: t('vaults.auto_bind_disable'),
              reason: why(can.autoAssociate(vault)),
              onSelect: () => void turnOff(vault),
            },
          ]
        : []),
      {
        label: t('portable.import'),
        reason: denied ? say(denied) : why(can.importInto(vault)),
        onSelect: () => open('import-backup', about),
      },
      {
        label: t('vaults.expand'),
        reason: why(can.expand(vault)),
        onSelect: () => open('expand-vault', about),
      },
      {
        label: t('vaults.settings'),
        reason: why(can.change(vault)),
        onSelect: () => open('vault-settings', about),
      },
      {
        label: t('vaults.rename'),
        reason: why(can.change(vault)),
        onSelect: () => open('rename-vault', about),
      },
      {
        label: t('vaults.enable_lock'),
        icon: 'lock',
        reason: why(can.lock(vault)),
        onSelect: () => open('lock-vault', about),
      },
      { divider: true },
      {
        label: t('vaults.delete'),
        danger: true,
        reason: why(can.remove(vault)),
        onSelect: () => open('delete-vault', about),
      },
    ];
  };
}
