import type { Backup, BackupDisk } from '../../api/types';
import { formatSize } from '../../lib/sizes';
import { diskLook } from '../../lib/status';
import { useWords } from '../../messages';
import { type Choice, SelectField, Tick } from '../../ui/Form';
import { destinationReason } from './mapping';
import css from './RestoreDialog.module.css';
import type { RestorePlan } from './useRestorePlan';

/** Which disk's backup goes where; one disk alone has no choice to leave it out. */
export function RestoreTable({ backup, plan }: { backup: Backup; plan: RestorePlan }) {
  const { t, locale } = useWords();
  const several = backup.disks.length > 1;
  const takesPart = (disk: BackupDisk) => plan.chosen.some((pair) => pair.source.id === disk.id);
  const choices = (disk: BackupDisk): Choice[] =>
    plan.targets.map((target) => {
      const taken = plan.chosen.some((pair) => pair.source.id !== disk.id && pair.target.id === target.id);
      const why = destinationReason(backup, disk, target, taken);
      const state = t(diskLook(target.status).key as 'state.disk.in_use');
      return {
        value: target.id,
        label: `${target.name} · ${state} · ${formatSize(target.size_bytes, locale)}`,
        reason: why ? t(why as 'restore.taken') : undefined,
      };
    });
  return (
    <table className={css.table}>
      <thead>
        <tr>
          <th scope="col">{t('restore.disk')}</th>
          <th scope="col" className={css.wide}>
            {t('restore.capacity')}
          </th>
          <th scope="col" className={css.wide}>
            {t('restore.used_as')}
          </th>
          <th scope="col">{t('restore.destination')}</th>
        </tr>
      </thead>
      <tbody>
        {backup.disks.map((disk) => {
          const about = plan.estimate?.disks.find((each) => each.backup_id === disk.id);
          const size = formatSize(disk.size_bytes, locale);
          const kind = disk.system ? t('backup.system_disk') : t('backup.data_disk');
          const here = plan.targets.some((target) => target.id === plan.to[disk.id]);
          return (
            <tr key={disk.id}>
              <th scope="row">
                {several ? (
                  <Tick
                    label={disk.name}
                    checked={takesPart(disk)}
                    reason={plan.ready && !here ? t('restore.choose_first') : undefined}
                    onChange={() => plan.toggle(disk.id)}
                  />
                ) : (
                  disk.name
                )}
                <span className={css.about}>
                  {size} · {kind}
                </span>
              </th>
              <td className={`number ${css.wide}`}>{size}</td>
              <td className={css.wide}>{kind}</td>
              <td>
                <SelectField
                  bare
                  label={t('restore.destination_of', { name: disk.name })}
                  value={here ? (plan.to[disk.id] ?? '') : ''}
                  onChange={(target) => plan.choose(disk.id, target)}
                  choices={choices(disk)}
                  placeholder="–"
                />
                {!takesPart(disk) ? (
                  plan.ready ? (
                    <span className="soft">{t('restore.none')}</span>
                  ) : null
                ) : about?.refusal ? (
                  <span className={css.refusal}>{about.refusal}</span>
                ) : about && about.write_bytes !== null ? (
                  <span className="soft">
                    {t('restore.writes', { size: formatSize(about.write_bytes, locale) })}
                  </span>
                ) : null}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
