// Links to objects in lists, and the columns that hold them.
import { useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Copyable } from '../ui/Copyable';
import { type Column, NameCell } from '../ui/Table';
import { objectPath } from './paths';

/**
 * A link to the page of an object. The router's own follows every change of the address, to know
 * whether it leads to where one is: in a list of fifty rows that costs more than the rows.
 */
export function ObjectLink({
  project,
  kind,
  id,
  tab,
  children,
  ...rest
}: {
  project: string;
  kind: 'server' | 'disk' | 'vault' | 'backup' | 'task' | 'image';
  id: string;
  tab?: string;
  children: ReactNode;
  className?: string;
  title?: string;
  'aria-label'?: string;
  /** The link that a row's keys move to. */
  'data-row'?: '';
}) {
  const { history } = useRouter();
  const path = `${objectPath(project, kind, id)}${tab ? `?tab=${tab}` : ''}`;
  return (
    <a
      {...rest}
      href={path}
      onClick={(event) => {
        // With a key held, the browser opens it elsewhere.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        history.push(path);
      }}
    >
      {children}
    </a>
  );
}

/** The first column of a list: name over id, the name a link where the object has a page. */
export function nameColumn<T extends { id: string; name: string }>(
  header: string,
  options: {
    page?: { project: string; kind: 'server' | 'vault' | 'backup' | 'image' };
    after?: (row: T) => ReactNode;
  } = {},
): Column<T> {
  const { page, after } = options;
  return {
    id: 'name',
    header,
    sort: 'name',
    names: true,
    cell: (row) => (
      <NameCell
        link={
          page ? (
            <ObjectLink data-row="" {...page} id={row.id}>
              {row.name}
            </ObjectLink>
          ) : (
            <span data-row="" tabIndex={-1}>
              {row.name}
              {after?.(row)}
            </span>
          )
        }
        id={<Copyable text={row.id} short name={row.name} />}
      />
    ),
  };
}
