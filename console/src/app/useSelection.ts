// Rows ticked in a table, on whatever page they are: the rows themselves, so that what applies to
// how many can be said without asking again.
import { useState } from 'react';
import { toast } from '../ui/toasts';

/** Rows ticked at once at most: what a dialog can still say something about. */
const MOST = 10_000;

export interface Picked<T> {
  ids: ReadonlySet<string>;
  /** The ticked rows; those of the page in view are as they are now. */
  rows: readonly T[];
  onChange: (ids: ReadonlySet<string>) => void;
  clear: () => void;
  /** For the bar above the table. */
  bar: {
    count: number;
    total?: number;
    most: number;
    busy: boolean;
    onClear: () => void;
    onAll?: () => void;
  };
}

interface Source<T> {
  rows: readonly T[] | undefined;
  total?: number;
  everything?: (most: number) => Promise<T[]>;
}

export function useSelection<T extends { id: string }>({ rows, total, everything }: Source<T>): Picked<T> {
  const [picked, setPicked] = useState<ReadonlyMap<string, T>>(new Map());
  const [busy, setBusy] = useState(false);
  const now = new Map(rows?.map((row) => [row.id, row]));
  const clear = () => setPicked(new Map());
  return {
    ids: new Set(picked.keys()),
    rows: [...picked.values()].map((row) => now.get(row.id) ?? row),
    onChange: (ids) =>
      setPicked(
        new Map(
          [...ids].flatMap((id) => {
            const row = now.get(id) ?? picked.get(id);
            return row ? [[id, row] as const] : [];
          }),
        ),
      ),
    clear,
    bar: {
      count: picked.size,
      most: MOST,
      busy,
      onClear: clear,
      ...(total === undefined ? {} : { total }),
      ...(everything
        ? {
            onAll: () => {
              setBusy(true);
              everything(MOST)
                .then((all) => setPicked(new Map(all.map((row) => [row.id, row]))))
                .catch((error: Error) => toast('bad', error.message))
                .finally(() => setBusy(false));
            },
          }
        : {}),
    },
  };
}
