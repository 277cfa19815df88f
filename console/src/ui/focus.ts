// Where the focus goes when a page or dialog comes and goes.
let changed = false;

/** The page is about to change: its heading will take the focus. */
export const pageChanged = (): void => {
  changed = true;
};

/** Whether the page has changed since it was last asked. */
export const takePageChange = (): boolean => {
  const answer = changed;
  changed = false;
  return answer;
};

let opener: HTMLElement | null = null;

/** Remembers what has the focus, or the trigger of the menu that has it, for when the dialog closes. */
export function rememberOpener(): void {
  const trigger = document.querySelector<HTMLElement>(
    '[data-row-menu][data-popup-open], [aria-haspopup="menu"][data-popup-open]',
  );
  const active = document.activeElement;
  opener = trigger ?? (active instanceof HTMLElement && active !== document.body ? active : null);
}

/** What had the focus when the dialog was opened; the page's heading if that is gone. */
export function openerOrHeading(): HTMLElement | null {
  return opener?.isConnected ? opener : document.querySelector<HTMLElement>('h1');
}
