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
  const { do: _name, server: _s, disk: _d, vault: _v, backup: _b, task: _t, policy: _p, ...rest } = search;
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
