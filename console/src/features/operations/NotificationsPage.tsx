import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import {
  changeSubscription,
  type Subscription,
  subscriptionsQuery,
  testSubscription,
} from '../../api/operations';
import { useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { toast } from '../../ui/toasts';

/** Who is told of failures, full vaults and objectives missed. */
export default function NotificationsPage() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/admin/notifications' });
  const open = useOpenDialog();
  const { data, error, refetch } = useQuery(subscriptionsQuery(project));
  const failed = (failure: unknown) =>
    toast('bad', failure instanceof Error ? failure.message : String(failure));
  const turn = useMutation({
    mutationFn: ({ row, on }: { row: Subscription; on: boolean }) =>
      changeSubscription(project, row.id, { enabled: on }),
    onSuccess: (_, { row, on }) =>
      toast('good', t(on ? 'notify.enabled_done' : 'notify.disabled_done', { name: row.name }), {
        label: t('notify.undo'),
        onSelect: () => turn.mutate({ row, on: !on }),
      }),
    onError: failed,
  });
  const test = useMutation({
    mutationFn: (row: Subscription) => testSubscription(project, row.id),
    onSuccess: (_, row) => {
      toast('good', t('notify.test_sent', { name: row.name }));
      open('notification', { id: row.id });
    },
    onError: failed,
  });
  const columns: Column<Subscription>[] = [
    {
      id: 'name',
      header: t('notify.name'),
      names: true,
      cell: (row) => (
        <span data-row="" tabIndex={-1}>
          {row.name}
        </span>
      ),
    },
    {
      id: 'target',
      header: t('notify.target'),
      cell: (row) => row.url ?? row.addresses?.join(', ') ?? '',
    },
    {
      id: 'events',
      header: t('notify.events'),
      cell: (row) => (
        <ul>
          {row.events.map((each) => (
            <li key={each}>{t(`notify.event_${each}`)}</li>
          ))}
        </ul>
      ),
    },
    {
      id: 'state',
      header: t('notify.status'),
      cell: (row) => (
        <StatusWord
          look={
            row.enabled ? { tone: 'good', key: 'notify.enabled' } : { tone: 'off', key: 'notify.disabled' }
          }
        />
      ),
    },
  ];
  const create = (
    <Button kind="primary" onClick={() => open('edit-notification')}>
      {t('notify.create')}
    </Button>
  );
  return (
    <Page title={t('notify.title')} about={t('notify.about')} actions={create}>
      <Table
        label={t('notify.title')}
        columns={columns}
        rows={data}
        nameOf={(row) => row.name}
        onOpen={(row) => open('notification', { id: row.id })}
        menu={(row) => [
          { label: t('notify.deliveries'), onSelect: () => open('notification', { id: row.id }) },
          { label: t('notify.test'), onSelect: () => test.mutate(row) },
          {
            label: t(row.enabled ? 'notify.disable' : 'notify.enable'),
            onSelect: () => turn.mutate({ row, on: !row.enabled }),
          },
          { divider: true },
          {
            label: t('notify.delete'),
            danger: true,
            onSelect: () => open('delete-notification', { id: row.id }),
          },
        ]}
        links={(row) => (
          <Button kind="link" onClick={() => open('edit-notification', { id: row.id })}>
            {t('notify.edit')}
          </Button>
        )}
        failure={error && !data ? error : null}
        onRetry={() => void refetch()}
        empty={
          <Empty title={t('notify.none')} action={create}>
            {t('notify.none_text')}
          </Empty>
        }
      />
    </Page>
  );
}
