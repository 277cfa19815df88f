import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { list, one } from '../../api/queries';
import type { DialogProps } from '../../app/dialogs';
import { allowed, restoreBackup } from '../../lib/can';
import { exactTime } from '../../lib/times';
import { useWords } from '../../messages';
import { Dialog } from '../../ui/Dialog';
import { SelectField } from '../../ui/Form';
import { RestoreForm } from './RestoreForm';

/** Restore Server and Restore Disk. `restore-latest` chooses among the restore points of a server. */
export default function RestoreDialog({ project, about, close }: DialogProps) {
  const { t, locale, zone } = useWords();
  const server = about.server?.[0];
  const points = useQuery({
    ...list('backup', project, {
      limit: 100,
      sort: '-created_at',
      filter: { resource_id: server ?? '', state: 'available' },
    }),
    enabled: !about.backup?.[0] && server !== undefined,
  });
  const [chosen, setChosen] = useState('');
  const usable = (points.data?.items ?? []).filter((each) => allowed(restoreBackup(each)));
  const { before } = about;
  const latest = before
    ? usable.find((each) => Date.parse(each.created_at) <= Date.parse(before))
    : usable[0];
  const id = about.backup?.[0] ?? (chosen || (latest ?? usable.at(-1))?.id);
  const backup = useQuery({ ...one('backup', project, id ?? ''), enabled: id !== undefined });
  const source =
    about.backup?.[0] === undefined && usable.length > 0 ? (
      <SelectField
        label={t('restore.source')}
        value={id ?? ''}
        onChange={setChosen}
        choices={usable.map((each) => ({
          value: each.id,
          label: t('restore.what', { name: each.name, time: exactTime(each.created_at, { locale, zone }) }),
        }))}
      />
    ) : null;
  if (backup.data)
    return (
      <RestoreForm
        key={backup.data.id}
        project={project}
        backup={backup.data}
        source={source}
        close={close}
      />
    );
  const disk = about.do === 'restore-disk';
  return (
    <Dialog
      title={t(disk ? 'restore.disk_title' : 'restore.server_title')}
      onClose={close}
      failure={backup.error ?? points.error}
    >
      <p className="soft">{points.data && usable.length === 0 ? t('restore.nothing') : t('kit.loading')}</p>
    </Dialog>
  );
}
