import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Vault } from '../../api/types';
import { vaultHistory } from '../../api/vaults';
import { formatSize } from '../../lib/sizes';
import { formatTime } from '../../lib/times';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Failure } from '../../ui/Failure';
import { SelectField } from '../../ui/Form';
import { Section } from '../../ui/Page';
import { Size } from '../../ui/Size';
import { Age, useNow } from '../../ui/Time';
import { layOut } from './chart';
import css from './vaults.module.css';

/** What the vault held over time: a chart with a sentence, and the samples as a table on request. */
export function History({ project, vault }: { project: string; vault: Vault }) {
  const { t, locale, zone } = useWords();
  const [days, setDays] = useState(30);
  const [table, setTable] = useState(false);
  const now = useNow();
  const { data, error, refetch } = useQuery(vaultHistory(project, vault.id, days));
  const points = data ?? [];
  const from = points[0]
    ? Math.max(Date.parse(points[0].at), now - days * 86_400_000)
    : now - days * 86_400_000;
  const to = Math.max(now, from + 60_000);
  const chart = layOut(points, from, to);
  const clock = { locale, zone };
  const first = points[0];
  const last = points.at(-1);
  return (
    <Section
      title={t('vaults.history')}
      aside={
        <span className={css.choose}>
          <span className={css.span}>
            <SelectField
              label={t('vaults.history_span')}
              bare
              value={String(days)}
              onChange={(next) => setDays(Number(next))}
              choices={[7, 30, 90, 365].map((each) => ({
                value: String(each),
                label: t('vaults.history_days', { n: each }),
              }))}
            />
          </span>
          {points.length ? (
            <Button aria-pressed={table} onClick={() => setTable(!table)}>
              {t('vaults.history_table')}
            </Button>
          ) : null}
        </span>
      }
    >
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {data && !first ? <p className="soft">{t('vaults.history_none')}</p> : null}
      {first && last ? (
        <>
          <div className={css.plot}>
            <div className={`${css.scale} number`} aria-hidden="true">
              <span>{formatSize(chart.top, locale)}</span>
              <span>{formatSize(chart.top / 2, locale)}</span>
              <span>0</span>
            </div>
            <svg
              className={css.chart}
              viewBox="0 0 1000 100"
              preserveAspectRatio="none"
              role="img"
              aria-label={t('vaults.history_text', {
                from: formatSize(first.used_bytes, locale),
                to: formatSize(last.used_bytes, locale),
                size: formatSize(last.size_bytes, locale),
              })}
            >
              <path className={css.grid} d="M0 0H1000M0 50H1000M0 100H1000" />
              <path className={css.area} d={chart.area} />
              <path className={css.curve} d={chart.used} />
              {chart.size ? <path className={css.limit} d={chart.size} /> : null}
            </svg>
            <div className={`${css.axis} number`} aria-hidden="true">
              <span>{formatTime(from, clock)}</span>
              <span>{formatTime(to, clock)}</span>
            </div>
          </div>
          <p className={css.legend}>
            <span className={css.key}>
              <svg className={css.swatch} viewBox="0 0 18 8" aria-hidden="true">
                <path className={css.curve} d="M0 4H18" />
              </svg>
              {t('vaults.used')}
            </span>
            {chart.size ? (
              <span className={css.key}>
                <svg className={css.swatch} viewBox="0 0 18 8" aria-hidden="true">
                  <path className={css.limit} d="M0 4H18" />
                </svg>
                {t('vaults.new_capacity')}
              </span>
            ) : null}
          </p>
        </>
      ) : null}
      {table ? (
        <table className={css.what}>
          <thead>
            <tr>
              <th scope="col">{t('vaults.history_at')}</th>
              <th scope="col" className={css.right}>
                {t('vaults.used')}
              </th>
              <th scope="col" className={css.right}>
                {t('vaults.new_capacity')}
              </th>
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map((point) => (
              <tr key={point.at}>
                <th scope="row">
                  <Age at={point.at} absolute />
                </th>
                <td className={css.right}>
                  <Size bytes={point.used_bytes} />
                </td>
                <td className={css.right}>
                  <Size bytes={point.size_bytes} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </Section>
  );
}
