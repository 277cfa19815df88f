// Head, cells and waiting rows of a table.
import { type ReactNode, useEffect, useState } from 'react';
import { useWords } from '../messages';
import css from './Table.module.css';

export interface Column<T> {
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** Property of the server's sort; without it the column does not sort. */
  sort?: string;
  /** Numbers stand right. */
  align?: 'right';
  /** The cell that names the row: the row header. */
  names?: boolean;
  /** Can be left out. */
  optional?: boolean;
  /** Left out unless chosen. */
  off?: boolean;
  /** Takes no part in the card of a narrow screen. */
  wideOnly?: boolean;
}

export function Head<T>({
  column,
  sort,
  onSort,
}: {
  column: Column<T>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}) {
  const { t } = useWords();
  const property = column.sort;
  const up = property !== undefined && sort === property;
  const down = property !== undefined && sort === `-${property}`;
  return (
    <th
      role="columnheader"
      scope="col"
      className={column.align === 'right' ? css.right : undefined}
      aria-sort={up ? 'ascending' : down ? 'descending' : undefined}
    >
      {property && onSort ? (
        <button
          type="button"
          className={css.sort}
          title={t('kit.sort_by', { what: column.header })}
          onClick={() => onSort(up ? `-${property}` : property)}
        >
          {column.header}
          <span aria-hidden="true" className={css.arrow}>
            {up ? '▲' : down ? '▼' : ''}
          </span>
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}

export function Cell<T>({ column, row }: { column: Column<T>; row: T }) {
  const look = [
    column.align === 'right' ? css.right : '',
    column.wideOnly ? css.wideOnly : '',
    column.names ? css.names : '',
  ].join(' ');
  if (column.names) {
    return (
      <th role="rowheader" scope="row" className={look}>
        {column.cell(row)}
      </th>
    );
  }
  return (
    <td role="cell" className={look} data-label={column.header}>
      <div>{column.cell(row)}</div>
    </td>
  );
}

export function Skeleton({ span }: { span: number }) {
  // Not before 150 ms: a quick answer shows no grey bars at all.
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
    <tr key={key} role="row" className={css.line}>
      <td role="cell" colSpan={span}>
        <span className={css.bone} />
      </td>
    </tr>
  ));
}

/** Name over id: the first cell of most lists. */
export function NameCell({ link, id }: { link: ReactNode; id: ReactNode }) {
  return (
    <span className={css.name}>
      <span className={css.link}>{link}</span>
      {id}
    </span>
  );
}
