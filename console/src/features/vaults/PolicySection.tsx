import { useQuery } from '@tanstack/react-query';
import { policiesQuery, policyPreview } from '../../api/policies';
import type { Vault } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { allowed, type Verdict } from '../../lib/can';
import { useWords } from '../../messages';
import { usePolicySentences } from '../../messages/policy';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Failure } from '../../ui/Failure';
import { Section } from '../../ui/Page';
import { Runs } from '../../ui/Runs';
import { StatusWord } from '../../ui/StatusWord';
import { applyPolicy } from './can';
import css from './vaults.module.css';

/** The policy that backs a vault up, in words, and its next five runs. */
export function PolicySection({ project, vault }: { project: string; vault: Vault }) {
  const { t } = useWords();
  const say = useReason();
  const open = useOpenDialog();
  const verdict: Verdict = applyPolicy(vault);
  const reason = allowed(verdict) ? undefined : say(verdict.reason);
  const about = { vault: vault.id };
  return (
    <Section
      title={t('policy.of_vault')}
      aside={
        <span className="row">
          {vault.policy ? (
            <>
              <Button onClick={() => open('edit-policy', { policy: vault.policy?.id })}>
                {t('policy.edit')}
              </Button>
              <Button onClick={() => open('remove-policy', about)}>{t('policy.remove')}</Button>
            </>
          ) : null}
          <Button reason={reason} onClick={() => open('apply-policy', about)}>
            {t('policy.apply')}
          </Button>
        </span>
      }
    >
      {vault.policy ? (
        <Applied project={project} id={vault.policy.id} />
      ) : (
        <p className="soft">{t('policy.vault_none')}</p>
      )}
    </Section>
  );
}

function Applied({ project, id }: { project: string; id: string }) {
  const { t } = useWords();
  const says = usePolicySentences();
  const { data: policies, error } = useQuery(policiesQuery(project));
  const policy = policies?.find((each) => each.id === id);
  const { data: preview } = useQuery(policyPreview(project, id));
  if (error && !policies) return <Failure error={error} />;
  if (!policy) return null;
  return (
    <div className={css.policy}>
      <div className="stack">
        <p className="row">
          <strong>{policy.name}</strong>
          <StatusWord
            look={
              policy.enabled
                ? { tone: 'good', key: 'policy.enabled' }
                : { tone: 'off', key: 'policy.disabled' }
            }
          />
        </p>
        <p>{says.rule(policy.trigger.properties.pattern, policy.trigger.properties.timezone)}</p>
        <p>{says.keep(policy.operation_definition)}</p>
      </div>
      {preview?.next_runs.length ? (
        <div>
          <h3 className={css.small}>{t('policy.next_five')}</h3>
          <Runs label={t('policy.next_five')} runs={preview.next_runs.slice(0, 5)} />
        </div>
      ) : null}
    </div>
  );
}
