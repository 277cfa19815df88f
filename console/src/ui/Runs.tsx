import { useWords } from '../messages';
import css from './Runs.module.css';

/** A run to come. */
export interface RunTime {
  /** UTC. */
  at: string;
  /** On the clocks of the schedule: "2026-11-29T02:00:00+01:00". */
  local: string;
  /** The clocks change between the run before and this one. */
  clock_changed: boolean;
}

/** Runs to come, on the clocks of their schedule. */
export function Runs({ label, runs }: { label: string; runs: readonly RunTime[] }) {
  const { t, locale } = useWords();
  const format = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: '2-digit',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  });
  return (
    <ol className={css.runs} aria-label={label}>
      {runs.map((run) => (
        <li key={run.at}>
          <time dateTime={run.at} className="number" title={run.at}>
            {/* The schedule's clocks, whatever zone the browser is in. */}
            {format.format(Date.parse(`${run.local.slice(0, 19)}Z`))}
          </time>{' '}
          <span className="soft number">{run.local.slice(19)}</span>
          {run.clock_changed ? <span className={css.changed}>{t('policy.clock_changed')}</span> : null}
        </li>
      ))}
    </ol>
  );
}
