// Dialogs lie in the address (`do=` and the ids it is about): links open them, Back closes them.
// Each belongs to a feature; other features open it by name, never by import.
import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense, useCallback } from 'react';
import { rememberOpener } from '../ui/focus';
import type { DialogSearch } from './router';

export interface DialogProps {
  project: string;
  about: DialogSearch;
  close: () => void;
}

const vaultDialog = (name: keyof typeof import('../features/vaults/dialogs')) =>
  lazy(async () => ({ default: (await import('../features/vaults/dialogs'))[name] }));
const backupDialog = (name: keyof typeof import('../features/backups/dialogs')) =>
  lazy(async () => ({ default: (await import('../features/backups/dialogs'))[name] }));

const adminDialog = (name: keyof typeof import('../features/admin/dialogs')) =>
  lazy(async () => ({ default: (await import('../features/admin/dialogs'))[name] }));

const known: Record<string, ComponentType<DialogProps>> = {
  keys: lazy(() => import('./KeysDialog')),
  zone: lazy(() => import('./ZoneDialog')),
  'backup-server': lazy(() => import('../features/servers/BackupDialog')),
  'backup-disk': lazy(() => import('../features/servers/BackupDialog')),
  'restore-server': lazy(() => import('../features/servers/RestoreDialog')),
  'restore-disk': lazy(() => import('../features/servers/RestoreDialog')),
  'restore-latest': lazy(() => import('../features/servers/RestoreDialog')),
  'power-start': lazy(() => import('../features/servers/PowerDialog')),
  'power-stop': lazy(() => import('../features/servers/PowerDialog')),
  'power-restart': lazy(() => import('../features/servers/PowerDialog')),
  'cancel-task': lazy(() => import('./CancelTask')),
  associate: lazy(() => import('../features/vaults/Associate')),
  dissociate: vaultDialog('Dissociate'),
  'rename-vault': vaultDialog('RenameVault'),
  'expand-vault': vaultDialog('ExpandVault'),
  'vault-settings': vaultDialog('VaultSettings'),
  'lock-vault': vaultDialog('LockVault'),
  'delete-vault': vaultDialog('DeleteVault'),
  'rename-backup': backupDialog('RenameBackup'),
  'delete-backup': backupDialog('DeleteBackups'),
  'create-user': adminDialog('CreateUser'),
  'set-password': adminDialog('SetPassword'),
  'edit-roles': adminDialog('EditRoles'),
  'disable-user': adminDialog('DisableUser'),
  'delete-user': adminDialog('DeleteUser'),
  'edit-project': adminDialog('EditProject'),
  'create-key': adminDialog('CreateKey'),
  'delete-key': adminDialog('DeleteKey'),
};

type About = Omit<DialogSearch, 'do'>;

/** Opens a dialog over the page that shows now. */
export function useOpenDialog(): (name: string, about?: About) => void {
  const navigate = useNavigate();
  return useCallback(
    (name, about = {}) => {
      rememberOpener();
      void navigate({
        to: '.',
        search: (before: Record<string, unknown>) => ({ ...without(before), do: name, ...about }),
        state: (before: object) => ({ ...before, dialog: true }),
        resetScroll: false,
      } as never);
    },
    [navigate],
  );
}

const without = (search: Record<string, unknown>): Record<string, unknown> => {
  if (!search.do) return search;
  const {
    do: _name,
    server: _s,
    disk: _d,
    vault: _v,
    backup: _b,
    task: _t,
    policy: _p,
    before: _e,
    id: _i,
    ...rest
  } = search;
  return rest;
};

/** The dialog that the address asks for. */
export function Dialogs() {
  const search = useSearch({ strict: false }) as DialogSearch;
  const { project } = useParams({ strict: false });
  const navigate = useNavigate();
  const router = useRouter();
  const close = useCallback(() => {
    // Opened from the page: Back leads there. Opened by a link: stay, without the dialog.
    if ((router.history.location.state as { dialog?: boolean }).dialog) router.history.back();
    else
      void navigate({
        to: '.',
        search: (before: Record<string, unknown>) => without(before),
        replace: true,
        resetScroll: false,
      } as never);
  }, [navigate, router]);
  const Found = search.do ? known[search.do] : undefined;
  if (!Found || !project) return null;
  return (
    <Suspense>
      <Found project={project} about={search} close={close} />
    </Suspense>
  );
}
