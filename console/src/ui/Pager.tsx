import { useWords } from '../messages';
import { Button } from './Button';
import css from './Table.module.css';

/** What can be chosen; an address may ask for another number, which has to show as what it is. */
const sizes = (now: number): number[] => [...new Set([20, 50, 100, now])].sort((one, other) => one - other);

/** Rows shown, and the way to others. */
export function Pager({
  first,
  count,
  total,
  more,
  size,
  onFirst,
  onBack,
  onNext,
  onSize,
}: {
  /** Rows before this page. */
  first: number;
  count: number;
  total: number;
  more: boolean;
  size: number;
  onFirst: () => void;
  onBack: () => void;
  onNext: () => void;
  onSize: (size: number) => void;
}) {
  const { t } = useWords();
  if (total <= Math.min(20, size) && first === 0 && !more) return null;
  return (
    <nav className={css.pager} aria-label={t('kit.pages')}>
      <span className="number soft">
        {t('kit.rows_of', { from: count ? first + 1 : 0, to: first + count, total })}
      </span>
      <label className={css.size}>
        <span className="soft">{t('kit.rows_per_page')}</span>
        <select value={size} onChange={(event) => onSize(Number(event.target.value))}>
          {sizes(size).map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <Button reason={first === 0 ? t('kit.first_page') : undefined} onClick={onFirst}>
        {t('kit.first')}
      </Button>
      <Button
        icon="left"
        aria-label={t('kit.previous')}
        reason={first === 0 ? t('kit.first_page') : undefined}
        onClick={onBack}
      />
      <Button
        icon="right"
        aria-label={t('kit.next')}
        reason={more ? undefined : t('kit.last_page')}
        onClick={onNext}
      />
    </nav>
  );
}
