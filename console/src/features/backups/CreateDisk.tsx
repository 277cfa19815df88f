import { useState } from 'react';
import { createDisk, type Source } from '../../api/create';
import type { DialogProps } from '../../app/dialogs';
import { isHostName, proposeName } from '../../lib/names';
import { formatSize, GIB } from '../../lib/sizes';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { SelectField, TextField } from '../../ui/Form';
import { HostField, isReadable, OfSource, partsOf, SourceFacts, useCreation, useSizes } from './created';

/** Largest disk in GiB: 64 TiB. */
const most = 65_536;

/** Create Disk: a new disk from a disk's backup, or from one disk of a server's. */
export default function CreateDisk(dialog: DialogProps) {
  const { t } = useWords();
  return (
    <OfSource
      {...dialog}
      title={t('create.disk_title')}
      form={(source) => (
        <Form key={source.id} project={dialog.project} source={source} close={dialog.close} />
      )}
    />
  );
}

function Form({ project, source, close }: { project: string; source: Source; close: () => void }) {
  const { t, locale } = useWords();
  const parts = partsOf(source);
  const sizeOf = useSizes(project, source);
  const [part, setPart] = useState(parts[0]?.id ?? '');
  const [first] = useState(() => proposeName('disk-'));
  const [name, setName] = useState(first);
  const [size, setSize] = useState('');
  const [host, setHost] = useState('');
  const [shown, setShown] = useState(false);
  const chosen = parts.find((each) => each.id === part);
  const least = chosen?.resource_size ?? 0;
  const gib = Number(size);
  const wrongName = isHostName(name) ? null : t('create.name_rule');
  const wrongSize =
    size === '' || (Number.isInteger(gib) && gib >= least && gib <= most)
      ? null
      : t('create.size_rule', { least, most });
  const save = useCreation(
    project,
    name,
    () =>
      createDisk(project, {
        backup_id: part,
        name,
        ...(size === '' ? {} : { size_bytes: gib * GIB }),
        ...(host === '' ? {} : { host }),
      }),
    close,
  );
  const ready = isReadable(source);
  return (
    <Dialog
      title={t('create.disk_title')}
      dirty={name !== first || size !== '' || host !== ''}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (ready && chosen && !wrongName && !wrongSize && !save.isPending) save.mutate();
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={save.isPending}
          reason={ready ? undefined : t('reason.backup_not_available')}
        >
          {t('create.disk')}
        </Button>
      }
    >
      <SourceFacts source={source} bytes={chosen ? sizeOf(chosen) : 0} />
      {parts.length > 1 ? (
        <SelectField
          label={t('create.which_disk')}
          value={part}
          onChange={setPart}
          choices={parts.map((each) => ({
            value: each.id,
            label: t(each.extend_info.system_disk ? 'create.system_disk' : 'create.data_disk', {
              name: each.resource_name,
              size: formatSize(sizeOf(each), locale),
            }),
          }))}
        />
      ) : null}
      <TextField
        label={t('create.name')}
        required
        maxLength={64}
        value={name}
        error={wrongName}
        shown={shown}
        onChange={setName}
      />
      <TextField
        label={t('create.size')}
        inputMode="numeric"
        unit="GiB"
        hint={t('create.size_hint', { least, size: formatSize(chosen ? sizeOf(chosen) : 0, locale) })}
        value={size}
        error={wrongSize}
        shown={shown}
        onChange={setSize}
      />
      <HostField project={project} value={host} onChange={setHost} />
      {chosen?.extend_info.system_disk ? <Note>{t('create.as_data')}</Note> : null}
    </Dialog>
  );
}
