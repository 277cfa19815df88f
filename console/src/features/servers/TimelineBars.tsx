import type { Backup } from '../../api/types';
import { height } from '../../lib/timeline';
import css from './Timeline.module.css';

const WIDTH = 1000;
const HEIGHT = 64;

/** One mark of the timeline: a point, or several too close to tell apart. */
export interface Drawn {
  points: Backup[];
  /** Place in the view: 0 its newest edge, 1 its oldest. */
  x: number;
}

const across = (x: number): number => WIDTH - 8 - x * (WIDTH - 24);
/** Share of the width, from the left, at which a place of the view is drawn. */
export const share = (x: number): number => across(x) / WIDTH;
/** The place of the view drawn at a share of the width. */
export const placeAt = (part: number): number =>
  Math.max(0, Math.min(1, (WIDTH - 8 - part * WIDTH) / (WIDTH - 24)));

/** The bars: new bytes as height, a full backup broader, a cluster as a block with its number. */
export function Bars({
  groups,
  chosen,
  compare,
  drag,
  words,
}: {
  groups: readonly Drawn[];
  chosen: string | undefined;
  compare: string | undefined;
  /** What a drag covers now, as places in the view. */
  drag: { from: number; to: number } | null;
  words: (point: Backup) => string;
}) {
  const largest = Math.max(0, ...groups.flatMap((group) => group.points.map((point) => point.new_bytes)));
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className={css.bars}
      >
        {groups.map((group) => {
          const x = across(group.x);
          const bytes = Math.max(...group.points.map((point) => point.new_bytes));
          const tall = height(bytes, largest) * (HEIGHT - 10);
          const several = group.points.length > 1;
          const failed = group.points.some((point) => point.state === 'error');
          const whole = group.points.some((point) => !point.incremental);
          const width = several ? 10 : whole ? 7 : 4;
          const has = (id: string | undefined) => group.points.some((point) => point.id === id);
          return (
            <g key={group.points[0]?.id}>
              <title>{group.points.map(words).join('\n')}</title>
              <rect
                x={x - width / 2}
                y={HEIGHT - tall}
                width={width}
                height={tall}
                rx="1"
                className={failed ? css.error : several ? css.several : whole ? css.full : css.part}
              />
              {has(chosen) || has(compare) ? (
                <rect
                  x={x - 7}
                  y="0"
                  width="14"
                  height={HEIGHT}
                  rx="2"
                  className={has(chosen) ? css.frame : css.other}
                />
              ) : null}
            </g>
          );
        })}
        {drag ? (
          <rect
            x={across(Math.max(drag.from, drag.to))}
            y="0"
            width={Math.abs(across(drag.from) - across(drag.to))}
            height={HEIGHT}
            className={css.drag}
          />
        ) : null}
      </svg>
      <svg aria-hidden="true" className={css.counts}>
        {groups
          .filter((group) => group.points.length > 1)
          .map((group) => (
            <text key={group.points[0]?.id} x={`${share(group.x) * 100}%`} y="10" textAnchor="middle">
              {group.points.length}
            </text>
          ))}
      </svg>
    </>
  );
}
