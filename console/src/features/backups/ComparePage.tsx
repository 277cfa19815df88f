import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { changesQuery } from '../../api/portable';
import { list, one } from '../../api/queries';
import type { Backup } from '../../api/types';
import { ObjectLink } from '../../app/ObjectLink';
import { backupsSection, useSection } from '../../app/section';
import { isGone } from '../../lib/failure';
import { exactBytes, formatSize } from '../../lib/sizes';
import { exactTime } from '../../lib/times';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty, Failure } from '../../ui/Failure';
import { SelectField, Tick } from '../../ui/Form';
import { Page, Section } from '../../ui/Page';
import { Size } from '../../ui/Size';
import { type Column, NameCell, Table } from '../../ui/Table';
import css from './backups.module.css';
import { type DiskSum, firstOther, type Stretch, stretches, sumOf } from './compare';

/** Backups to choose from: the server's largest page. */
const MOST = 1000;

/** What of a backup is not the same in another one of its server or disk. */
export default function ComparePage() {
  const { t } = useWords();
  const from = '/p/$project/backups/$backup/compare/{-$other}';
  const { project, backup: id, other } = useParams({ from });
  const { data, error, refetch } = useQuery(one('backup', project, id));
  const backup = isGone(error) ? undefined : data;
  const section = backupsSection(backup?.type !== 'disk');
  useSection(backup ? section : null);
  // Only within a vault: each has keys of its own.
  const others = useQuery({
    ...list('backup', project, {
      limit: MOST,
      sort: '-created_at',
      filter: {
        resource_id: backup?.resource_id,
        vault_id: backup?.vault.id,
        state: ['available', 'restoring', 'waiting_restore'],
      },
    }),
    enabled: backup !== undefined,
  });
  const all = others.data?.items.filter((each) => each.id !== id);
  const chosen = other ?? (backup && all ? firstOther(backup, all) : undefined);
  const failed = error && !data ? error : others.error;
  return (
    <Page
      title={backup ? t('compare.title', { name: backup.name }) : ''}
      label={t('kind.backup')}
      trail={
        <ObjectLink project={project} kind="backup" id={id}>
          {backup?.name ?? id}
        </ObjectLink>
      }
      about={backup ? t('compare.about', { name: backup.resource_name }) : null}
    >
      {isGone(error) ? (
        <Empty title={t('backup_pages.is_gone')} />
      ) : failed ? (
        <Failure error={failed} retry={() => void (error ? refetch() : others.refetch())} />
      ) : null}
      {backup && all && !chosen ? (
        <Empty
          title={t('compare.alone')}
          action={
            <Link to={section} params={{ project }} search={{ tab: 'backups' }}>
              {t('compare.to_backups')}
            </Link>
          }
        >
          {t('compare.alone_text')}
        </Empty>
      ) : null}
      {backup && all && chosen ? (
        <Comparison key={id} project={project} backup={backup} others={all} since={chosen} />
      ) : null}
    </Page>
  );
}

function Comparison({
  project,
  backup,
  others,
  since,
}: {
  project: string;
  backup: Backup;
  others: readonly Backup[];
  since: string;
}) {
  const { t, locale, zone } = useWords();
  const navigate = useNavigate();
  const search = useSearch({ from: '/p/$project/backups/$backup/compare/{-$other}' });
  const exact = search.exact !== undefined;
  const query = useInfiniteQuery(changesQuery(project, backup.id, { since, exact }));
  const narrowed = useInfiniteQuery({
    ...changesQuery(project, backup.id, { since, disk: search.of, exact }),
    enabled: search.of !== undefined,
  });
  const shown = search.of === undefined ? query : narrowed;
  const disks = useMemo(() => query.data?.pages[0]?.disks.map(sumOf), [query.data]);
  const rows = useMemo(() => shown.data && stretches(shown.data.pages), [shown.data]);
  const go = (change: { other?: string; search?: Record<string, string | undefined> }) =>
    void navigate({
      to: '/p/$project/backups/$backup/compare/{-$other}',
      params: { project, backup: backup.id, other: change.other ?? since },
      search: { ...search, ...change.search },
      replace: true,
      resetScroll: false,
    });
  const other = others.find((each) => each.id === since);
  const data = disks?.reduce((sum, disk) => sum + disk.data, 0) ?? 0;
  const zero = disks?.reduce((sum, disk) => sum + disk.zero, 0) ?? 0;
  const columns: Column<DiskSum>[] = [
    {
      id: 'name',
      header: t('compare.disk'),
      names: true,
      cell: (row) => (
        <NameCell
          link={
            <span data-row="" tabIndex={-1}>
              {row.name}
            </span>
          }
          id={<Copyable text={row.id} short name={row.name} />}
        />
      ),
    },
    {
      id: 'size',
      header: t('compare.size'),
      align: 'right',
      cell: (row) => (row.size === null ? t('compare.no_disk') : <Size bytes={row.size} />),
    },
    {
      id: 'then',
      header: t('compare.size_then'),
      align: 'right',
      cell: (row) => (row.sizeThen === null ? t('compare.no_disk') : <Size bytes={row.sizeThen} />),
    },
    { id: 'data', header: t('compare.data'), align: 'right', cell: (row) => <Size bytes={row.data} /> },
    { id: 'zero', header: t('compare.zero'), align: 'right', cell: (row) => <Size bytes={row.zero} /> },
    {
      id: 'share',
      header: t('compare.share'),
      align: 'right',
      cell: (row) => (
        <span className="number">
          {row.percent > 0 && row.percent < 1 ? '<1' : Math.round(row.percent)} %
        </span>
      ),
    },
  ];
  const extents: Column<Stretch>[] = [
    {
      id: 'offset',
      header: t('compare.offset'),
      names: true,
      cell: (row) => (
        <span data-row="" tabIndex={-1} className="number">
          {exactBytes(row.offset_bytes, locale)}
        </span>
      ),
    },
    { id: 'disk', header: t('compare.disk'), cell: (row) => row.name },
    {
      id: 'length',
      header: t('compare.length'),
      align: 'right',
      cell: (row) => <Size bytes={row.length_bytes} />,
    },
    {
      id: 'holds',
      header: t('compare.holds'),
      cell: (row) => t(row.state === 'data' ? 'compare.holds_data' : 'compare.holds_zero'),
    },
  ];
  return (
    <>
      <Section title={t('compare.with')}>
        <div className={css.choose}>
          <SelectField
            label={t('compare.other')}
            value={since}
            onChange={(next) => go({ other: next })}
            choices={[
              ...(other ? [] : [{ value: since, label: since }]),
              ...others.map((each) => ({
                value: each.id,
                label: `${each.name} – ${exactTime(each.instant ?? each.created_at, { locale, zone })}`,
              })),
            ]}
          />
          <Tick
            label={t('compare.exact')}
            hint={t('compare.exact_hint')}
            checked={exact}
            onChange={(on) => go({ search: { exact: on ? '1' : undefined } })}
          />
        </div>
      </Section>
      {query.error && !query.data ? (
        <Failure error={query.error} retry={() => void query.refetch()} />
      ) : (
        <>
          <Section title={t('compare.amount')}>
            <p role="status" className={css.sum}>
              {disks
                ? data + zero === 0
                  ? t('compare.same')
                  : t('compare.sum', { data: formatSize(data, locale), zero: formatSize(zero, locale) })
                : t('kit.loading')}
            </p>
            <Table
              label={t('compare.amount')}
              columns={columns}
              rows={disks}
              nameOf={(row) => row.name}
              empty={<Empty title={t('compare.same')} />}
            />
          </Section>
          <Section
            title={t('compare.stretches')}
            aside={
              disks && disks.length > 1 ? (
                <span className={css.of}>
                  <SelectField
                    label={t('compare.disk')}
                    bare
                    value={search.of ?? ''}
                    onChange={(of) => go({ search: { of: of || undefined } })}
                    choices={[
                      { value: '', label: t('compare.all_disks') },
                      ...disks
                        .filter((disk) => disk.size !== null)
                        .map((disk) => ({ value: disk.id, label: disk.name })),
                    ]}
                  />
                </span>
              ) : null
            }
          >
            <Table
              label={t('compare.stretches')}
              columns={extents}
              rows={rows}
              nameOf={(row) => row.name}
              failure={shown.error && !shown.data ? shown.error : null}
              onRetry={() => void shown.refetch()}
              empty={<Empty title={t(shown.hasNextPage ? 'compare.none_yet' : 'compare.same')} />}
            />
            {rows && (shown.hasNextPage || rows.length > 0) ? (
              <p className={css.choose}>
                <span className="soft number">{t('compare.shown', { n: rows.length })}</span>
                {shown.hasNextPage ? (
                  <Button busy={shown.isFetchingNextPage} onClick={() => void shown.fetchNextPage()}>
                    {t('compare.more')}
                  </Button>
                ) : null}
              </p>
            ) : null}
            {shown.error && shown.data ? (
              <Failure error={shown.error} retry={() => void shown.fetchNextPage()} />
            ) : null}
          </Section>
        </>
      )}
    </>
  );
}
