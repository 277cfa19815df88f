import { useQuery } from '@tanstack/react-query';
import { type ComponentProps, lazy, Suspense, useState } from 'react';
import { list } from '../api/queries';
import { useWords } from '../messages';
import { Icon } from '../ui/icons';
import shell from './Shell.module.css';
import css from './Tray.module.css';

const TrayPopup = lazy(() => import('./TrayPopup'));

/** What runs or waits now. */
export const openTasks = (project: string) =>
  list('task', project, { limit: 20, filter: { state: ['running', 'waiting'] } });

/** What runs, what failed last, what was said: from every page. What it opens comes with the first press. */
export function Tray({ project }: { project: string }) {
  const [wanted, setWanted] = useState(false);
  const running = useQuery(openTasks(project));
  const button = (
    <TrayButton
      count={running.data?.total ?? 0}
      aria-haspopup="dialog"
      aria-expanded={false}
      onClick={() => setWanted(true)}
    />
  );
  return wanted ? (
    <Suspense fallback={button}>
      <TrayPopup project={project} />
    </Suspense>
  ) : (
    button
  );
}

/** The button of the tray, with the number of tasks. */
export function TrayButton({ count, ...rest }: { count: number } & ComponentProps<'button'>) {
  const { t } = useWords();
  const label = count ? t('tray.running', { n: count }) : t('tray.none');
  return (
    <button type="button" {...rest} className={shell.user} aria-label={label}>
      <Icon name={count ? 'spin' : 'tasks'} className={count ? css.turn : undefined} />
      <span className={shell.word}>{count ? label : t('tray.tasks')}</span>
      {count ? <span className={css.badge}>{count}</span> : null}
    </button>
  );
}
