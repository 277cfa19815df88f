import { Menu as Base } from '@base-ui/react/menu';
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons';
import css from './Menu.module.css';
import { usePortal } from './portal';

/** One entry of a menu: an action, a sub-menu, or a line between groups. */
export type MenuEntry =
  | {
      label: string;
      onSelect: () => void;
      /** Why it cannot be chosen now: greyed with the reason below. */
      reason?: string | undefined;
      danger?: boolean;
      icon?: IconName;
      /** Key that does the same, shown at the right. */
      keys?: string;
      /** The chosen one of a group. */
      checked?: boolean;
    }
  | { label: string; entries: MenuEntry[]; reason?: string | undefined }
  | { divider: true }
  | { heading: string };

export const createMenuHandle = Base.createHandle;
export type MenuHandle<T> = Base.Handle<T>;

function Entries({ entries }: { entries: MenuEntry[] }) {
  const container = usePortal();
  return entries.map((entry, index) => {
    if ('divider' in entry) {
      // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing else to tell them apart
      return <Base.Separator key={`line-${index}`} className={css.line} />;
    }
    if ('heading' in entry) {
      return (
        <Base.Group key={entry.heading}>
          <Base.GroupLabel className={css.heading}>{entry.heading}</Base.GroupLabel>
        </Base.Group>
      );
    }
    if ('entries' in entry) {
      return (
        <Base.SubmenuRoot key={entry.label} disabled={Boolean(entry.reason)}>
          <Base.SubmenuTrigger className={css.item} label={entry.label}>
            <span className={css.label}>
              {entry.label}
              {entry.reason ? <small className={css.reason}>{entry.reason}</small> : null}
            </span>
            <Icon name="right" size={14} />
          </Base.SubmenuTrigger>
          <Base.Portal container={container}>
            <Base.Positioner className={css.positioner} sideOffset={-4} alignOffset={-5} collisionPadding={8}>
              <Base.Popup className={css.popup}>
                <Entries entries={entry.entries} />
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.SubmenuRoot>
      );
    }
    const body = (
      <>
        {entry.checked !== undefined ? (
          <span className={css.check}>{entry.checked ? <Icon name="check" size={14} /> : null}</span>
        ) : entry.icon ? (
          <Icon name={entry.icon} size={14} />
        ) : null}
        <span className={css.label}>
          {entry.label}
          {entry.reason ? <small className={css.reason}>{entry.reason}</small> : null}
        </span>
        {entry.keys ? <kbd className={css.keys}>{entry.keys}</kbd> : null}
      </>
    );
    const look = `${css.item} ${entry.danger ? css.danger : ''}`;
    if (entry.checked !== undefined) {
      return (
        <Base.CheckboxItem
          key={entry.label}
          className={look}
          label={entry.label}
          checked={entry.checked}
          onCheckedChange={entry.onSelect}
          closeOnClick
        >
          {body}
        </Base.CheckboxItem>
      );
    }
    return (
      <Base.Item
        key={entry.label}
        className={look}
        label={entry.label}
        disabled={Boolean(entry.reason)}
        onClick={entry.onSelect}
      >
        {body}
      </Base.Item>
    );
  });
}

function Popup({ entries, label }: { entries: MenuEntry[]; label?: string }) {
  const container = usePortal();
  return (
    <Base.Portal container={container}>
      <Base.Positioner className={css.positioner} sideOffset={4} align="end" collisionPadding={8}>
        <Base.Popup className={css.popup} aria-label={label}>
          <Entries entries={entries} />
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

/** A button with its menu. */
export function MenuButton({
  label,
  children,
  entries,
  className,
}: {
  /** Name of the button where its content does not say it. */
  label?: string;
  children: ReactNode;
  entries: MenuEntry[];
  className?: string | undefined;
}) {
  return (
    <Base.Root>
      <Base.Trigger className={className ?? css.trigger} aria-label={label}>
        {children}
      </Base.Trigger>
      <Popup entries={entries} />
    </Base.Root>
  );
}

/** The one menu of a table: every row has a trigger with its row as payload. */
export function RowMenu<T>({ handle, entries }: { handle: MenuHandle<T>; entries: (row: T) => MenuEntry[] }) {
  return (
    <Base.Root handle={handle}>
      {({ payload }: { payload: T | undefined }) => (
        <Popup entries={payload === undefined ? [] : entries(payload)} />
      )}
    </Base.Root>
  );
}

export function RowMenuTrigger<T>({
  handle,
  payload,
  id,
  label,
  children,
}: {
  handle: MenuHandle<T>;
  payload: T;
  id: string;
  label: string;
  children: ReactNode;
}) {
  return (
    <Base.Trigger
      handle={handle}
      payload={payload}
      id={id}
      className={css.trigger}
      aria-label={label}
      data-row-menu=""
    >
      {children}
      <Icon name="more" size={14} />
    </Base.Trigger>
  );
}
