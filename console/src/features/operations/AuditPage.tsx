import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type AuditEvent, type AuditResult, auditEvents, auditQuery } from '../../api/operations';
import { sessionQuery } from '../../api/queries';
import { ListTools } from '../../app/ListTools';
import { auditFilters } from '../../app/router';
import { useColumns } from '../../app/useColumns';
import type { Field } from '../../lib/csv';
import type { Look } from '../../lib/status';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Facts, Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NameCell, NoMatch, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import css from './operations.module.css';

const looks: Record<AuditResult, Look> = {
  success: { tone: 'good', key: 'audit.success' },
  refused: { tone: 'warn', key: 'audit.refused' },
  failed: { tone: 'bad', key: 'audit.failed' },
  unfinished: { tone: 'off', key: 'audit.unfinished' },
};
const results = Object.keys(looks) as AuditResult[];
const kinds = ['operation', 'login', 'system'] as const;

/** What an exported trail says of each event. */
const fields: Record<string, (row: AuditEvent) => Field> = {
  at: (row) => row.at,
  action: (row) => row.action,
  trace_name: (row) => row.trace_name,
  result: (row) => row.result,
  status: (row) => row.status,
  error_code: (row) => row.error_code,
  error_message: (row) => row.error_message,
  user_name: (row) => row.user_name,
  user_id: (row) => row.user_id,
  credential: (row) => row.credential,
  address: (row) => row.address,
  user_agent: (row) => row.user_agent,
  project_id: (row) => row.project_id,
  resource_type: (row) => row.resource_type,
  resource_name: (row) => row.resource_name,
  resource_id: (row) => row.resource_id,
  request_id: (row) => row.request_id,
};

/** What was done, by whom, from where, and how it ended. */
export default function AuditPage() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/admin/audit' });
  const search = useSearch({ from: '/p/$project/admin/audit' });
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const wanted = { ...search, ...(session?.domain_admin ? {} : { project_id: project }) };
  const query = useInfiniteQuery({ ...auditQuery(wanted), enabled: session !== undefined });
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) =>
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const go = (next: Record<string, string | undefined>) =>
    void navigate({
      to: '.',
      search: Object.fromEntries(Object.entries(next).filter(([, value]) => value)) as never,
      replace: true,
    });
  const rows = query.data?.pages.flatMap((page) => page.events);
  const narrowed = auditFilters.some((name) => search[name]);
  const columns: Column<AuditEvent>[] = [
    {
      id: 'what',
      header: t('audit.action'),
      names: true,
      cell: (row) => (
        <span className={css.first}>
          <Button
            kind="quiet"
            icon={open.has(row.id) ? 'down' : 'right'}
            aria-expanded={open.has(row.id)}
            aria-label={t('audit.details_of', { action: row.action })}
            onClick={() => toggle(row.id)}
          />
          <NameCell
            link={
              <span data-row="" tabIndex={-1}>
                {row.action}
              </span>
            }
            id={<span className="soft">{row.trace_name}</span>}
          />
        </span>
      ),
    },
    { id: 'at', header: t('audit.at'), cell: (row) => <Age at={row.at} absolute /> },
    {
      id: 'result',
      header: t('audit.result'),
      cell: (row) => <StatusWord look={looks[row.result]} detail={row.error_message || null} />,
    },
    {
      id: 'resource',
      header: t('audit.resource'),
      cell: (row) => (
        <span className={css.two}>
          <span>{row.resource_name || row.resource_id || '–'}</span>
          <span className="soft">{row.resource_type}</span>
        </span>
      ),
    },
    {
      id: 'user',
      header: t('audit.user'),
      cell: (row) => row.user_name || <span className="soft">{t('audit.service')}</span>,
    },
    {
      id: 'address',
      header: t('audit.address'),
      optional: true,
      cell: (row) => <span className="number">{row.address || '–'}</span>,
    },
    {
      id: 'credential',
      header: t('audit.credential'),
      optional: true,
      off: true,
      cell: (row) => t(`audit.credential_${row.credential}`),
    },
  ];
  const { hidden, choices } = useColumns('audit', columns);
  const filter: Record<string, readonly string[]> = {};
  for (const name of auditFilters) if (search[name]) filter[name] = [search[name]];
  return (
    <Page title={t('audit.title')} about={t('audit.about')}>
      <ListTools
        list={{
          filter,
          keyword: '',
          // One value of each property; a bare word is an action where it has a colon, else a resource.
          onSearch: (next, keyword) =>
            go({
              ...Object.fromEntries(Object.entries(next).map(([name, values]) => [name, values.at(-1)])),
              ...(keyword
                ? keyword.includes(':')
                  ? { action: /\*$/.test(keyword) ? keyword : `${keyword}*` }
                  : { resource: keyword }
                : {}),
            }),
          everything: (most) => auditEvents(wanted, most),
        }}
        properties={[
          { id: 'user', label: t('audit.user') },
          { id: 'action', label: t('audit.action_filter') },
          { id: 'resource', label: t('audit.resource') },
          { id: 'resource_type', label: t('audit.resource_type') },
          {
            id: 'kind',
            label: t('audit.kind'),
            values: kinds.map((value) => ({ value, label: t(`audit.kind_${value}`) })),
          },
          {
            id: 'result',
            label: t('audit.result'),
            values: results.map((value) => ({ value, label: t(looks[value].key as 'audit.failed') })),
          },
          { id: 'request_id', label: t('audit.request') },
          { id: 'from', label: t('audit.from'), time: true },
          { id: 'to', label: t('audit.to'), time: true },
        ]}
        choices={choices}
        file="audit"
        fields={fields}
      />
      <Table
        label={t('audit.title')}
        columns={columns}
        hidden={hidden}
        rows={rows}
        nameOf={(row) => row.action}
        onOpen={(row) => toggle(row.id)}
        expanded={(row) => (open.has(row.id) ? <Details event={row} /> : null)}
        failure={query.error && !query.data ? query.error : null}
        onRetry={() => void query.refetch()}
        empty={narrowed ? <NoMatch onClear={() => go({})} /> : <Empty title={t('audit.none')} />}
      />
      {query.hasNextPage ? (
        <div className={css.more}>
          <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('audit.more')}
          </Button>
        </div>
      ) : null}
    </Page>
  );
}

function Details({ event }: { event: AuditEvent }) {
  const { t } = useWords();
  const detail = JSON.stringify(event.detail, null, 2);
  const id = (name: string, value: string | null) =>
    value ? <Copyable key={name} text={value} name={name} /> : '–';
  return (
    <div className="stack">
      <Facts
        facts={[
          [t('audit.request'), id(t('audit.request'), event.request_id)],
          [t('audit.resource_id'), id(t('audit.resource_id'), event.resource_id)],
          [t('audit.project'), id(t('audit.project'), event.project_id)],
          [t('audit.address'), event.address || '–'],
          [
            t('audit.credential'),
            [t(`audit.credential_${event.credential}`), event.credential_id].filter(Boolean).join(' '),
          ],
          [t('audit.agent'), event.user_agent || '–'],
          [t('audit.status'), event.status ? String(event.status) : '–'],
          [t('audit.error'), [event.error_code, event.error_message].filter(Boolean).join(' ') || '–'],
        ]}
      />
      {detail === '{}' ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre className={css.detail} tabIndex={0} aria-label={t('audit.detail')} role="region">
          {detail}
        </pre>
      )}
    </div>
  );
}
