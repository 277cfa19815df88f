import { formatSize } from '../../lib/sizes';
import { formatSpan } from '../../lib/times';
import { useWords } from '../../messages';
import { Note } from '../../ui/Failure';
import { Prose } from '../../ui/Prose';
import type { BackupPlan } from './useBackupPlan';

/** What the backup will read and take, what would refuse it, and what to mind while it runs. */
export function BackupNotes({ plan }: { plan: BackupPlan }) {
  const { t, locale } = useWords();
  const { estimate, without, mode } = plan;
  const about = (): string => {
    if (typeof estimate?.read_bytes !== 'number') return '';
    const size = formatSize(estimate.read_bytes, locale);
    return estimate.seconds === null
      ? t('backup.about_size', { size })
      : t('backup.about', { size, span: formatSpan(estimate.seconds) });
  };
  // What is in no vault yet is associated before the backup starts; a full vault has its own banner.
  const refusals = (estimate?.refusals ?? []).filter(
    (refusal) =>
      !without.some((each) => each.id === refusal.resource_id) &&
      !(refusal.resource_id === null && plan.fullVaults.length > 0),
  );
  return (
    <>
      {estimate?.vault && !estimate.vault.fits && plan.fullVaults.length === 0 ? (
        <Note tone="warn">
          {t('backup.may_not_fit', { size: formatSize(estimate.vault.remaining_bytes, locale) })}
        </Note>
      ) : null}
      {refusals.map((refusal) => (
        <Note key={`${refusal.resource_id} ${refusal.code}`} tone="bad">
          <Prose text={`${refusal.message} ${refusal.hint ?? ''}`} />
        </Note>
      ))}
      <Note>
        {about()} {mode === 'server' ? t('backup.restart_note') : t('backup.delete_note')}
      </Note>
    </>
  );
}
