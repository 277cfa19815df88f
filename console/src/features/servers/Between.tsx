import { Link, useParams } from '@tanstack/react-router';
import type { Backup } from '../../api/types';
import { useWords } from '../../messages';
import { Size } from '../../ui/Size';
import css from './RestoreDialog.module.css';

/** What each disk wrote between two restore points, by the backups that lie in between. */
export function Between({ points, a, b }: { points: readonly Backup[]; a: Backup; b: Backup }) {
  const { t } = useWords();
  const { project = '' } = useParams({ strict: false });
  const [from, to] = [a, b].sort((x, y) => x.created_at.localeCompare(y.created_at)) as [Backup, Backup];
  const between = points.filter(
    (point) =>
      point.state === 'available' && point.created_at > from.created_at && point.created_at <= to.created_at,
  );
  const sums = new Map<string, { name: string; bytes: number }>();
  for (const disk of between.flatMap((point) => point.disks)) {
    const sum = sums.get(disk.disk_id) ?? { name: disk.name, bytes: 0 };
    sums.set(disk.disk_id, { name: disk.name, bytes: sum.bytes + disk.new_bytes });
  }
  return (
    <table className={css.table}>
      <caption className={css.caption}>
        {t('point.between', { from: from.name, to: to.name })}{' '}
        <Link
          to="/p/$project/backups/$backup/compare/{-$other}"
          params={{ project, backup: to.id, other: from.id }}
          search={{}}
        >
          {t('compare.two')}
        </Link>
      </caption>
      <thead>
        <tr>
          <th scope="col">{t('restore.disk')}</th>
          <th scope="col">{t('point.changed_most')}</th>
        </tr>
      </thead>
      <tbody>
        {[...sums].map(([id, sum]) => (
          <tr key={id}>
            <th scope="row">{sum.name}</th>
            <td>
              <Size bytes={sum.bytes} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
