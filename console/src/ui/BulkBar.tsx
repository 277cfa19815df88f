import type { ReactNode } from 'react';
import { useWords } from '../messages';
import { Button } from './Button';
import { Empty } from './Failure';
import css from './Table.module.css';

/** The bar above a table with ticked rows: how many, what for, and how to end it. */
export function BulkBar({
  count,
  total,
  most,
  busy = false,
  onClear,
  onAll,
  children,
}: {
  count: number;
  /** Rows that match, on all pages. */
  total?: number;
  /** How many can be ticked at once. */
  most?: number;
  /** The rows of the other pages are being asked for. */
  busy?: boolean;
  onClear: () => void;
  /** Ticks all that match. */
  onAll?: () => void;
  children?: ReactNode;
}) {
  const { t } = useWords();
  if (count === 0) return null;
  const reach = Math.min(total ?? 0, most ?? Number.POSITIVE_INFINITY);
  return (
    <div className={css.bulk}>
      <span className="strong" role="status">
        {t('kit.selected', { n: count })}
      </span>
      {onAll && total !== undefined && reach > count ? (
        <Button kind="link" busy={busy} onClick={onAll}>
          {reach < total
            ? t('kit.select_first_matching', { n: reach })
            : t('kit.select_all_matching', { n: total })}
        </Button>
      ) : null}
      <Button kind="link" onClick={onClear}>
        {t('kit.clear_selection')}
      </Button>
      {children}
    </div>
  );
}

/** Reason why nothing matches, with the way back to everything. */
export function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useWords();
  return (
    <Empty title={t('kit.no_match')} action={<Button onClick={onClear}>{t('kit.clear_filters')}</Button>} />
  );
}
