import { Dialog as Base } from '@base-ui/react/dialog';
import { type FormEvent, type ReactNode, type RefObject, useRef, useState } from 'react';
import { useWords } from '../messages';
import { Button } from './Button';
import css from './Dialog.module.css';
import { Failure } from './Failure';
import { openerOrHeading } from './focus';
import { usePortal } from './portal';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the foot, right aligned; Cancel comes first and is there by itself. */
  actions?: ReactNode;
  /** At the left of the foot. */
  aside?: ReactNode;
  width?: 'small' | 'medium' | 'wide';
  /** Fields were changed: Escape and the cross ask before they are thrown away. */
  dirty?: boolean;
  /** What the API refused; shown on top. */
  failure?: unknown;
  onSubmit?: () => void;
  initialFocus?: RefObject<HTMLElement | null>;
  cancelLabel?: string;
  /** Where the focus goes on closing if the element that had it is gone. */
  finalFocus?: RefObject<HTMLElement | null>;
}

/** The first field to type in. */
const toType = (form: HTMLElement | null): HTMLElement | null =>
  form?.querySelector<HTMLElement>(
    ':is(input:not([type=checkbox], [type=radio], [type=hidden]), textarea):not([readonly], [disabled], [aria-hidden=true])',
  ) ?? null;

/** A modal dialog over the page. It is open as long as it is rendered. */
export function Dialog({
  title,
  onClose,
  children,
  actions,
  aside,
  width = 'medium',
  dirty = false,
  failure,
  onSubmit,
  initialFocus,
  cancelLabel,
  finalFocus,
}: DialogProps) {
  const { t } = useWords();
  const container = usePortal();
  const [asking, setAsking] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const stay = useRef<HTMLButtonElement>(null);
  const leave = () => {
    if (dirty && !asking) {
      setAsking(true);
      queueMicrotask(() => stay.current?.focus());
    } else onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSubmit?.();
  };
  return (
    <Base.Root
      open
      disablePointerDismissal
      onOpenChange={(open, details) => {
        if (open) return;
        if (asking) {
          details.cancel();
          setAsking(false);
        } else if (dirty) {
          details.cancel();
          leave();
        } else onClose();
      }}
    >
      <Base.Portal container={container}>
        <Base.Backdrop className={css.veil} />
        <Base.Viewport className={css.viewport}>
          <Base.Popup
            data-modal=""
            className={`${css.popup} ${css[width]}`}
            initialFocus={
              initialFocus ?? ((by) => (by !== 'touch' && toType(form.current)) || cancel.current)
            }
            finalFocus={finalFocus ?? (() => openerOrHeading() ?? true)}
          >
            <header className={css.head}>
              <Base.Title className={css.title}>{title}</Base.Title>
              <Button kind="quiet" icon="close" aria-label={t('kit.close')} onClick={leave} />
            </header>
            <form ref={form} className={css.form} onSubmit={submit} noValidate>
              <div className={css.body}>
                {failure ? <Failure error={failure} /> : null}
                {children}
              </div>
              {asking ? (
                <footer className={css.foot} role="alertdialog" aria-label={t('kit.discard_question')}>
                  <span className="grow">{t('kit.discard_question')}</span>
                  <Button ref={stay} onClick={() => setAsking(false)}>
                    {t('kit.keep_editing')}
                  </Button>
                  <Button kind="danger" onClick={onClose}>
                    {t('kit.discard')}
                  </Button>
                </footer>
              ) : (
                <footer className={css.foot}>
                  <span className="grow">{aside}</span>
                  <Button ref={cancel} onClick={onClose}>
                    {cancelLabel ?? t('kit.cancel')}
                  </Button>
                  {actions}
                </footer>
              )}
            </form>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

interface ConfirmProps {
  /** How bad it is: 1 says what happens; 2 wants DELETE typed; 3 wants the object's name typed. */
  level: 1 | 2 | 3;
  title: string;
  /** What goes, and what else breaks. */
  children: ReactNode;
  /** The verb and its object: "Delete 3 backups". */
  action: string;
  /** The name to type at level 3. */
  name?: string;
  /** Red, since it destroys. Levels 2 and 3 always are. */
  destroys?: boolean;
  busy?: boolean;
  failure?: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before damage, by the level of the damage. */
export function Confirm({
  level,
  title,
  children,
  action,
  name = '',
  destroys = false,
  busy = false,
  failure,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const word = level === 2 ? 'DELETE' : level === 3 ? name : '';
  const right = typed === word;
  const id = `type-${level}`;
  return (
    <Dialog
      title={title}
      width={level === 1 ? 'small' : 'medium'}
      onClose={onClose}
      failure={failure}
      {...(level > 1 ? { initialFocus: field } : {})}
      onSubmit={() => {
        if (right && !busy) onConfirm();
      }}
      actions={
        <Button
          type="submit"
          kind={level > 1 || destroys ? 'danger' : 'primary'}
          busy={busy}
          reason={right ? undefined : t('kit.type_reason', { word })}
        >
          {action}
        </Button>
      }
    >
      <div className="stack">
        {children}
        {level > 1 ? (
          <div className={css.type}>
            <label htmlFor={id}>{t('kit.type_label', { word })}</label>
            <input
              id={id}
              ref={field}
              className={css.input}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        ) : null}
      </div>
    </Dialog>
  );
}
