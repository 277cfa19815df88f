import { Menu as Base } from '@base-ui/react/menu';
import { type ReactNode, type RefObject, useEffect, useImperativeHandle, useRef, useState } from 'react';
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

/** Opens a table's menu for a row, beside the button that was pressed. */
export type OpenMenu = (id: string, button: HTMLButtonElement, byKey: boolean) => void;

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

function Popup({
  entries,
  label,
  anchor,
  inside,
}: {
  entries: MenuEntry[];
  label?: string;
  /** What it opens beside where that is no trigger of its own. */
  anchor?: HTMLElement | undefined;
  inside?: RefObject<HTMLDivElement | null>;
}) {
  const container = usePortal();
  return (
    <Base.Portal container={container}>
      <Base.Positioner
        className={css.positioner}
        sideOffset={4}
        align="end"
        collisionPadding={8}
        anchor={anchor}
      >
        <Base.Popup
          ref={inside}
          className={css.popup}
          aria-label={label}
          {...(anchor ? { finalFocus: () => anchor } : {})}
        >
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

/**
 * The one menu of a table. The rows have plain buttons that ask for it: as triggers of the menu each
 * of them would follow its state, which costs more than the rest of the row.
 */
export function RowMenu<T extends { id: string }>({
  opener,
  rows,
  entries,
}: {
  opener: RefObject<OpenMenu | null>;
  rows: readonly T[] | undefined;
  entries: (row: T) => MenuEntry[];
}) {
  const [asked, setAsked] = useState<{ id: string; button: HTMLButtonElement; byKey: boolean }>();
  const [open, setOpen] = useState(false);
  const popup = useRef<HTMLDivElement>(null);
  useImperativeHandle(
    opener,
    () => (id, button, byKey) => {
      setAsked({ id, button, byKey });
      setOpen(true);
    },
    [],
  );
  const row = asked && rows?.find((each) => each.id === asked.id);
  const shown = open && row !== undefined;
  useEffect(() => {
    if (!shown || !asked) return;
    const { button } = asked;
    button.setAttribute('aria-expanded', 'true');
    button.setAttribute('data-popup-open', '');
    return () => {
      button.setAttribute('aria-expanded', 'false');
      button.removeAttribute('data-popup-open');
    };
  }, [shown, asked]);
  return (
    <Base.Root
      open={shown}
      onOpenChange={setOpen}
      onOpenChangeComplete={(complete) => {
        if (complete && asked?.byKey && document.activeElement === popup.current)
          popup.current?.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
      }}
    >
      <Popup
        entries={row ? entries(row) : []}
        label={asked?.button.getAttribute('aria-label') ?? ''}
        anchor={asked?.button}
        inside={popup}
      />
    </Base.Root>
  );
}

export function RowMenuButton({
  opener,
  id,
  label,
  children,
}: {
  opener: RefObject<OpenMenu | null>;
  /** Of the row. */
  id: string;
  label: string;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      className={css.trigger}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={false}
      data-row-menu=""
      // A press by key or by script has no pointer: the first entry takes the focus then.
      onClick={(event) => opener.current?.(id, event.currentTarget, event.detail === 0)}
    >
      {children}
      <Icon name="more" size={14} />
    </button>
  );
}
