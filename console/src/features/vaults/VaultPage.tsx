import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { one } from '../../api/queries';
import type { Vault } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { backupsSection, useSection } from '../../app/section';
import { allowed, backupVault, type Verdict } from '../../lib/can';
import { isGone } from '../../lib/failure';
import { vaultLook } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty, Failure } from '../../ui/Failure';
import { Icon } from '../../ui/icons';
import { MenuButton } from '../../ui/Menu';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';
import { Tabs } from '../../ui/Tabs';
import { associateTo } from './can';
import { Details } from './Details';
import { useVaultMenu } from './menu';
import { usePerform } from './perform';
import { Resources } from './Resources';
import { TagsTab } from './TagsTab';
import css from './vaults.module.css';

/** A vault: details, what is associated, its backups, its tags. */
export function VaultPage({
  project,
  id,
  tab,
  backups,
}: {
  project: string;
  id: string;
  tab: string | undefined;
  /** The tab of its backups, which belong to another feature. */
  backups: (vault: Vault) => ReactNode;
}) {
  const { t } = useWords();
  const say = useReason();
  const navigate = useNavigate();
  const open = useOpenDialog();
  const perform = usePerform(project);
  const menu = useVaultMenu();
  const { data, error, refetch } = useQuery(one('vault', project, id));
  const gone = isGone(error);
  const vault = gone ? undefined : data;
  const why = (verdict: Verdict) => (allowed(verdict) ? undefined : say(verdict.reason));
  const server = vault?.type !== 'disk';
  const chosen = tab === 'resources' || tab === 'backups' || tab === 'tags' ? tab : 'details';
  const section = backupsSection(server);
  useSection(vault ? section : null);
  return (
    <Page
      title={vault?.name ?? ''}
      label={t('kind.vault')}
      trail={
        <Link to={section} params={{ project }} search={{}}>
          {t(server ? 'vaults.server_backups' : 'vaults.disk_backups')}
        </Link>
      }
      status={
        vault ? (
          <>
            <StatusWord look={vaultLook(vault.state)} since={vault.updated_at} />
            {vault.locked ? (
              <span className={css.with}>
                <Icon name="lock" size={13} /> {t('vaults.locking')}
              </span>
            ) : null}
          </>
        ) : null
      }
      about={<Copyable text={id} />}
      actions={
        vault ? (
          <>
            <Button reason={why(associateTo(vault))} onClick={() => open('associate', { vault: id })}>
              {t(server ? 'vaults.associate_server' : 'vaults.associate_disk')}
            </Button>
            <Button kind="primary" reason={why(backupVault(vault))} onClick={() => perform(vault)}>
              {t('vaults.perform')}
            </Button>
            <MenuButton entries={menu(vault)} label={t('kit.more_of', { name: vault.name })}>
              {t('kit.more')} <Icon name="more" size={14} />
            </MenuButton>
          </>
        ) : null
      }
    >
      {gone ? (
        <Empty title={t('vaults.gone')} />
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : null}
      {vault ? (
        <Tabs
          label={vault.name}
          value={chosen}
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
              label: t('vaults.details'),
              content: () => <Details project={project} vault={vault} />,
            },
            {
              id: 'resources',
              label: t(server ? 'vaults.servers' : 'vaults.disks'),
              count: vault.resource_count,
              content: () => <Resources vault={vault} />,
            },
            {
              id: 'backups',
              label: t('vaults.backups'),
              count: vault.backup_count,
              content: () => backups(vault),
            },
            {
              id: 'tags',
              label: t('vaults.tags'),
              count: vault.tags.length,
              content: () => <TagsTab project={project} vault={vault} />,
            },
          ]}
        />
      ) : null}
    </Page>
  );
}
