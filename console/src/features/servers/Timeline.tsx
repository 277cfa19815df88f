import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from 'react';
import type { Backup } from '../../api/types';
import { formatSize } from '../../lib/sizes';
import { backupLook } from '../../lib/status';
import { axis, clusters, place, showing, type View, viewOf, WHOLE, within, zoom } from '../../lib/timeline';
import { fullTime } from '../../lib/times';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { useNow } from '../../ui/Time';
import css from './Timeline.module.css';
import { Bars, type Drawn, placeAt, share } from './TimelineBars';

/** Points closer than this (of the width) are drawn as one. */
const TOGETHER = 0.009;
/** A press that moves less than this many pixels is a click. */
const CLICK = 6;
/** Share of the width at which a mark's label would lie under "now" on a phone. */
const NEAR_NOW = 0.13;

interface Props {
  points: readonly Backup[];
  chosen: string | undefined;
  compare: string | undefined;
  onChoose: (id: string) => void;
  onCompare: (id: string | undefined) => void;
  onRestore: (point: Backup) => void;
}

/** Restore points on a logarithmic axis: a listbox, one option per point, newest at the right. */
export function Timeline({ points, chosen, compare, onChoose, onCompare, onRestore }: Props) {
  const { t, locale, zone } = useWords();
  const id = useId();
  const now = useNow();
  const area = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>(WHOLE);
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  // Newest first, as places ascend from now.
  const ordered = [...points].sort((a, b) => Date.parse(b.created_at) - Date.parse(a.created_at));
  const age = (point: Backup) => now - Date.parse(point.created_at);
  const oldest = Math.max(86_400_000, ...ordered.map(age)) * 1.06;
  const placeOf = (point: Backup) => place(age(point), oldest);
  const at = ordered.findIndex((point) => point.id === chosen);

  const seen = ordered.flatMap((point) => {
    const x = within(view, placeOf(point));
    return x === null ? [] : [{ point, x }];
  });
  const groups: Drawn[] = clusters(
    seen.map((each) => each.x),
    TOGETHER,
  ).map((group) => {
    const members = group.flatMap((index) => seen[index] ?? []);
    return {
      points: members.map((each) => each.point),
      x: members.reduce((sum, each) => sum + each.x, 0) / members.length,
    };
  });

  const choose = (point: Backup) => {
    setView(showing(view, placeOf(point)));
    onChoose(point.id);
  };
  const zoomBy = (factor: number) => {
    const point = ordered[at];
    setView(zoom(view, factor, point ? placeOf(point) : (view.from + view.to) / 2));
  };
  const expand = (group: Drawn) => {
    const places = group.points.map(placeOf);
    const [low, high] = [Math.min(...places), Math.max(...places)];
    const room = Math.max((high - low) * 0.25, 1e-4);
    setView(viewOf(low - room, high + room));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // Left is older: the index grows.
    const to: Record<string, number> = {
      ArrowLeft: at + 1,
      ArrowRight: at - 1,
      Home: ordered.length - 1,
      End: 0,
    };
    const next = to[event.key];
    const point = ordered[at];
    if (next !== undefined) {
      const target = ordered[Math.max(0, Math.min(ordered.length - 1, next))];
      if (target) choose(target);
    } else if (event.key === '+') zoomBy(0.5);
    else if (event.key === '-') zoomBy(2);
    else if (event.key === '0') setView(WHOLE);
    else if (event.key === 'c' && point) onCompare(compare === point.id ? undefined : point.id);
    else if (event.key === 'Enter' && point) onRestore(point);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  // Pointer: a press chooses the nearest mark or opens a cluster; a drag zooms to what it covers.
  const across = (event: PointerEvent): number => {
    const box = area.current?.getBoundingClientRect();
    return box && box.width > 0 ? placeAt((event.clientX - box.left) / box.width) : 0;
  };
  const onPointerUp = (event: PointerEvent) => {
    if (!drag) return;
    setDrag(null);
    const width = area.current?.getBoundingClientRect().width ?? 1;
    const to = across(event);
    if (Math.abs(to - drag.from) * width >= CLICK) {
      const span = view.to - view.from;
      setView(viewOf(view.from + drag.from * span, view.from + to * span));
      return;
    }
    const near = groups
      .map((group) => ({ group, far: Math.abs(group.x - to) * width }))
      .sort((a, b) => a.far - b.far)[0];
    if (!near || near.far > 16) return;
    const [only] = near.group.points;
    if (near.group.points.length > 1) expand(near.group);
    else if (only) onChoose(only.id);
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
  const whole = view.from <= 0 && view.to >= 1;

  return (
    <div className={css.timeline}>
      <div className={css.zoom}>
        {whole ? null : (
          <Button kind="link" onClick={() => setView(WHOLE)}>
            {t('point.whole')}
          </Button>
        )}
        <Button kind="quiet" icon="minus" aria-label={t('point.zoom_out')} onClick={() => zoomBy(2)} />
        <Button kind="quiet" icon="plus" aria-label={t('point.zoom_in')} onClick={() => zoomBy(0.5)} />
      </div>
      <div
        ref={area}
        role="listbox"
        tabIndex={0}
        aria-label={t('point.points')}
        aria-orientation="horizontal"
        aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
        className={css.list}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: across(event), to: across(event) });
        }}
        onPointerMove={(event) => {
          if (drag) setDrag({ from: drag.from, to: across(event) });
        }}
        onPointerUp={onPointerUp}
        onPointerCancel={() => setDrag(null)}
      >
        <Bars groups={groups} chosen={chosen} compare={compare} drag={drag} words={words} />
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
      <svg viewBox="0 0 1000 16" aria-hidden="true" className={css.axis} preserveAspectRatio="none">
        <rect width="1000" height="1" />
      </svg>
      <svg aria-hidden="true" className={css.marks}>
        {axis(oldest, view).map((mark) => (
          <text
            key={mark.label}
            className={view.from <= 0 && mark.at < NEAR_NOW ? css.near : undefined}
            x={`${share(mark.at) * 100}%`}
            y="12"
            textAnchor="middle"
          >
            {mark.label}
          </text>
        ))}
        {view.from <= 0 ? (
          <text x="100%" y="12" textAnchor="end">
            {t('point.now')}
          </text>
        ) : null}
      </svg>
    </div>
  );
}
