// What every list page shares: its state in the address, one page of rows from the server.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import { everything, type Filter, list } from '../api/queries';
import type { Kind, Kinds } from '../api/types';
import type { ListSearch } from '../lib/search';

export interface ListState<T> {
  rows: readonly T[] | undefined;
  total: number;
  failure: unknown;
  retry: () => void;
  sort: string;
  onSort: (sort: string) => void;
  filter: Record<string, readonly string[]>;
  keyword: string;
  onSearch: (filter: Record<string, readonly string[]>, keyword: string) => void;
  /** All rows that match, of every page: at most so many. */
  everything: (most: number) => Promise<T[]>;
  /** Whether the list is narrowed. */
  narrowed: boolean;
  clear: () => void;
  pager: {
    first: number;
    count: number;
    total: number;
    more: boolean;
    size: number;
    onFirst: () => void;
    onBack: () => void;
    onNext: () => void;
    onSize: (size: number) => void;
  };
}

interface Options<K extends Kind> {
  kind: K;
  project: string;
  /** The page's search parameters. */
  search: ListSearch;
  /** Properties that narrow the list. */
  properties: readonly string[];
  sort: string;
  /** Filter that always holds, such as the type of a page. */
  always?: Filter;
}

export function useList<K extends Kind>({
  kind,
  project,
  search,
  properties,
  sort,
  always,
}: Options<K>): ListState<Kinds[K]> {
  const navigate = useNavigate();
  const router = useRouter();
  const size = search.limit ?? 50;
  const first = search.after ? (search.at ?? size) : 0;
  const filter: Record<string, readonly string[]> = {};
  for (const name of properties) {
    const value = search[name];
    if (Array.isArray(value)) filter[name] = value;
  }
  const order = search.sort ?? sort;
  const wanted = { q: search.q, sort: order, filter: { ...filter, ...always } };
  const query = useQuery(list(kind, project, { ...wanted, limit: size, marker: search.after }));
  const go = useCallback(
    (change: Record<string, unknown>, page = false) => {
      void navigate({
        to: '.',
        search: (before: Record<string, unknown>) => ({
          ...before,
          ...(page ? {} : { after: undefined, at: undefined }),
          ...change,
        }),
        replace: !page,
        state: page ? (before: object) => ({ ...before, paged: true }) : true,
        resetScroll: page,
      } as never);
    },
    [navigate],
  );
  const rows = query.data?.items;
  const total = query.data?.total ?? 0;
  const cleared = (): Record<string, undefined> =>
    Object.fromEntries([...properties, 'q'].map((name) => [name, undefined]));
  return {
    rows,
    total,
    failure: query.error && !query.data ? query.error : null,
    retry: () => void query.refetch(),
    sort: order,
    onSort: (next) => go({ sort: next === sort ? undefined : next }),
    filter,
    keyword: search.q ?? '',
    onSearch: (next, keyword) => go({ ...cleared(), ...next, q: keyword || undefined }),
    everything: (most) => everything(kind, project, wanted, most),
    narrowed: Boolean(search.q) || Object.values(filter).some((values) => values.length > 0),
    clear: () => go(cleared()),
    pager: {
      first,
      count: rows?.length ?? 0,
      total,
      more: Boolean(query.data?.next),
      size,
      onFirst: () => go({}),
      onBack: () => {
        if ((router.history.location.state as { paged?: boolean }).paged) router.history.back();
        else go({});
      },
      onNext: () => {
        const next = query.data?.next;
        if (next) go({ after: next, at: first + (rows?.length ?? 0) }, true);
      },
      onSize: (next) => go({ limit: next === 50 ? undefined : next }),
    },
  };
}

export { useColumns } from './useColumns';
export { useSelection } from './useSelection';
