import { Progress as Base } from '@base-ui/react/progress';
import { useEffect, useRef } from 'react';
import { formatRate, formatSize } from '../lib/sizes';
import { formatSpan } from '../lib/times';
import { useWords } from '../messages';
import { announce } from './announce';
import css from './Progress.module.css';

interface Props {
  /** What progresses, for those who do not see the row. */
  label: string;
  /** 0 to 100; null while the total is not known. */
  percent: number | null;
  /** Bytes, where there are some. */
  done?: number | undefined;
  total?: number | undefined;
  rate?: number | null | undefined;
  left?: number | null | undefined;
  phase?: string | undefined;
  /** Bar alone, with the percent beside it. */
  small?: boolean;
  /** Say aloud at 25, 50, 75 and 100 %. */
  spoken?: boolean;
}

/** Bar, percent, bytes, rate, time left, phase. */
export function Progress({
  label,
  percent,
  done,
  total,
  rate,
  left,
  phase,
  small = false,
  spoken = false,
}: Props) {
  const { t, locale } = useWords();
  const quarter = percent === null ? 0 : Math.floor(percent / 25);
  const said = useRef(quarter);
  useEffect(() => {
    if (!spoken || quarter <= said.current) return;
    said.current = quarter;
    announce(t('kit.progress', { what: label, percent: quarter * 25 }));
  }, [spoken, quarter, label, t]);
  const parts: string[] = [];
  if (done !== undefined && total) {
    parts.push(t('kit.of', { done: formatSize(done, locale), total: formatSize(total, locale) }));
  }
  if (rate) parts.push(formatRate(rate, locale));
  if (left !== null && left !== undefined) parts.push(t('kit.left', { span: formatSpan(left) }));
  if (parts.length === 0 && phase) parts.push(phase);
  return (
    <Base.Root
      value={percent}
      max={100}
      aria-label={label}
      className={`${css.progress} ${small ? css.small : ''}`}
    >
      <Base.Track className={css.track}>
        <Base.Indicator className={`${css.fill} ${percent === null ? css.unknown : ''}`} />
      </Base.Track>
      <span className={`${css.percent} number`}>{percent === null ? '' : `${Math.floor(percent)} %`}</span>
      {small ? null : <span className={css.detail}>{parts.join(' · ')}</span>}
    </Base.Root>
  );
}

/** How full something is: amber from the threshold, red above all of it, the real percent beside. */
export function Fill({
  label,
  used,
  size,
  threshold = 80,
}: {
  label: string;
  used: number;
  size: number;
  threshold?: number;
}) {
  const percent = size > 0 ? (used / size) * 100 : 0;
  const tone = percent > 100 ? css.over : percent >= threshold ? css.near : '';
  return (
    <span className={`${css.progress} ${css.small}`}>
      <span
        className={css.track}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.min(100, Math.round(percent))}
        aria-valuetext={`${Math.round(percent)} %`}
      >
        <svg className={css.svg} aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 1">
          <rect
            className={`${css.rect} ${tone}`}
            width={Math.min(100, Math.max(percent, percent > 0 ? 1 : 0))}
            height="1"
          />
        </svg>
      </span>
      <span className={`${css.percent} number`}>
        {percent > 0 && percent < 1 ? '<1' : Math.round(percent)} %
      </span>
    </span>
  );
}
