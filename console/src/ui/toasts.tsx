import { type ReactNode, useSyncExternalStore } from 'react';
import { useWords } from '../messages';
import { Button } from './Button';
import { Icon } from './icons';
import { Prose } from './Prose';
import css from './toasts.module.css';

export interface Toast {
  id: number;
  tone: 'good' | 'bad' | 'info';
  text: ReactNode;
  /** What was said, in words, for the list. */
  action?: { label: string; onSelect: () => void } | undefined;
  at: number;
}

let next = 1;
let shown: readonly Toast[] = [];
let kept: readonly Toast[] = [];
const listeners = new Set<() => void>();
const changed = () => {
  for (const listener of listeners) listener();
};
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** Says something in a corner: success for 6 s or, with `stay`, like errors until closed; at most 3. */
export function toast(
  tone: Toast['tone'],
  text: ReactNode,
  action?: Toast['action'],
  { stay = tone === 'bad' }: { stay?: boolean } = {},
): number {
  const entry: Toast = { id: next++, tone, text, action, at: Date.now() };
  shown = [...shown, entry].slice(-3);
  kept = [entry, ...kept].slice(0, 50);
  changed();
  if (!stay) later(entry.id);
  return entry.id;
}

// A toast stays while the pointer or the focus is on it.
let held = false;
function later(id: number): void {
  setTimeout(() => (held ? later(id) : closeToast(id)), 6000);
}

export function closeToast(id: number): void {
  if (!shown.some((entry) => entry.id === id)) return;
  shown = shown.filter((entry) => entry.id !== id);
  changed();
}

/** All that was said, newest first. */
export const useNotices = (): readonly Toast[] => useSyncExternalStore(subscribe, () => kept);

export function Toasts() {
  const { t } = useWords();
  const entries = useSyncExternalStore(subscribe, () => shown);
  return (
    <section
      className={css.area}
      aria-label={t('kit.notices')}
      onPointerEnter={() => {
        held = true;
      }}
      onPointerLeave={() => {
        held = false;
      }}
      onFocus={() => {
        held = true;
      }}
      onBlur={() => {
        held = false;
      }}
    >
      {entries.map((entry) => (
        <div
          key={entry.id}
          className={`${css.toast} ${css[entry.tone]}`}
          role={entry.tone === 'bad' ? 'alert' : 'status'}
        >
          <Icon name={entry.tone === 'good' ? 'tick' : entry.tone === 'bad' ? 'cross' : 'info'} />
          <div className="grow">
            {typeof entry.text === 'string' ? <Prose text={entry.text} /> : entry.text}
          </div>
          {entry.action ? (
            <Button
              kind="link"
              onClick={() => {
                closeToast(entry.id);
                entry.action?.onSelect();
              }}
            >
              {entry.action.label}
            </Button>
          ) : null}
          <Button
            kind="quiet"
            icon="close"
            aria-label={t('kit.close')}
            onClick={() => closeToast(entry.id)}
          />
        </div>
      ))}
    </section>
  );
}
