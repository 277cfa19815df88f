import { type ComponentProps, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import css from './Form.module.css';
import { Icon } from './icons';
import { afterPress } from './press';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong; shown once what was typed is left, or by `shown`. */
  error?: string | null | undefined;
  /** Show the error now, as on submit. */
  shown?: boolean;
  required?: boolean;
}

function Shell({
  id,
  label,
  hint,
  error,
  required,
  counter,
  children,
}: Omit<FieldProps, 'shown'> & { id: string; counter?: ReactNode; children: ReactNode }) {
  return (
    <div className={css.field}>
      <div className={css.caption}>
        <label htmlFor={id}>
          {label}
          {required ? <span aria-hidden="true"> *</span> : null}
        </label>
        {counter}
      </div>
      {children}
      {error ? (
        <p id={`${id}-error`} className={css.error}>
          <Icon name="cross" size={12} /> {error}
        </p>
      ) : null}
      {hint ? (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

const described = (id: string, hint: unknown, error: unknown): string | undefined =>
  [error ? `${id}-error` : '', hint ? `${id}-hint` : ''].filter(Boolean).join(' ') || undefined;

type TextProps = FieldProps &
  Omit<ComponentProps<'input'>, 'onChange'> & {
    value: string;
    onChange: (value: string) => void;
    /** Unit at the right, such as GiB. */
    unit?: string;
    mono?: boolean;
  };

/** One line of text. */
export function TextField({
  label,
  hint,
  error,
  shown = false,
  required,
  value,
  onChange,
  unit,
  mono,
  id,
  className,
  ...rest
}: TextProps) {
  const own = useId();
  const field = id ?? own;
  const [left, setLeft] = useState(false);
  const [typed, setTyped] = useState(false);
  const wrong = left || shown ? error : null;
  return (
    <Shell id={field} label={label} hint={hint} error={wrong} {...(required ? { required } : {})}>
      <span className={css.with}>
        <input
          {...rest}
          id={field}
          className={`${css.input} ${mono ? css.mono : ''} ${className ?? ''}`}
          value={value}
          required={required}
          aria-required={required || undefined}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={described(field, hint, wrong)}
          onChange={(event) => {
            setTyped(true);
            onChange(event.target.value);
          }}
          onBlur={(event) => {
            if (typed) afterPress(() => setLeft(true));
            rest.onBlur?.(event);
          }}
        />
        {unit ? <span className={css.unit}>{unit}</span> : null}
      </span>
    </Shell>
  );
}

/** A file from the visitor's machine. */
export function FileField({
  label,
  hint,
  error,
  shown = false,
  required,
  accept,
  off = false,
  onChange,
}: FieldProps & {
  accept: string;
  /** It cannot be changed now. */
  off?: boolean;
  onChange: (file: File | null) => void;
}) {
  const id = useId();
  const wrong = shown ? error : null;
  return (
    <Shell id={id} label={label} hint={hint} error={wrong} {...(required ? { required } : {})}>
      <input
        id={id}
        type="file"
        className={css.input}
        accept={accept}
        disabled={off}
        required={required}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={described(id, hint, wrong)}
        onChange={(event) => onChange(event.target.files?.[0] ?? null)}
      />
    </Shell>
  );
}

/** Several lines of text with a counter; input stops at `longest`. */
export function TextArea({
  label,
  hint,
  value,
  onChange,
  longest,
  rows = 2,
}: FieldProps & { value: string; onChange: (value: string) => void; longest: number; rows?: number }) {
  const id = useId();
  return (
    <Shell
      id={id}
      label={label}
      hint={hint}
      counter={<span className={`${css.counter} number`}>{`${value.length}/${longest}`}</span>}
    >
      <textarea
        id={id}
        className={css.input}
        rows={rows}
        maxLength={longest}
        value={value}
        aria-describedby={described(id, hint, null)}
        onChange={(event) => onChange(event.target.value)}
      />
    </Shell>
  );
}

export interface Choice {
  value: string;
  label: string;
  /** Why it cannot be chosen; said after the label. */
  reason?: string | undefined;
}

/** One of several, in the browser's own list. */
export function SelectField({
  label,
  hint,
  error,
  shown = true,
  required,
  value,
  onChange,
  choices,
  bare = false,
  placeholder,
}: FieldProps & {
  value: string;
  onChange: (value: string) => void;
  choices: Choice[];
  bare?: boolean;
  placeholder?: string;
}) {
  const id = useId();
  const wrong = shown ? error : null;
  const select = (
    <select
      id={id}
      className={`${css.input} ${css.select}`}
      value={value}
      aria-label={bare ? label : undefined}
      aria-required={required || undefined}
      aria-invalid={wrong ? true : undefined}
      aria-describedby={described(id, bare ? null : hint, bare ? null : wrong)}
      onChange={(event) => onChange(event.target.value)}
    >
      {placeholder ? (
        <option value="" disabled>
          {placeholder}
        </option>
      ) : null}
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value} disabled={Boolean(choice.reason)}>
          {choice.reason ? `${choice.label} – ${choice.reason}` : choice.label}
        </option>
      ))}
    </select>
  );
  if (bare) return select;
  return (
    <Shell id={id} label={label} hint={hint} error={wrong} {...(required ? { required } : {})}>
      {select}
    </Shell>
  );
}

interface TickProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  /** Some, not all. */
  mixed?: boolean;
  onChange: (checked: boolean, shift: boolean) => void;
  /** Why it cannot be changed: greyed, still focusable. */
  reason?: string | undefined;
  /** The label is for those who do not see the row. */
  hiddenLabel?: boolean;
}

/** A tick box with its label. */
export function Tick({
  label,
  hint,
  checked,
  mixed = false,
  onChange,
  reason,
  hiddenLabel = false,
}: TickProps) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const shift = useRef(false);
  useEffect(() => {
    if (box.current) box.current.indeterminate = mixed;
  }, [mixed]);
  return (
    <span className={`${css.tick} ${reason ? css.off : ''}`}>
      <input
        ref={box}
        id={id}
        type="checkbox"
        className={css.box}
        checked={checked}
        aria-disabled={reason ? true : undefined}
        aria-describedby={hint || reason ? `${id}-hint` : undefined}
        onClick={(event) => {
          shift.current = event.shiftKey;
          if (reason) event.preventDefault();
        }}
        onChange={(event) => {
          if (!reason) onChange(event.target.checked, shift.current);
        }}
      />
      <span className={css.words}>
        <label htmlFor={id} className={hiddenLabel ? 'hidden' : undefined}>
          {label}
        </label>
        {hint || reason ? (
          <span id={`${id}-hint`} className={hiddenLabel ? 'hidden' : css.hint}>
            {reason ?? hint}
          </span>
        ) : null}
      </span>
    </span>
  );
}

/** One of a few ways, each with its consequence. */
export function Radios<T extends string>({
  label,
  value,
  onChange,
  choices,
}: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  choices: { value: T; label: string; hint?: ReactNode; reason?: string | undefined }[];
}) {
  const name = useId();
  return (
    <fieldset className={css.radios}>
      <legend className={css.legend}>{label}</legend>
      {choices.map((choice) => (
        <span key={choice.value} className={`${css.tick} ${choice.reason ? css.off : ''}`}>
          <input
            id={`${name}-${choice.value}`}
            type="radio"
            className={css.box}
            name={name}
            checked={choice.value === value}
            aria-disabled={choice.reason ? true : undefined}
            aria-describedby={choice.hint || choice.reason ? `${name}-${choice.value}-hint` : undefined}
            onChange={() => {
              if (!choice.reason) onChange(choice.value);
            }}
          />
          <span className={css.words}>
            <label htmlFor={`${name}-${choice.value}`}>{choice.label}</label>
            {choice.hint || choice.reason ? (
              <span id={`${name}-${choice.value}-hint`} className={css.hint}>
                {choice.reason ?? choice.hint}
              </span>
            ) : null}
          </span>
        </span>
      ))}
    </fieldset>
  );
}

/** A group of fields with a heading. */
export function Group({ label, children, aside }: { label: string; children: ReactNode; aside?: ReactNode }) {
  return (
    <fieldset className={css.group}>
      <legend className={css.legend}>{label}</legend>
      {aside ? <div className={css.aside}>{aside}</div> : null}
      {children}
    </fieldset>
  );
}
