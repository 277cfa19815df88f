import type { ReactNode } from 'react';
import { Icon } from './icons';
import css from './Toggles.module.css';

/** Several of a fixed set, each a button that is pressed or not. */
export function Toggles<T extends string | number>({
  label,
  choices,
  wide = false,
  chosen,
  onChange,
  error,
  children,
}: {
  label: string;
  choices: readonly { value: T; label: string }[];
  /** The labels are words. */
  wide?: boolean;
  chosen: readonly T[];
  /** Gets the chosen ones in the order of the choices. */
  onChange: (chosen: T[]) => void;
  error?: string | null | undefined;
  /** Beside the label. */
  children?: ReactNode;
}) {
  const has = new Set(chosen);
  const toggle = (value: T) =>
    onChange(
      choices.map((each) => each.value).filter((each) => (each === value ? !has.has(each) : has.has(each))),
    );
  return (
    <fieldset className={css.field}>
      <legend className={css.legend}>{label}</legend>
      {children ? <div className={css.aside}>{children}</div> : null}
      <div className={`${css.choices} ${wide ? css.wide : ''}`}>
        {choices.map((choice) => (
          <button
            key={choice.value}
            type="button"
            className={css.choice}
            aria-pressed={has.has(choice.value)}
            onClick={() => toggle(choice.value)}
          >
            {choice.label}
          </button>
        ))}
      </div>
      {error ? (
        <p className={css.error} role="alert">
          <Icon name="cross" size={12} /> {error}
        </p>
      ) : null}
    </fieldset>
  );
}
