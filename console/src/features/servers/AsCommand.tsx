import { useWords } from '../../messages';
import css from './BackupDialog.module.css';
import { commands, requests } from './command';
import type { Plan } from './run';

/** The same as a command and as a request. */
export function AsCommand({ plan }: { plan: Plan }) {
  const { t } = useWords();
  const lines = commands(plan).join('\n');
  return (
    <details className={css.command}>
      <summary>{t('backup.as_command')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{[lines, ...requests(plan)].filter(Boolean).join('\n\n')}</pre>
    </details>
  );
}
