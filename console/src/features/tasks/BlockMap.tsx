import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type DiskMap, taskMap } from '../../api/tasks';
import type { Task } from '../../api/types';
import { isGone } from '../../lib/failure';
import { formatSize } from '../../lib/sizes';
import { isOpen } from '../../lib/status';
import { useWords } from '../../messages';
import { Failure } from '../../ui/Failure';
import { Section } from '../../ui/Page';
import { type CellKind, cellKind, cellKinds, countCells, gridOf } from './map';
import css from './tasks.module.css';

/** What became of each part of each disk, while a task runs and after. */
export function BlockMap({ project, task }: { project: string; task: Task }) {
  const { t } = useWords();
  const { data, error, refetch } = useQuery(taskMap(project, task.id, isOpen(task.state)));
  const legend = useRef<HTMLUListElement>(null);
  // Maps are kept by the running process alone: none is no failure.
  const none = isGone(error);
  return (
    <Section title={t('task_pages.map')}>
      {none || data?.length === 0 ? <p className="soft">{t('task_pages.map_none')}</p> : null}
      {error && !none ? <Failure error={error} retry={() => void refetch()} /> : null}
      {data?.length ? (
        <div className="stack">
          <ul className={css.legend} ref={legend}>
            {cellKinds.map((kind) => (
              <li key={kind} className={css.key}>
                <span className={`${css.swatch} ${css[kind]}`} data-cell={kind} aria-hidden="true" />
                {t(`task_pages.cell_${kind}`)}
              </li>
            ))}
          </ul>
          {data.map((disk) => (
            <Disk key={disk.disk_id} disk={disk} legend={legend} />
          ))}
        </div>
      ) : null}
    </Section>
  );
}

/** The colours of the legend, as the theme has them now. */
function readColours(legend: HTMLElement): Partial<Record<CellKind, string>> {
  const found: Partial<Record<CellKind, string>> = {};
  for (const swatch of legend.querySelectorAll<HTMLElement>('[data-cell]')) {
    found[swatch.dataset.cell as CellKind] = getComputedStyle(swatch).backgroundColor;
  }
  return found;
}

function Disk({ disk, legend }: { disk: DiskMap; legend: React.RefObject<HTMLUListElement | null> }) {
  const { t, locale } = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const box = canvas.current?.parentElement;
    if (!box) return;
    const sizes = new ResizeObserver(() => setWidth(box.clientWidth));
    sizes.observe(box);
    const redraw = () => setTheme((n) => n + 1);
    const chosen = new MutationObserver(redraw);
    chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', redraw);
    return () => {
      sizes.disconnect();
      chosen.disconnect();
      system.removeEventListener('change', redraw);
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || !legend.current || width === 0) return;
    const colours = readColours(legend.current);
    const grid = gridOf(disk.cells, width);
    const scale = devicePixelRatio || 1;
    const size = { width: grid.columns * grid.side, height: grid.rows * grid.side };
    element.width = Math.round(size.width * scale);
    element.height = Math.round(size.height * scale);
    element.style.width = `${size.width}px`;
    element.style.height = `${size.height}px`;
    context.scale(scale, scale);
    for (let at = 0; at < disk.cells; at += 1) {
      const kind = cellKind(disk.states[at] ?? '.');
      context.fillStyle = colours[kind] ?? 'gray';
      context.globalAlpha = kind === 'pending' ? 0.55 : 1;
      context.fillRect(
        (at % grid.columns) * grid.side,
        Math.floor(at / grid.columns) * grid.side,
        grid.side - 1,
        grid.side - 1,
      );
    }
  }, [disk, width, theme, legend]);
  const counts = countCells(disk.states.padEnd(disk.cells, '.').slice(0, disk.cells));
  const text = cellKinds
    .filter((kind) => counts[kind] > 0)
    .map(
      (kind) =>
        `${t(`task_pages.cell_${kind}`)}: ${Math.round((counts[kind] / Math.max(1, disk.cells)) * 1000) / 10} %`,
    )
    .join(', ');
  return (
    <figure className={css.map}>
      <figcaption className={css.caption}>
        <span className="strong">{disk.name}</span>
        <span className="soft">
          {t('task_pages.cells', { n: disk.cells, size: formatSize(disk.cell_bytes, locale) })}
        </span>
      </figcaption>
      <div className={css.canvas}>
        <canvas ref={canvas} role="img" aria-label={`${disk.name}: ${text}`} />
      </div>
      <p className="soft">{text}</p>
    </figure>
  );
}
