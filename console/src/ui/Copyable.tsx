import { useState } from 'react';
import { useWords } from '../messages';
import { announce } from './announce';
import css from './Copyable.module.css';
import { Icon } from './icons';

/** An id with a copy button; the whole id in the title where only its beginning shows. */
export function Copyable({ text, short = false, name }: { text: string; short?: boolean; name?: string }) {
  const { t } = useWords();
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setDone(true);
    announce(t('kit.copied'));
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <span className={css.copyable} data-copyable="">
      <code title={text}>{short ? `${text.slice(0, 13)}…` : text}</code>
      <button
        type="button"
        className={css.button}
        onClick={copy}
        aria-label={t('kit.copy', { what: name ?? text })}
      >
        <Icon name={done ? 'check' : 'copy'} size={12} />
      </button>
    </span>
  );
}
