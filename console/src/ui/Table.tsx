import { memo, type ReactNode, type RefObject, useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import { useWords } from '../messages';
import { Failure } from './Failure';
import { Tick } from './Form';
import { type MenuEntry, type OpenMenu, RowMenu, RowMenuButton } from './Menu';
import css from './Table.module.css';
import { Cell, type Column, Head, Skeleton } from './TableParts';
import { rowKeys } from './tableKeys';

export { BulkBar, NoMatch } from './BulkBar';
export { Pager } from './Pager';
export { type Column, NameCell } from './TableParts';

export interface Selection {
  ids: ReadonlySet<string>;
  onChange: (ids: ReadonlySet<string>) => void;
}

export interface TableProps<T extends { id: string }> {
  /** What the table lists, for its name. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[] | undefined;
  /** Ids of the columns left out. */
  hidden?: ReadonlySet<string>;
  /** Property, with "-" before it for descending. */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  selection?: Selection | undefined;
  /** Name of a row, for its tick box and menu. */
  nameOf: (row: T) => string;
  /** Entries of the row's menu. */
  menu?: (row: T) => MenuEntry[];
  /** At most two links before the menu. */
  links?: (row: T) => ReactNode;
  /** Answers a key on a row; true when it did something. */
  onKey?: (key: string, row: T) => boolean;
  onOpen?: (row: T) => void;
  failure?: unknown;
  onRetry?: () => void;
  /** Why there is nothing, and what to do. */
  empty: ReactNode;
  /** Rows to mark for a while. */
  marked?: ReadonlySet<string>;
  /** A part below a row. */
  expanded?: (row: T) => ReactNode;
}

/** What one row needs; it is rendered again only where some of this has changed. */
interface LineProps<T extends { id: string }> {
  row: T;
  name: string;
  columns: readonly Column<T>[];
  /** Whether it is ticked; undefined where rows are not ticked. */
  ticked: boolean | undefined;
  marked: boolean;
  onTick: (id: string, checked: boolean, range: boolean) => void;
  links: ((row: T) => ReactNode) | undefined;
  /** The table's menu, where it has one. */
  opener: RefObject<OpenMenu | null> | undefined;
}

// Rows and cells have their roles written out: cards on narrow screens are `display: block`, which
// takes a table's meaning away otherwise.

function LineOf<T extends { id: string }>(props: LineProps<T>) {
  const { row, name, columns, ticked, marked, onTick, links, opener } = props;
  const { t } = useWords();
  return (
    <tr
      role="row"
      data-id={row.id}
      className={[css.line, ticked ? css.ticked : '', marked ? css.marked : ''].join(' ')}
    >
      {ticked === undefined ? null : (
        <td role="cell" className={css.ticks}>
          <Tick
            label={t('kit.select_row', { name })}
            hiddenLabel
            checked={ticked}
            onChange={(checked, shift) => onTick(row.id, checked, shift)}
          />
        </td>
      )}
      {columns.map((column) => (
        <Cell key={column.id} column={column} row={row} />
      ))}
      {links || opener ? (
        <td role="cell" className={css.operation}>
          <span className={css.actions}>
            {links?.(row)}
            {opener ? (
              <RowMenuButton opener={opener} id={row.id} label={t('kit.more_of', { name })}>
                {t('kit.more')}
              </RowMenuButton>
            ) : null}
          </span>
        </td>
      ) : null}
    </tr>
  );
}
const Line = memo(LineOf) as typeof LineOf;

/**
 * A native table: sticky header, sort, ticks with ranges, one menu for all rows, cards when narrow. A
 * row is rendered again only where it has changed: pages with many rows keep `columns` and `links` the
 * same from one rendering to the next.
 */
export function Table<T extends { id: string }>(props: TableProps<T>) {
  const { label, rows, hidden, selection, nameOf, menu, links, failure, onRetry, empty, marked, expanded } =
    props;
  const { t } = useWords();
  const opener = useRef<OpenMenu>(null);
  const last = useRef<string | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const columns = useMemo(
    () => props.columns.filter((column) => !hidden?.has(column.id)),
    [props.columns, hidden],
  );
  const operations = Boolean(menu || links);
  const span = columns.length + (selection ? 1 : 0) + (operations ? 1 : 0);

  const tick = (id: string, checked: boolean, range: boolean) => {
    if (!selection || !rows) return;
    const ids = new Set(selection.ids);
    const from = range && last.current ? rows.findIndex((row) => row.id === last.current) : -1;
    const to = rows.findIndex((row) => row.id === id);
    const touched =
      from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1) : rows.slice(to, to + 1);
    for (const row of touched) {
      if (checked) ids.add(row.id);
      else ids.delete(row.id);
    }
    last.current = id;
    selection.onChange(ids);
  };
  // Rows keep one function, which finds what is ticked by then.
  const ticking = useRef(tick);
  useLayoutEffect(() => {
    ticking.current = tick;
  });
  const onTick = useCallback(
    (id: string, checked: boolean, range: boolean) => ticking.current(id, checked, range),
    [],
  );
  const onKeyDown = rowKeys({
    rows,
    body,
    onTick: selection ? (row, range) => tick(row.id, !selection.ids.has(row.id), range) : undefined,
    onKey: props.onKey,
  });

  const all = rows !== undefined && rows.length > 0 && rows.every((row) => selection?.ids.has(row.id));
  const some = rows?.some((row) => selection?.ids.has(row.id)) ?? false;

  return (
    <div className={css.frame}>
      {failure ? <Failure error={failure} {...(onRetry ? { retry: onRetry } : {})} /> : null}
      <table className={css.table} role="table" aria-label={label} aria-busy={rows === undefined}>
        <thead role="rowgroup">
          <tr role="row">
            {selection ? (
              <th role="columnheader" scope="col" className={css.ticks}>
                <Tick
                  label={t('kit.select_page')}
                  hiddenLabel
                  checked={all}
                  mixed={some && !all}
                  onChange={(checked) => {
                    const ids = new Set(selection.ids);
                    for (const row of rows ?? []) {
                      if (checked) ids.add(row.id);
                      else ids.delete(row.id);
                    }
                    selection.onChange(ids);
                  }}
                />
              </th>
            ) : null}
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
            {operations ? (
              <th role="columnheader" scope="col" className={css.operation}>
                {t('kit.operation')}
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody ref={body} role="rowgroup" onKeyDown={onKeyDown}>
          {rows === undefined && !failure ? <Skeleton span={span} /> : null}
          {rows?.map((row) => {
            const more = expanded?.(row);
            return [
              <Line
                key={row.id}
                row={row}
                name={nameOf(row)}
                columns={columns}
                ticked={selection?.ids.has(row.id)}
                marked={marked?.has(row.id) ?? false}
                onTick={onTick}
                links={links}
                opener={menu ? opener : undefined}
              />,
              more ? (
                <tr key={`${row.id}-more`} role="row" className={css.more}>
                  <td role="cell" colSpan={span}>
                    {more}
                  </td>
                </tr>
              ) : null,
            ];
          })}
        </tbody>
      </table>
      {rows?.length === 0 && !failure ? empty : null}
      {menu ? <RowMenu opener={opener} rows={rows} entries={menu} /> : null}
    </div>
  );
}
