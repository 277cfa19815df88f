import type { Vault } from '../../api/types';
import { useWords } from '../../messages';
import { Facts, Section } from '../../ui/Page';
import { Fill } from '../../ui/Progress';
import { Size } from '../../ui/Size';
import { Age } from '../../ui/Time';
import { History } from './History';
import { PolicySection } from './PolicySection';
import { LimitsSection, RecoverySection } from './Safety';
import css from './vaults.module.css';

/** What a vault is, what it holds, and what backs it up. */
export function Details({ project, vault }: { project: string; vault: Vault }) {
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
      <PolicySection project={project} vault={vault} />
      <History project={project} vault={vault} />
      <RecoverySection project={project} vault={vault} />
      <LimitsSection project={project} vault={vault} />
      <Section title={t('vaults.properties')}>
        <Facts
          facts={[
            [
              t('vaults.type'),
              t(vault.protect_type === 'replication' ? 'vaults.type_replication' : 'vaults.type_backup'),
            ],
            [t('vaults.locking'), t(vault.locked ? 'vaults.enabled' : 'vaults.disabled')],
            [
              t('vaults.auto_bind'),
              vault.auto_bind
                ? vault.bind_tags.length
                  ? vault.bind_tags
                      .map((tag) => (tag.value ? `${tag.key}: ${tag.value}` : tag.key))
                      .join(', ')
                  : t('vaults.auto_bind_all')
                : t('vaults.disabled'),
            ],
            [t('vaults.auto_expand'), t(vault.auto_expand ? 'vaults.enabled' : 'vaults.disabled')],
            [t('vaults.threshold'), t('vaults.threshold_at', { percent: vault.threshold_percent })],
            [t('vaults.store'), vault.store],
            [t('vaults.created'), <Age key="c" at={vault.created_at} absolute />],
            [t('vaults.description'), vault.description || t('kit.none')],
          ]}
        />
      </Section>
    </>
  );
}
