import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useWords } from '../messages';
import { Button } from './Button';
import { Empty, Failure } from './Failure';
import { Tick } from './Form';
import { createMenuHandle, type MenuEntry, RowMenu, RowMenuTrigger } from './Menu';
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

// Rows and cells have their roles written out: cards on narrow screens are `display: block`, which
// takes a table's meaning away otherwise.

/** A native table: sticky header, sort, ticks with ranges, one menu for all rows, cards when narrow. */
export function Table<T extends { id: string }>(props: TableProps<T>) {
  const { label, rows, selection, nameOf, menu, links, failure, onRetry, empty, marked, expanded } = props;
  const { t } = useWords();
  const prefix = useId();
  const [handle] = useState(() => createMenuHandle<T>());
  const last = useRef<string | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const columns = props.columns.filter((column) => !props.hidden?.has(column.id));
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

  const onKeyDown = (event: KeyboardEvent) => {
    const element = event.target as HTMLElement;
    const line = element.closest<HTMLTableRowElement>('tr[data-id]');
    if (!line || !rows || event.ctrlKey || event.metaKey || event.altKey) return;
    if (element.matches('input:not([type=checkbox]), textarea, select, [role^=menuitem], [role=menu]'))
      return;
    const at = rows.findIndex((row) => row.id === line.dataset.id);
    const row = rows[at];
    if (!row) return;
    const go = (to: number) => {
      const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
      const link =
        next && body.current?.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(next.id)}"] [data-row]`);
      link?.focus();
      link?.scrollIntoView({ block: 'nearest' });
    };
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
    if (singleKeys() || event.key.length > 1) {
      const to = target[event.key];
      if (to !== undefined) go(to);
      else if (event.key === 'x' || event.key === 'X')
        tick(row.id, !selection?.ids.has(row.id), event.shiftKey);
      else if (event.key === '.') line.querySelector<HTMLElement>('[data-row-menu]')?.click();
      else if (!props.onKey?.(event.key, row)) return;
      event.preventDefault();
    }
  };

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
            const name = nameOf(row);
            const more = expanded?.(row);
            return [
              <tr
                key={row.id}
                role="row"
                data-id={row.id}
                className={[
                  css.line,
                  selection?.ids.has(row.id) ? css.ticked : '',
                  marked?.has(row.id) ? css.marked : '',
                ].join(' ')}
              >
                {selection ? (
                  <td role="cell" className={css.ticks}>
                    <Tick
                      label={t('kit.select_row', { name })}
                      hiddenLabel
                      checked={selection.ids.has(row.id)}
                      onChange={(checked, shift) => tick(row.id, checked, shift)}
                    />
                  </td>
                ) : null}
                {columns.map((column) => (
                  <Cell key={column.id} column={column} row={row} />
                ))}
                {operations ? (
                  <td role="cell" className={css.operation}>
                    <span className={css.actions}>
                      {links?.(row)}
                      {menu ? (
                        <RowMenuTrigger
                          handle={handle}
                          payload={row}
                          id={`${prefix}${row.id}`}
                          label={t('kit.more_of', { name })}
                        >
                          {t('kit.more')}
                        </RowMenuTrigger>
                      ) : null}
                    </span>
                  </td>
                ) : null}
              </tr>,
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
      {menu ? <RowMenu handle={handle} entries={menu} /> : null}
    </div>
  );
}

let single: () => boolean = () => true;
/** Sets who says whether single-letter keys act (WCAG 2.1.4). */
export const setSingleKeys = (ask: () => boolean): void => {
  single = ask;
};
const singleKeys = (): boolean => single();

function Head<T>({
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

function Cell<T>({ column, row }: { column: Column<T>; row: T }) {
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

function Skeleton({ span }: { span: number }) {
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

/** Rows shown, and the way to others. */
export function Pager({
  first,
  count,
  total,
  more,
  size,
  onFirst,
  onBack,
  onNext,
  onSize,
}: {
  /** Rows before this page. */
  first: number;
  count: number;
  total: number;
  more: boolean;
  size: number;
  onFirst: () => void;
  onBack: () => void;
  onNext: () => void;
  onSize: (size: number) => void;
}) {
  const { t } = useWords();
  if (total <= 20 && first === 0 && !more) return null;
  return (
    <nav className={css.pager} aria-label={t('kit.pages')}>
      <span className="number soft">
        {t('kit.rows_of', { from: count ? first + 1 : 0, to: first + count, total })}
      </span>
      <label className={css.size}>
        <span className="soft">{t('kit.rows_per_page')}</span>
        <select value={size} onChange={(event) => onSize(Number(event.target.value))}>
          {[20, 50, 100].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <Button reason={first === 0 ? t('kit.first_page') : undefined} onClick={onFirst}>
        {t('kit.first')}
      </Button>
      <Button
        icon="left"
        aria-label={t('kit.previous')}
        reason={first === 0 ? t('kit.first_page') : undefined}
        onClick={onBack}
      />
      <Button
        icon="right"
        aria-label={t('kit.next')}
        reason={more ? undefined : t('kit.last_page')}
        onClick={onNext}
      />
    </nav>
  );
}

/** The bar above a table with ticked rows: how many, what for, and how to end it. */
export function BulkBar({
  count,
  total,
  onClear,
  onAll,
  children,
}: {
  count: number;
  total?: number;
  onClear: () => void;
  onAll?: () => void;
  children?: ReactNode;
}) {
  const { t } = useWords();
  if (count === 0) return null;
  return (
    <div className={css.bulk} role="status">
      <span className="strong">{t('kit.selected', { n: count })}</span>
      {onAll && total !== undefined && total > count ? (
        <Button kind="link" onClick={onAll}>
          {t('kit.select_all_matching', { n: total })}
        </Button>
      ) : null}
      <Button kind="link" onClick={onClear}>
        {t('kit.clear_selection')}
      </Button>
      {children}
    </div>
  );
}

/** Reason why nothing matches, with the way back to everything. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useWords();
  return (
    <Empty title={t('kit.no_match')} action={<Button onClick={onClear}>{t('kit.clear_filters')}</Button>} />
  );
}
