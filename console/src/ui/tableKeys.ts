// Keys on the rows of a table: move, tick, open the menu; the rest is asked of the page.
import type { KeyboardEvent, RefObject } from 'react';

let single: () => boolean = () => true;
/** Sets who says whether single-letter keys act (WCAG 2.1.4). */
export const setSingleKeys = (ask: () => boolean): void => {
  single = ask;
};

interface Rows<T> {
  rows: readonly T[] | undefined;
  body: RefObject<HTMLTableSectionElement | null>;
  /** Ticks or unticks a row, or all from the last one to it. */
  onTick: ((row: T, range: boolean) => void) | undefined;
  /** Answers any other key; true when it did something. */
  onKey: ((key: string, row: T) => boolean) | undefined;
}

/** The handler for a table's body. */
export function rowKeys<T extends { id: string }>({ rows, body, onTick, onKey }: Rows<T>) {
  return (event: KeyboardEvent): void => {
    const element = event.target as HTMLElement;
    const line = element.closest<HTMLTableRowElement>('tr[data-id]');
    if (!line || !rows || event.ctrlKey || event.metaKey || event.altKey) return;
    if (element.matches('input:not([type=checkbox]), textarea, select, [role^=menuitem], [role=menu]'))
      return;
    if (!single() && event.key.length === 1) return;
    const at = rows.findIndex((row) => row.id === line.dataset.id);
    const row = rows[at];
    if (!row) return;
    const target: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      j: at + 1,
      k: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    };
    const to = target[event.key];
    if (to !== undefined) {
      const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
      const link =
        next && body.current?.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(next.id)}"] [data-row]`);
      link?.focus();
      link?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'x' || event.key === 'X') onTick?.(row, event.shiftKey);
    else if (event.key === '.') line.querySelector<HTMLElement>('[data-row-menu]')?.click();
    else if (!onKey?.(event.key, row)) return;
    event.preventDefault();
  };
}
