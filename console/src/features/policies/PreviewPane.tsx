import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type DryRun, dryRun } from '../../api/policies';
import { useWords } from '../../messages';
import { Failure } from '../../ui/Failure';
import { Runs } from '../../ui/Runs';
import { Going } from './Going';
import css from './policies.module.css';

/** The value once it has stood still for a while: what is typed asks nothing letter by letter. */
function useSettled<T>(value: T, wait = 300): T {
  const [settled, setSettled] = useState(value);
  const text = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: values are told apart by what they say
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [text, wait]);
  return settled;
}

/** What a policy would do, as the server works it out: next runs, and which backups would go. */
export function PreviewPane({
  project,
  run,
  vaults,
  runs = 10,
}: {
  project: string;
  /** Null while the policy is not complete. */
  run: DryRun | null;
  /** Vaults that are looked at: without one nothing can go. */
  vaults: number;
  /** How many runs show. */
  runs?: number;
}) {
  const { t } = useWords();
  const settled = useSettled(run);
  const { data, error, isPlaceholderData } = useQuery(dryRun(project, settled));
  if (run === null) {
    return (
      <aside className={css.preview} aria-label={t('policy.preview')}>
        <p className="soft">{t('policy.preview_wrong')}</p>
      </aside>
    );
  }
  return (
    <aside className={css.preview} aria-label={t('policy.preview')} aria-busy={!data || isPlaceholderData}>
      {error ? <Failure error={error} /> : null}
      {data ? (
        <>
          <div>
            <h3>{t('policy.next_runs')}</h3>
            {data.next_runs.length ? (
              <Runs label={t('policy.next_runs')} runs={data.next_runs.slice(0, runs)} />
            ) : (
              <p className="soft">{t('policy.no_runs')}</p>
            )}
          </div>
          <div>
            <h3>{t('policy.going')}</h3>
            {vaults === 0 ? (
              <p className="soft">{t('policy.going_unknown')}</p>
            ) : data.deletions.length ? (
              <Going preview={data} />
            ) : (
              <p className="soft">{t('policy.going_none')}</p>
            )}
          </div>
        </>
      ) : null}
    </aside>
  );
}
