import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { quotasQuery } from '../../api/operations';
import { mostPolicies } from '../../api/policies';
import { sessionQuery } from '../../api/queries';
import { useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Failure } from '../../ui/Failure';
import { Page, Section } from '../../ui/Page';
import { Fill } from '../../ui/Progress';
import css from './operations.module.css';
import { quotaKinds } from './quotas';

/** What the project may have, and has. */
export default function QuotasPage() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/admin/quotas' });
  const open = useOpenDialog();
  const { data: session } = useQuery(sessionQuery);
  const { data, error, refetch } = useQuery(quotasQuery(project));
  return (
    <Page
      title={t('quota.title')}
      about={t('quota.about')}
      actions={
        session?.domain_admin ? (
          <Button kind="primary" onClick={() => open('set-quotas', { id: project })}>
            {t('quota.set')}
          </Button>
        ) : null
      }
    >
      {error && !data ? <Failure error={error} retry={() => void refetch()} /> : null}
      {data ? (
        <Section>
          <div className={css.quota}>
            {quotaKinds.map((kind) => {
              const { used, most } = data[kind];
              const name = t(`quota.${kind}`);
              return (
                <div key={kind}>
                  <p className="row">
                    <strong className="grow">{name}</strong>
                    <span className="number">
                      {most !== null
                        ? t('quota.of', { n: used, most })
                        : kind === 'policies'
                          ? t('quota.policies_limit', { n: used, most: mostPolicies })
                          : t('quota.no_limit', { n: used })}
                    </span>
                  </p>
                  {most === null ? null : <Fill label={name} used={used} size={most} threshold={90} />}
                </div>
              );
            })}
          </div>
        </Section>
      ) : null}
    </Page>
  );
}
