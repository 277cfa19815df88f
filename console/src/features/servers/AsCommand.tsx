import { useWords } from '../../messages';
import css from './BackupDialog.module.css';
import { byVault, checkpointRequest, command, type Plan } from './run';

/** The same as a command and as a request. */
export function AsCommand({ plan, vault }: { plan: Plan; vault: string | null }) {
  const { t } = useWords();
  const line = command(plan, vault);
  const requests = [...byVault(plan.resources, '<vault>')].map(
    ([id, resources]) =>
      `POST /v3/${plan.project}/checkpoints\n${JSON.stringify(checkpointRequest(plan, id, resources), null, 2)}`,
  );
  return (
    <details className={css.command}>
      <summary>{t('backup.as_command')}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{[line, ...requests].filter(Boolean).join('\n\n')}</pre>
    </details>
  );
}
