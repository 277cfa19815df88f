import { type ComponentProps, type ReactNode, useId } from 'react';
import css from './Button.module.css';
import { Icon, type IconName } from './icons';
import { Tooltip } from './Tooltip';

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled'> {
  kind?: 'plain' | 'primary' | 'danger' | 'quiet' | 'link';
  icon?: IconName;
  /** Why it cannot be pressed now: greyed, still focusable, the reason as tooltip and description. */
  reason?: ReactNode;
  /** Something of it is under way: keeps its size, cannot be pressed twice. */
  busy?: boolean;
}

export function Button({
  kind = 'plain',
  icon,
  reason,
  busy = false,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const id = useId();
  const off = Boolean(reason) || busy;
  const button = (
    <button
      type="button"
      {...rest}
      className={[css.button, css[kind], children ? '' : css.square, className ?? ''].join(' ')}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-describedby={reason ? id : rest['aria-describedby']}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? <Icon name="spin" className={css.spin} /> : icon ? <Icon name={icon} /> : null}
      {children}
    </button>
  );
  if (!reason) return button;
  return (
    <>
      <Tooltip text={reason} press>
        {button}
      </Tooltip>
      <span id={id} hidden>
        {reason}
      </span>
    </>
  );
}
