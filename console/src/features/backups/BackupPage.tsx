import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { one } from '../../api/queries';
import type { Backup, BackupDisk } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { backupsSection, useSection } from '../../app/section';
import { useMay } from '../../app/useMay';
import { allowed, createFrom } from '../../lib/can';
import { isGone } from '../../lib/failure';
import { isCreating } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty, Failure, Note } from '../../ui/Failure';
import { Icon } from '../../ui/icons';
import { MenuButton } from '../../ui/Menu';
import { Facts, Page, Section } from '../../ui/Page';
import { Prose } from '../../ui/Prose';
import { Size } from '../../ui/Size';
import { type Column, NameCell, Table } from '../../ui/Table';
import { Tabs } from '../../ui/Tabs';
import { Age } from '../../ui/Time';
import css from './backups.module.css';
import { useBackupMenu, useRestoreReason } from './menu';
import { BackupState, Kind } from './parts';

/** A backup: what it is, its disks, and with whom it is shared. */
export function BackupPage({
  shares,
}: {
  /** The list of those it is shared with, which belongs to another feature. */
  shares: (backup: Backup) => ReactNode;
}) {
  const { t } = useWords();
  const { project, backup: id } = useParams({ from: '/p/$project/backups/$backup' });
  const search = useSearch({ from: '/p/$project/backups/$backup' });
  const navigate = useNavigate();
  const open = useOpenDialog();
  const menu = useBackupMenu();
  const restoreReason = useRestoreReason();
  const { data, error, refetch } = useQuery(one('backup', project, id));
  const gone = isGone(error);
  const backup = gone ? undefined : data;
  const server = backup?.type !== 'disk';
  const section = backupsSection(server);
  useSection(backup ? section : null);
  return (
    <Page
      title={backup?.name ?? ''}
      label={t('kind.backup')}
      trail={
        <Link to={section} params={{ project }} search={{ tab: 'backups' }}>
          {t(server ? 'vaults.server_backups' : 'vaults.disk_backups')}
        </Link>
      }
      status={backup ? <BackupState backup={backup} long /> : null}
      about={<Copyable text={id} />}
      actions={
        backup ? (
          <>
            <Button
              kind="primary"
              reason={restoreReason(backup)}
              onClick={() => open(server ? 'restore-server' : 'restore-disk', { backup: [id] })}
            >
              {t(server ? 'backup_pages.restore_server' : 'backup_pages.restore_disk')}
            </Button>
            <MenuButton entries={menu(backup)} label={t('kit.more_of', { name: backup.name })}>
              {t('kit.more')} <Icon name="more" size={14} />
            </MenuButton>
          </>
        ) : null
      }
    >
      {gone ? (
        <Empty title={t('backup_pages.is_gone')} />
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : null}
      {backup?.state === 'error' && backup.error ? (
        <Note tone="bad">{t('backup_pages.error', { why: backup.error })}</Note>
      ) : null}
      {backup ? (
        <Tabs
          label={backup.name}
          value={search.tab === 'share' ? 'share' : search.tab === 'disks' && server ? 'disks' : 'details'}
          onChange={(next) =>
            void navigate({
              to: '.',
              search: (next === 'details' ? {} : { tab: next }) as never,
              replace: true,
            })
          }
          tabs={[
            {
              id: 'details',
              label: t('backup_pages.details'),
              content: () => <Details project={project} backup={backup} />,
            },
            ...(server
              ? [
                  {
                    id: 'disks',
                    label: t('backup_pages.disks'),
                    count: backup.disks.length,
                    content: () => <Disks project={project} backup={backup} />,
                  },
                ]
              : []),
            { id: 'share', label: t('sharing.list'), content: () => shares(backup) },
          ]}
        />
      ) : null}
    </Page>
  );
}

function Details({ project, backup }: { project: string; backup: Backup }) {
  const { t } = useWords();
  const server = backup.type === 'server';
  const source =
    backup.resource_status === null ? (
      <>
        {backup.resource_name} <span className="soft">{t('backup_pages.gone')}</span>
      </>
    ) : server ? (
      <Link to="/p/$project/servers/$server" params={{ project, server: backup.resource_id }} search={{}}>
        {backup.resource_name}
      </Link>
    ) : (
      <Link to="/p/$project/disks" params={{ project }} search={{ q: backup.resource_id }}>
        {backup.resource_name}
      </Link>
    );
  const facts: [string, ReactNode][] = [
    [server ? t('backup_pages.server') : t('backup_pages.disk'), source],
    [
      t('backup_pages.vault'),
      <Link key="v" to="/p/$project/vaults/$vault" params={{ project, vault: backup.vault.id }} search={{}}>
        {backup.vault.name}
      </Link>,
    ],
    [t('backup_pages.kind'), <Kind key="k" backup={backup} />],
    [
      t('backup_pages.consistency'),
      backup.consistency ? t(`backup_pages.consistency_${backup.consistency}`) : '–',
    ],
    [t('backup_pages.created'), <Age key="c" at={backup.created_at} absolute />],
    [t('backup_pages.instant'), <Age key="i" at={backup.instant} absolute />],
    [t('backup_pages.finished'), <Age key="p" at={backup.protected_at} absolute />],
    [
      t('backup_pages.expires'),
      <span key="e" className={css.with}>
        {backup.locked ? <Icon name="lock" size={13} /> : null}
        {backup.expires_at ? <Age at={backup.expires_at} absolute /> : t('backup_pages.never')}
        {backup.locked ? <span className="soft">{t('backup_pages.locked')}</span> : null}
      </span>,
    ],
  ];
  if (backup.frozen_ms !== null)
    facts.push([t('backup_pages.frozen'), t('backup_pages.frozen_ms', { n: backup.frozen_ms })]);
  if (backup.full_reason)
    facts.push([t('backup_pages.full_reason'), <Prose key="f" text={backup.full_reason} />]);
  facts.push([
    t('backup_pages.checkpoint'),
    <Copyable key="cp" text={backup.checkpoint_id} short name={t('backup_pages.checkpoint')} />,
  ]);
  facts.push([t('backup_pages.description'), backup.description || t('kit.none')]);
  return (
    <>
      <Section title={t('backup_pages.properties')}>
        <Facts facts={facts} />
        <div className={css.notes}>
          {backup.notes.map((note) => (
            <Note key={note}>
              <Prose text={note} />
            </Note>
          ))}
        </div>
      </Section>
      <Section title={t('backup_pages.data')}>
        <Facts
          facts={[
            [t('backup_pages.disk_size'), <Size key="s" bytes={backup.size_bytes} />],
            [t('backup_pages.read'), <Size key="r" bytes={backup.read_bytes} />],
            [t('backup_pages.new'), <Size key="n" bytes={backup.new_bytes} />],
            [
              t('backup_pages.stored'),
              <Size key="t" bytes={isCreating(backup.state) ? null : backup.stored_bytes} />,
            ],
          ]}
        />
      </Section>
    </>
  );
}

function Disks({ project, backup }: { project: string; backup: Backup }) {
  const { t } = useWords();
  const say = useReason();
  const open = useOpenDialog();
  const denied = useMay(project)('coffer:backups:export');
  const verdict = createFrom(backup);
  const why = denied ?? (allowed(verdict) ? undefined : verdict.reason);
  const columns: Column<BackupDisk>[] = [
    {
      id: 'name',
      header: t('backup_pages.name'),
      names: true,
      cell: (row) => (
        <NameCell
          link={
            <Link data-row="" to="/p/$project/disks" params={{ project }} search={{ q: row.disk_id }}>
              {row.name}
            </Link>
          }
          id={<Copyable text={row.disk_id} short name={row.name} />}
        />
      ),
    },
    {
      id: 'backup',
      header: t('backup_pages.disk_backup'),
      cell: (row) => <Copyable text={row.id} short name={t('backup_pages.disk_backup')} />,
    },
    {
      id: 'used_as',
      header: t('backup_pages.used_as'),
      cell: (row) => t(row.system ? 'backup_pages.system_disk' : 'backup_pages.data_disk'),
    },
    {
      id: 'size',
      header: t('backup_pages.capacity'),
      align: 'right',
      cell: (row) => <Size bytes={row.size_bytes} />,
    },
    {
      id: 'read',
      header: t('backup_pages.read'),
      align: 'right',
      cell: (row) => <Size bytes={row.read_bytes} />,
    },
    {
      id: 'new',
      header: t('backup_pages.new'),
      align: 'right',
      cell: (row) => <Size bytes={row.new_bytes} />,
    },
    {
      id: 'stored',
      header: t('backup_pages.stored'),
      align: 'right',
      cell: (row) => <Size bytes={row.stored_bytes} />,
    },
    {
      id: 'tracking',
      header: t('backup_pages.tracking'),
      cell: (row) => (
        <span>
          {row.tracking ? row.tracking.replaceAll('_', ' ') : <span className="soft">–</span>}
          {row.fallback_reason ? (
            <span className="soft">
              {' '}
              (<Prose text={row.fallback_reason} />)
            </span>
          ) : null}
        </span>
      ),
    },
  ];
  return (
    <Table
      label={t('backup_pages.disks')}
      columns={columns}
      rows={backup.disks}
      nameOf={(row) => row.name}
      links={(row) => (
        <Button
          kind="link"
          aria-label={t('portable.export_disk', { name: row.name })}
          reason={why && say(why)}
          onClick={() => open('export-backup', { backup: [backup.id], disk: [row.id] })}
        >
          {t('portable.export')}
        </Button>
      )}
      empty={<Empty title={t('kit.none')} />}
    />
  );
}
