import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { formatTime, instantIn } from '../lib/times';
import { useWords } from '../messages';
import { Icon } from './icons';
import css from './SearchBox.module.css';

/** A property by which a list can be narrowed. */
export interface Property {
  id: string;
  label: string;
  /** Its values, where they are few; else any text. */
  values?: { value: string; label: string }[];
  /** Its value is a moment; it has one at most. */
  time?: boolean;
}

interface Props {
  label: string;
  placeholder: string;
  properties: Property[];
  /** Property to chosen values: "or" within one, "and" between. */
  filter: Record<string, readonly string[]>;
  keyword: string;
  onChange: (filter: Record<string, readonly string[]>, keyword: string) => void;
}

interface Option {
  id: string;
  label: string;
  pick: () => void;
}

/** "Select a property or enter a keyword": properties become chips. */
export function SearchBox({ label, placeholder, properties, filter, keyword, onChange }: Props) {
  const { t, locale, zone } = useWords();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(keyword);
  const [open, setOpen] = useState(false);
  const [property, setProperty] = useState<Property | null>(null);
  const [active, setActive] = useState(-1);
  useEffect(() => setText(keyword), [keyword]);

  const add = (of: Property, value: string) => {
    const values = new Set(of.time ? [] : (filter[of.id] ?? []));
    values.add(value);
    setProperty(null);
    setText('');
    setActive(-1);
    setOpen(false);
    onChange({ ...filter, [of.id]: [...values] }, keyword === text ? '' : keyword);
  };
  const search = (next: string) => {
    setOpen(false);
    setActive(-1);
    onChange(filter, next.trim());
  };

  const matching = (word: string) => word.toLowerCase().includes(text.trim().toLowerCase());
  const options: Option[] = property
    ? (property.values ?? [])
        .filter((value) => matching(value.label))
        .map((value) => ({ id: value.value, label: value.label, pick: () => add(property, value.value) }))
    : properties
        .filter((each) => matching(each.label))
        .map((each) => ({
          id: each.id,
          label: each.label,
          pick: () => {
            setProperty(each);
            setText('');
            setActive(-1);
            input.current?.focus();
          },
        }));

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((at) =>
        options.length ? (at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length : -1,
      );
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const option = open ? options[active] : undefined;
      if (option) option.pick();
      else if (property && text.trim() !== '') add(property, text.trim());
      else if (!property) search(text);
    } else if (event.key === 'Escape' && (open || property || text !== '')) {
      event.preventDefault();
      event.stopPropagation();
      if (open) setOpen(false);
      else if (property) setProperty(null);
      else {
        setText('');
        search('');
      }
    } else if (event.key === 'Backspace' && text === '') {
      if (property) setProperty(null);
      else {
        const last = Object.entries(filter)
          .filter(([, values]) => values.length > 0)
          .at(-1);
        if (last) onChange({ ...filter, [last[0]]: last[1].slice(0, -1) }, keyword);
      }
    }
  };

  const chips = Object.entries(filter).flatMap(([name, values]) => {
    const of = properties.find((each) => each.id === name);
    const said = (value: string): string =>
      of?.time && !Number.isNaN(Date.parse(value))
        ? formatTime(value, { locale, zone })
        : (of?.values?.find((each) => each.value === value)?.label ?? value);
    return values.map((value) => ({ name, value, text: `${of?.label ?? name}: ${said(value)}` }));
  });
  const showing = open && options.length > 0;

  return (
    <div
      className={css.box}
      role="search"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <Icon name="search" className={css.glass} />
      {chips.map((chip) => (
        <span key={`${chip.name}=${chip.value}`} className={css.chip}>
          {chip.text}
          <button
            type="button"
            aria-label={t('kit.remove', { what: chip.text })}
            onClick={() => {
              onChange(
                { ...filter, [chip.name]: (filter[chip.name] ?? []).filter((value) => value !== chip.value) },
                keyword,
              );
              input.current?.focus();
            }}
          >
            <Icon name="close" size={10} />
          </button>
        </span>
      ))}
      {property ? <span className={css.property}>{property.label}:</span> : null}
      {property?.time ? (
        <TimeValue
          label={`${label}: ${property.label}`}
          onValue={(local) => {
            const at = instantIn(local, zone);
            if (at) add(property, at);
            else setProperty(null);
          }}
          onLeave={() => setProperty(null)}
        />
      ) : null}
      <span className={css.field} hidden={property?.time}>
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label={property ? `${label}: ${property.label}` : label}
          aria-expanded={showing}
          aria-controls={showing ? id : undefined}
          aria-autocomplete="list"
          aria-activedescendant={showing && active >= 0 ? `${id}-${active}` : undefined}
          data-search=""
          autoComplete="off"
          spellCheck={false}
          placeholder={property || chips.length ? '' : placeholder}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setOpen(true);
            setActive(-1);
          }}
          onClick={() => setOpen(true)}
          onKeyDown={onKeyDown}
        />
        {showing ? (
          <div
            id={id}
            role="listbox"
            aria-label={property ? property.label : t('kit.properties')}
            className={css.list}
          >
            {options.map((option, index) => (
              <div
                key={option.id}
                id={`${id}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                className={css.option}
                onPointerDown={(event) => event.preventDefault()}
                onClick={option.pick}
                onKeyDown={() => undefined}
              >
                {option.label}
              </div>
            ))}
          </div>
        ) : null}
      </span>
      {keyword || chips.length ? (
        <button
          type="button"
          className={css.clear}
          aria-label={t('kit.clear_filters')}
          onClick={() => onChange({}, '')}
        >
          <Icon name="close" size={14} />
        </button>
      ) : null}
    </div>
  );
}

/** A moment, in the browser's own field; Enter takes it. */
function TimeValue({
  label,
  onValue,
  onLeave,
}: {
  label: string;
  onValue: (local: string) => void;
  onLeave: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <input
      ref={field}
      type="datetime-local"
      className={css.time}
      aria-label={label}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          event.preventDefault();
          onValue(event.currentTarget.value);
        } else if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          onLeave();
        }
      }}
      onBlur={(event) => (event.currentTarget.value ? onValue(event.currentTarget.value) : onLeave())}
    />
  );
}
