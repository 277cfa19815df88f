import type { Preview } from '../../api/policies';
import { fullTime } from '../../lib/times';
import type { Key } from '../../messages';
import { useWords } from '../../messages';
import { goesSays } from '../../messages/policy';
import { Age, useNow } from '../../ui/Time';
import css from './policies.module.css';

const reasons: Record<string, Key> = {
  expired: 'policy.why_expired',
  expired_as_asked: 'policy.why_expired_as_asked',
  surplus: 'policy.why_surplus',
  failed_surplus: 'policy.why_failed_surplus',
  failed_long_ago: 'policy.why_failed_long_ago',
};

/** Backups that a policy would delete: which, when, why. */
export function Going({
  preview: { deletions, next_runs },
  most = 10,
}: {
  preview: Pick<Preview, 'deletions' | 'next_runs'>;
  most?: number;
}) {
  const words = useWords();
  const { t } = words;
  const now = useNow();
  const shown = deletions.slice(0, most);
  return (
    <>
      <table className={css.going}>
        <thead>
          <tr>
            <th scope="col">{t('policy.backup')}</th>
            <th scope="col">{t('policy.made')}</th>
            <th scope="col">{t('policy.goes')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((each) => {
            const why = reasons[each.reason];
            return (
              <tr key={each.backup_id}>
                <th scope="row">
                  {each.backup_name}
                  <br />
                  <span className="soft">{each.resource_name}</span>
                </th>
                <td>
                  <Age at={each.created_at} />
                </td>
                <td>
                  <time dateTime={each.at} title={fullTime(each.at, words)}>
                    {goesSays(words, each.at, next_runs[0]?.at, now)}
                  </time>
                  <br />
                  <span className="soft">{why ? t(why as 'policy.why_expired') : each.text}</span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {deletions.length > shown.length ? (
        <p className="soft">{t('policy.going_more', { n: deletions.length - shown.length })}</p>
      ) : null}
    </>
  );
}
