// Cloud Server Backups and Cloud Disk Backups: vaults, backups and what others share, of one kind.
import { useNavigate } from '@tanstack/react-router';
import type { ResourceKind } from '../api/types';
import { BackupList } from '../features/backups/BackupList';
import { SharedWithMe } from '../features/sharing/SharedWithMe';
import { VaultList } from '../features/vaults/VaultList';
import type { ListSearch } from '../lib/search';
import { useWords } from '../messages';
import { Button } from '../ui/Button';
import { Page } from '../ui/Page';
import { Tabs } from '../ui/Tabs';

export function CbrPage({
  project,
  type,
  search,
}: {
  project: string;
  type: ResourceKind;
  search: ListSearch;
}) {
  const { t } = useWords();
  const navigate = useNavigate();
  const server = type === 'server';
  const tab = search.tab === 'backups' || search.tab === 'shared' ? search.tab : 'vaults';
  return (
    <Page
      title={t(server ? 'vaults.server_backups' : 'vaults.disk_backups')}
      actions={
        <Button
          kind="primary"
          onClick={() =>
            void navigate({ to: '/p/$project/vaults/new', params: { project }, search: { type } })
          }
        >
          {t(server ? 'vaults.create_server' : 'vaults.create_disk')}
        </Button>
      }
    >
      <Tabs
        label={t(server ? 'vaults.server_backups' : 'vaults.disk_backups')}
        value={tab}
        onChange={(next) =>
          // Filters of one tab mean nothing on the other.
          void navigate({ to: '.', search: (next === 'vaults' ? {} : { tab: next }) as never, replace: true })
        }
        tabs={[
          {
            id: 'vaults',
            label: t('vaults.tab'),
            content: () => <VaultList project={project} type={type} search={search} />,
          },
          {
            id: 'backups',
            label: t('backup_pages.tab'),
            content: () => <BackupList project={project} type={type} search={search} />,
          },
          {
            id: 'shared',
            label: t('sharing.with_me'),
            content: () => <SharedWithMe project={project} type={type} />,
          },
        ]}
      />
    </Page>
  );
}
