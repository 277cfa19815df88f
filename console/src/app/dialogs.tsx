// Dialogs lie in the address (`do=` and the ids it is about): links open them, Back closes them.
// Each belongs to a feature; other features open it by name, never by import.
import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import {
  type ComponentType,
  lazy,
  Suspense,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useSyncExternalStore,
} from 'react';
import { store } from '../lib/store';
import { withTexts } from '../messages';
import { rememberOpener } from '../ui/focus';
import { isCovered } from '../ui/over';
import type { DialogSearch } from './router';

export interface DialogProps {
  project: string;
  about: DialogSearch;
  close: () => void;
}

/** A dialog that is its module's default, or one of several by its name. */
const dialog = (load: () => Promise<{ default: ComponentType<DialogProps> }>) =>
  lazy(() => withTexts(load()));
const named = <M extends Record<N, ComponentType<DialogProps>>, N extends string>(
  load: () => Promise<M>,
  name: N,
) => lazy(async () => ({ default: (await withTexts(load()))[name] as ComponentType<DialogProps> }));

const vaultDialogs = () => import('../features/vaults/dialogs');
const backupDialogs = () => import('../features/backups/dialogs');
const userDialogs = () => import('../features/admin/userDialogs');
const adminDialogs = () => import('../features/admin/dialogs');
const notificationDialogs = () => import('../features/operations/notificationDialogs');
const limitDialogs = () => import('../features/operations/LimitsDialog');
const recoveryDialogs = () => import('../features/vaults/RecoveryKey');
const groupDialogs = () => import('../features/admin/groupDialogs');
const roleDialogs = () => import('../features/admin/roleDialogs');
const exportDialogs = () => import('../features/backups/Export');
const imageDialogs = () => import('../features/images/dialogs');
const sharingDialogs = () => import('../features/sharing/dialogs');

const known: Record<string, ComponentType<DialogProps>> = {
  keys: dialog(() => import('./KeysDialog')),
  zone: dialog(() => import('./ZoneDialog')),
  'backup-server': dialog(() => import('../features/servers/BackupDialog')),
  'backup-disk': dialog(() => import('../features/servers/BackupDialog')),
  'restore-server': dialog(() => import('../features/servers/RestoreDialog')),
  'restore-disk': dialog(() => import('../features/servers/RestoreDialog')),
  'restore-latest': dialog(() => import('../features/servers/RestoreDialog')),
  'go-back': dialog(() => import('../features/servers/GoBack')),
  'power-start': dialog(() => import('../features/servers/PowerDialog')),
  'power-stop': dialog(() => import('../features/servers/PowerDialog')),
  'power-restart': dialog(() => import('../features/servers/PowerDialog')),
  'cancel-task': dialog(() => import('./CancelTask')),
  associate: dialog(() => import('../features/vaults/Associate')),
  dissociate: named(vaultDialogs, 'Dissociate'),
  'rename-vault': named(vaultDialogs, 'RenameVault'),
  'expand-vault': named(vaultDialogs, 'ExpandVault'),
  'vault-settings': named(vaultDialogs, 'VaultSettings'),
  'lock-vault': named(vaultDialogs, 'LockVault'),
  'delete-vault': named(vaultDialogs, 'DeleteVault'),
  'add-tag': dialog(() => import('../features/vaults/TagDialog')),
  'edit-tag': dialog(() => import('../features/vaults/TagDialog')),
  'auto-associate': dialog(() => import('../features/vaults/AutoAssociate')),
  migrate: dialog(() => import('../features/vaults/Migrate')),
  'create-policy': dialog(() => import('../features/policies/PolicyDialog')),
  'edit-policy': dialog(() => import('../features/policies/PolicyDialog')),
  'delete-policy': dialog(() => import('../features/policies/DeletePolicy')),
  'apply-policy': dialog(() => import('../features/policies/ApplyPolicy')),
  'remove-policy': dialog(() => import('../features/policies/RemovePolicy')),
  'share-backup': named(sharingDialogs, 'ShareBackup'),
  'end-share': named(sharingDialogs, 'EndShare'),
  'accept-share': named(sharingDialogs, 'AcceptShare'),
  'create-disk': dialog(() => import('../features/backups/CreateDisk')),
  'create-server': dialog(() => import('../features/backups/CreateServer')),
  'create-image': named(imageDialogs, 'CreateImage'),
  'delete-image': named(imageDialogs, 'DeleteImage'),
  'export-image': named(exportDialogs, 'ExportImage'),
  'export-backup': named(exportDialogs, 'ExportBackup'),
  'import-backup': dialog(() => import('../features/vaults/ImportBackup')),
  'rename-backup': named(backupDialogs, 'RenameBackup'),
  'delete-backup': named(backupDialogs, 'DeleteBackups'),
  'edit-notification': named(notificationDialogs, 'EditNotification'),
  notification: named(notificationDialogs, 'Notification'),
  'delete-notification': named(notificationDialogs, 'DeleteNotification'),
  'set-quotas': dialog(() => import('../features/operations/SetQuotas')),
  'host-limits': named(limitDialogs, 'HostLimits'),
  'vault-limits': named(limitDialogs, 'VaultLimits'),
  'set-objective': dialog(() => import('../features/operations/SetObjective')),
  'recovery-key': named(recoveryDialogs, 'MakeRecoveryKey'),
  'confirm-recovery-key': named(recoveryDialogs, 'ConfirmRecoveryKey'),
  'create-user': named(userDialogs, 'CreateUser'),
  'set-password': named(userDialogs, 'SetPassword'),
  'edit-roles': dialog(() => import('../features/admin/EditRoles')),
  'disable-user': named(userDialogs, 'DisableUser'),
  'delete-user': named(userDialogs, 'DeleteUser'),
  'edit-group': named(groupDialogs, 'EditGroup'),
  'group-members': named(groupDialogs, 'GroupMembers'),
  'group-roles': named(groupDialogs, 'GroupRoles'),
  'delete-group': named(groupDialogs, 'DeleteGroup'),
  'edit-role': named(roleDialogs, 'EditRole'),
  'delete-role': named(roleDialogs, 'DeleteRole'),
  'edit-project': named(adminDialogs, 'EditProject'),
  'create-key': named(adminDialogs, 'CreateKey'),
  'delete-key': named(adminDialogs, 'DeleteKey'),
};

type About = Omit<DialogSearch, 'do'>;

/** The dialog that was closed, while the address still asks for it: closing goes one step back there. */
const left = store('');

/** What tells one dialog in the address from another. */
const nameOf = ({ do: name, server, disk, vault, backup, task, policy, before, id }: DialogSearch): string =>
  JSON.stringify([name, server, disk, vault, backup, task, policy, before, id]);

/** Opens a dialog over the page that shows now. */
export function useOpenDialog(): (name: string, about?: About) => void {
  const navigate = useNavigate();
  return useCallback(
    (name, about = {}) => {
      rememberOpener();
      // Opened once more before the address has changed.
      if (nameOf({ do: name, ...about }) === left.get()) left.set('');
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
  const closed = useSyncExternalStore(left.subscribe, left.get);
  const name = nameOf(search);
  useEffect(() => {
    if (closed !== name) left.set('');
  }, [closed, name]);
  const Found = search.do ? known[search.do] : undefined;
  if (!Found || !project || closed === name) return null;
  // One that gives way to another is gone: it keeps neither what was entered nor the right to close.
  return <Open key={search.do} of={Found} project={project} about={search} />;
}

function Open({
  of: Found,
  project,
  about,
}: Omit<DialogProps, 'close'> & { of: ComponentType<DialogProps> }) {
  const navigate = useNavigate();
  const router = useRouter();
  const here = useRef(false);
  const name = nameOf(about);
  const close = useCallback(() => {
    // What it began may end after it was left: another dialog may be open by then.
    if (!here.current) return;
    here.current = false;
    // It goes at once, with the right to keys; the address follows when the browser has done its part.
    left.set(name);
    // Opened from the page: Back leads there. Opened by a link: stay, without the dialog.
    if ((router.history.location.state as { dialog?: boolean }).dialog) router.history.back();
    else
      void navigate({
        to: '.',
        search: (before: Record<string, unknown>) => without(before),
        replace: true,
        resetScroll: false,
      } as never);
  }, [name, navigate, router]);
  // Before the effects of what is inside, which may close at once.
  useLayoutEffect(() => {
    here.current = true;
    // While what it shows is on its way, nothing else hears the key.
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented && !isCovered()) close();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      here.current = false;
      document.removeEventListener('keydown', onKey);
    };
  }, [close]);
  return (
    <Suspense>
      <Found project={project} about={about} close={close} />
    </Suspense>
  );
}
