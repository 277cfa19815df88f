import { useQuery } from '@tanstack/react-query';
import { recoveryKeyQuery, vaultLimitsQuery } from '../../api/safety';
import type { Vault } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { ApiFailure } from '../../lib/failure';
import { formatRate } from '../../lib/sizes';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Failure, Note } from '../../ui/Failure';
import { Facts, Section } from '../../ui/Page';
import { Age } from '../../ui/Time';

/** Those who may not see it see no part of the page for it. */
const hidden = (error: unknown): boolean => error instanceof ApiFailure && error.status === 403;

/** The key that opens the vault without the service: whether one is kept. */
export function RecoverySection({ project, vault }: { project: string; vault: Vault }) {
  const { t } = useWords();
  const open = useOpenDialog();
  const { data, error, refetch } = useQuery(recoveryKeyQuery(project, vault.id));
  if (hidden(error)) return null;
  const about = { vault: vault.id };
  const made = data?.fingerprint ?? null;
  return (
    <Section
      title={t('recovery.title')}
      aside={
        <span className="row">
          {made && !data?.confirmed_at ? (
            <Button onClick={() => open('confirm-recovery-key', about)}>{t('recovery.confirm')}</Button>
          ) : null}
          <Button onClick={() => open('recovery-key', about)}>{t('recovery.make')}</Button>
        </span>
      }
    >
      <div className="stack">
        {error ? <Failure error={error} retry={() => void refetch()} /> : null}
        {data && !made ? <Note tone="warn">{t('recovery.none')}</Note> : null}
        {data && made && !data.confirmed_at ? <Note tone="warn">{t('recovery.unconfirmed')}</Note> : null}
        {data && made ? (
          <Facts
            facts={[
              [t('recovery.fingerprint'), <code key="f">{made}</code>],
              [t('recovery.made'), <Age key="m" at={data.made_at} absolute />],
              [t('recovery.confirmed'), <Age key="c" at={data.confirmed_at} absolute />],
            ]}
          />
        ) : null}
      </div>
    </Section>
  );
}

/** How fast, how much at once and when the vault is written. */
export function LimitsSection({ project, vault }: { project: string; vault: Vault }) {
  const { t, locale } = useWords();
  const open = useOpenDialog();
  const { data, error, refetch } = useQuery(vaultLimitsQuery(project, vault.id));
  if (hidden(error)) return null;
  const limits = data?.limits;
  return (
    <Section
      title={t('limits.of_vault')}
      aside={<Button onClick={() => open('vault-limits', { vault: vault.id })}>{t('limits.set')}</Button>}
    >
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {data && limits ? (
        <Facts
          facts={[
            [
              t('limits.rate'),
              limits.bytes_per_second ? formatRate(limits.bytes_per_second, locale) : t('limits.none'),
            ],
            [t('limits.tasks'), String(data.tasks_in_force)],
            [
              t('limits.windows'),
              limits.windows?.length
                ? `${limits.windows.join('; ')} (${limits.zone ?? 'UTC'})`
                : t('limits.always'),
            ],
            ...(data.opens_at
              ? [[t('limits.opens'), <Age key="o" at={data.opens_at} />] as [string, React.ReactNode]]
              : []),
          ]}
        />
      ) : null}
    </Section>
  );
}
