// Which columns a table leaves out: the user's choice, kept in this browser.
import { useMemo, useState } from 'react';
import { hiddenColumns, setHiddenColumns } from '../lib/settings';

export function useColumns(
  table: string,
  columns: readonly { id: string; header: string; optional?: boolean; off?: boolean }[],
): {
  hidden: ReadonlySet<string>;
  choices: { label: string; checked: boolean; onSelect: () => void }[];
} {
  const [stored, setStored] = useState(() => hiddenColumns(table));
  const hidden = useMemo(
    () => new Set(stored ?? columns.filter((column) => column.off).map((column) => column.id)),
    [stored, columns],
  );
  const choices = columns
    .filter((column) => column.optional)
    .map((column) => ({
      label: column.header,
      checked: !hidden.has(column.id),
      onSelect: () => {
        const next = new Set(hidden);
        if (next.has(column.id)) next.delete(column.id);
        else next.add(column.id);
        setHiddenColumns(table, [...next]);
        setStored([...next]);
      },
    }));
  return { hidden, choices };
}
