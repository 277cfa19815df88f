import { plain } from '../lib/prose';
import type { Look } from '../lib/status';
import { useWords } from '../messages';
import { Icon, type IconName } from './icons';
import { Prose } from './Prose';
import css from './StatusWord.module.css';
import { Since } from './Time';
import { Tooltip } from './Tooltip';

const icons: Record<Look['tone'], IconName> = {
  good: 'tick',
  busy: 'spin',
  warn: 'warn',
  bad: 'cross',
  off: 'pause',
};

interface Props {
  look: Look;
  /** Percent, shown where the state has one. */
  percent?: number | undefined;
  /** When a passing state began: seconds since are shown. */
  since?: string | null | undefined;
  /** More about it, as tooltip: the cause of an error. */
  detail?: string | null | undefined;
}

/** A state: icon, word and colour. */
export function StatusWord({ look, percent, since, detail }: Props) {
  const { t } = useWords();
  const word = look.key ? t(look.key as 'state.available') : (look.word ?? '');
  const body = (
    <span className={`${css.status} ${css[look.tone]}`} tabIndex={detail ? 0 : undefined}>
      <Icon
        name={icons[look.tone]}
        size={14}
        className={look.passing && look.tone === 'busy' ? css.turn : undefined}
      />
      <span>
        {word}
        {look.percent && percent !== undefined ? <span className="number"> {percent} %</span> : null}
        {look.passing && since ? (
          <span className={css.since}>
            {' '}
            <Since at={since} />
          </span>
        ) : null}
      </span>
      {detail ? <span className="hidden">{plain(detail)}</span> : null}
    </span>
  );
  return detail ? <Tooltip text={<Prose text={detail} />}>{body}</Tooltip> : body;
}
