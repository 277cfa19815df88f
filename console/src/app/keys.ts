import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { singleKeys } from '../lib/settings';
import { isCovered, isModal, keeps } from '../ui/over';
import { useOpenDialog } from './dialogs';
import { nav } from './nav';

/** Whether a key belongs to what has the focus: a field, a menu, a dialog. */
function taken(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest(`input:not([type=checkbox]):not([type=radio]), textarea, select, ${keeps}`) !== null)
  );
}

/** Keys that act on every page. */
export function useKeys({ project, openPalette }: { project: string; openPalette: () => void }): void {
  const navigate = useNavigate();
  const open = useOpenDialog();
  useEffect(() => {
    let afterG = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        if (isModal()) return;
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || taken(event.target) || !singleKeys()) return;
      if (isCovered()) return;
      if (Date.now() - afterG < 1500) {
        afterG = 0;
        const page = nav.flatMap((group) => group.pages).find((each) => each.letter === event.key);
        if (page) {
          event.preventDefault();
          void navigate({ to: page.to, params: { project }, search: {} } as never);
        }
        return;
      }
      if (event.key === 'g') afterG = Date.now();
      else if (event.key === '/') {
        const box = document.querySelector<HTMLElement>('[data-search]');
        if (!box) return;
        event.preventDefault();
        box.focus();
      } else if (event.key === '?') {
        event.preventDefault();
        open('keys');
      } else if (event.key === 'j' || event.key === 'k') {
        const row = document.querySelector<HTMLElement>('tr[data-id] [data-row]');
        if (!row) return;
        event.preventDefault();
        row.focus();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [navigate, open, openPalette, project]);
}
