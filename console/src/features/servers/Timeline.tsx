import { type KeyboardEvent, useId, useRef } from 'react';
import type { Backup } from '../../api/types';
import { formatSize } from '../../lib/sizes';
import { backupLook } from '../../lib/status';
import { axis, height, place } from '../../lib/timeline';
import { fullTime } from '../../lib/times';
import { useWords } from '../../messages';
import { useNow } from '../../ui/Time';
import css from './Timeline.module.css';

const WIDTH = 1000;
const HEIGHT = 64;

/** Restore points on a logarithmic axis: a listbox, one option per point, newest at the right. */
export function Timeline({
  points,
  chosen,
  compare,
  onChoose,
  onCompare,
  onRestore,
}: {
  points: readonly Backup[];
  chosen: string | undefined;
  compare: string | undefined;
  onChoose: (id: string) => void;
  onCompare: (id: string | undefined) => void;
  onRestore: (point: Backup) => void;
}) {
  const { t, locale, zone } = useWords();
  const id = useId();
  const now = useNow();
  const list = useRef<HTMLDivElement>(null);
  // Old to new, as time runs on the axis.
  const ordered = [...points].sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  const oldest = Math.max(86_400_000, ...ordered.map((point) => now - Date.parse(point.created_at))) * 1.06;
  const largest = Math.max(0, ...ordered.map((point) => point.new_bytes));
  const at = ordered.findIndex((point) => point.id === chosen);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: ordered.length - 1,
    };
    const next = to[event.key];
    const point = ordered[at];
    if (next !== undefined) {
      const target = ordered[Math.max(0, Math.min(ordered.length - 1, next))];
      if (target) onChoose(target.id);
    } else if (event.key === 'c' && point) onCompare(compare === point.id ? undefined : point.id);
    else if (event.key === 'Enter' && point) onRestore(point);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const words = (point: Backup): string =>
    [
      fullTime(point.created_at, { locale, zone }),
      point.incremental ? t('point.incremental') : t('point.full'),
      formatSize(point.new_bytes, locale),
      point.name,
      t(backupLook(point.state).key as 'state.available'),
      point.locked ? t('point.locked') : '',
    ]
      .filter(Boolean)
      .join(', ');

  return (
    <div className={css.timeline}>
      <div
        ref={list}
        role="listbox"
        tabIndex={0}
        aria-label={t('point.points')}
        aria-orientation="horizontal"
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        className={css.list}
        onKeyDown={onKeyDown}
      >
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
          className={css.bars}
        >
          {ordered.map((point) => {
            const x = WIDTH - 8 - place(now - Date.parse(point.created_at), oldest) * (WIDTH - 24);
            const tall = height(point.new_bytes, largest) * (HEIGHT - 10);
            const look = point.state === 'error' ? css.error : point.incremental ? css.part : css.full;
            return (
              <g key={point.id}>
                <rect
                  x={x - 2.5}
                  y={HEIGHT - tall}
                  width={point.incremental ? 4 : 7}
                  height={tall}
                  rx="1"
                  className={`${css.bar} ${look} ${point.id === chosen ? css.on : ''}`}
                />
                {point.id === chosen || point.id === compare ? (
                  <rect
                    x={x - 6}
                    y="0"
                    width="13"
                    height={HEIGHT}
                    rx="2"
                    className={point.id === chosen ? css.frame : css.other}
                  />
                ) : null}
              </g>
            );
          })}
        </svg>
        {ordered.map((point, index) => {
          const x = WIDTH - 8 - place(now - Date.parse(point.created_at), oldest) * (WIDTH - 24);
          return (
            <svg
              key={point.id}
              className={css.hit}
              viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              <title>{words(point)}</title>
              {/* biome-ignore lint/a11y/noStaticElementInteractions: the listbox answers the keys; this is its pointer target */}
              <rect
                x={x - 9}
                y="0"
                width="18"
                height={HEIGHT}
                className={css.target}
                data-index={index}
                onClick={() => onChoose(point.id)}
              />
            </svg>
          );
        })}
        {ordered.map((point, index) => (
          <span
            key={point.id}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={point.id === chosen}
            className="hidden"
          >
            {words(point)}
          </span>
        ))}
      </div>
      <svg viewBox={`0 0 ${WIDTH} 4`} preserveAspectRatio="none" aria-hidden="true" className={css.axis}>
        <rect width={WIDTH} height="1" />
      </svg>
      <ol className={css.marks} aria-hidden="true">
        {axis(oldest)
          .reverse()
          .map((mark) => (
            <li key={mark.label}>{mark.label}</li>
          ))}
        <li>{t('point.now')}</li>
      </ol>
    </div>
  );
}
