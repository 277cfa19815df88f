import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { one } from '../../api/queries';
import type { Vault } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { allowed, backupVault, type Verdict } from '../../lib/can';
import { ApiFailure } from '../../lib/failure';
import { vaultLook } from '../../lib/status';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty, Failure } from '../../ui/Failure';
import { Icon } from '../../ui/icons';
import { MenuButton } from '../../ui/Menu';
import { Facts, Page, Section } from '../../ui/Page';
import { Fill } from '../../ui/Progress';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { Tabs } from '../../ui/Tabs';
import { Age } from '../../ui/Time';
import { associateTo } from './can';
import { History } from './History';
import { useVaultMenu } from './menu';
import { usePerform } from './perform';
import { Resources } from './Resources';
import css from './vaults.module.css';

/** A vault: details, what is associated, its backups. */
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
  const gone = error instanceof ApiFailure && error.status === 404;
  const vault = gone ? undefined : data;
  const why = (verdict: Verdict) => (allowed(verdict) ? undefined : say(verdict.reason));
  const server = vault?.type !== 'disk';
  const chosen = tab === 'resources' || tab === 'backups' ? tab : 'details';
  return (
    <Page
      title={vault?.name ?? ''}
      label={t('kind.vault')}
      trail={
        <Link
          to={server ? '/p/$project/server-backups' : '/p/$project/disk-backups'}
          params={{ project }}
          search={{}}
        >
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
          ]}
        />
      ) : null}
    </Page>
  );
}

function Tags({ tags }: { tags: readonly { key: string; value: string }[] }) {
  return (
    <span className={css.chips}>
      {tags.map((tag) => (
        <span key={tag.key} className={css.tagChip}>
          {tag.value ? `${tag.key}: ${tag.value}` : tag.key}
        </span>
      ))}
    </span>
  );
}

function Details({ project, vault }: { project: string; vault: Vault }) {
  const { t } = useWords();
  return (
    <>
      <Section title={t('vaults.space')}>
        <div className="stack">
          <div className={css.fill}>
            <Fill
              label={t('vaults.fill_of', { name: vault.name })}
              used={vault.used_bytes}
              size={vault.size_bytes}
              threshold={vault.threshold_percent}
            />
          </div>
          <Facts
            facts={[
              [t('vaults.used'), <Size key="u" bytes={vault.used_bytes} />],
              [t('vaults.free'), <Size key="f" bytes={Math.max(0, vault.size_bytes - vault.used_bytes)} />],
              [t('vaults.new_capacity'), <Size key="s" bytes={vault.size_bytes} />],
              [t('vaults.allocated'), <Size key="a" bytes={vault.allocated_bytes} />],
            ]}
          />
        </div>
      </Section>
      <History project={project} vault={vault} />
      <Section title={t('vaults.properties')}>
        <Facts
          facts={[
            [
              t('vaults.type'),
              t(vault.protect_type === 'replication' ? 'vaults.type_replication' : 'vaults.type_backup'),
            ],
            [t('vaults.locking'), t(vault.locked ? 'vaults.enabled' : 'vaults.disabled')],
            [t('vaults.auto_expand'), t(vault.auto_expand ? 'vaults.enabled' : 'vaults.disabled')],
            [t('vaults.threshold'), t('vaults.threshold_at', { percent: vault.threshold_percent })],
            [t('vaults.policy'), vault.policy?.name ?? t('vaults.no_policy')],
            [t('vaults.store'), vault.store],
            [t('vaults.created'), <Age key="c" at={vault.created_at} absolute />],
            [t('vaults.description'), vault.description || t('kit.none')],
            [
              t('vaults.tags'),
              vault.tags.length ? <Tags key="tags" tags={vault.tags} /> : t('vaults.no_tags'),
            ],
          ]}
        />
      </Section>
    </>
  );
}
