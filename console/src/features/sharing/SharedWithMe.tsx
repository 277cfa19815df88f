import { useMutation, useQueries } from '@tanstack/react-query';
import { answerShare, type SharedBackup, type ShareStatus, sharedQuery } from '../../api/sharing';
import type { ResourceKind } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { GIB } from '../../lib/sizes';
import { cbrTime } from '../../lib/times';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NameCell, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { toast } from '../../ui/toasts';
import { shareLook, useProjects } from './parts';
import css from './sharing.module.css';

const statuses: readonly ShareStatus[] = ['pending', 'accepted', 'rejected'];
export const resourceTypes: Record<ResourceKind, string> = {
  server: 'OS::Nova::Server',
  disk: 'OS::Cinder::Volume',
};

type Row = SharedBackup & { share: ShareStatus };

/** Backups that other projects share with this one: those to be answered come first (SHR-05). */
export function SharedWithMe({ project, type }: { project: string; type: ResourceKind }) {
  const { t } = useWords();
  const open = useOpenDialog();
  const { nameOf } = useProjects();
  const asked = useQueries({ queries: statuses.map((status) => sharedQuery(project, status)) });
  const rows: Row[] | undefined = asked.some((each) => each.isPending)
    ? undefined
    : statuses.flatMap((share, at) =>
        (asked[at]?.data ?? [])
          .filter((each) => each.resource_type === resourceTypes[type] && each.parent_id === null)
          .map((each) => ({ ...each, share })),
      );
  const answer = useMutation({
    mutationFn: ({ row, status }: { row: Row; status: ShareStatus }) =>
      answerShare(project, row.id, status, null),
    onSuccess: (_, { row, status }) => {
      if (status === 'rejected')
        toast('good', t('sharing.rejected_done', { name: row.name }), {
          label: t('sharing.undo'),
          onSelect: () => answer.mutate({ row, status: 'pending' }),
        });
    },
    onError: (error) => toast('bad', error instanceof Error ? error.message : String(error)),
  });
  const server = type === 'server';
  const columns: Column<Row>[] = [
    {
      id: 'name',
      header: t('sharing.name'),
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
    { id: 'status', header: t('sharing.status'), cell: (row) => <StatusWord look={shareLook(row.share)} /> },
    {
      id: 'resource',
      header: t(type === 'server' ? 'sharing.server' : 'sharing.disk'),
      cell: (row) => row.resource_name,
    },
    {
      id: 'by',
      header: t('sharing.by'),
      cell: (row) => {
        const name = nameOf(row.project_id);
        return name === row.project_id ? <Copyable text={name} short name={t('sharing.by')} /> : name;
      },
    },
    {
      id: 'size',
      header: t('sharing.size'),
      align: 'right',
      cell: (row) => <Size bytes={row.resource_size * GIB} />,
    },
    { id: 'made', header: t('sharing.made'), cell: (row) => <Age at={cbrTime(row.created_at)} /> },
  ];
  const failure = asked.find((each) => each.error && !each.data)?.error;
  return (
    <Table
      label={t('sharing.with_me')}
      columns={columns}
      rows={rows}
      nameOf={(row) => row.name}
      links={(row) => (
        <>
          {row.share === 'accepted' ? (
            <Button
              kind="link"
              onClick={() => open(server ? 'create-server' : 'create-disk', { backup: [row.id] })}
            >
              {t(server ? 'create.server' : 'create.disk')}
            </Button>
          ) : (
            <Button kind="link" onClick={() => open('accept-share', { backup: [row.id] })}>
              {t('sharing.accept')}
            </Button>
          )}
          {row.share === 'pending' ? (
            <Button
              kind="link"
              busy={answer.isPending && answer.variables.row.id === row.id}
              onClick={() => answer.mutate({ row, status: 'rejected' })}
            >
              {t('sharing.reject')}
            </Button>
          ) : (
            <Button kind="link" onClick={() => open('end-share', { backup: [row.id], id: project })}>
              {t('sharing.remove')}
            </Button>
          )}
        </>
      )}
      failure={failure}
      onRetry={() => {
        for (const each of asked) void each.refetch();
      }}
      empty={
        <Empty title={t('sharing.none_with_me')}>
          <span className={css.id}>{t('sharing.none_with_me_text', { id: project })}</span>
        </Empty>
      }
    />
  );
}
