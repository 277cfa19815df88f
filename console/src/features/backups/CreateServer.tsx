import { useState } from 'react';
import { createServer, type Source } from '../../api/create';
import type { DialogProps } from '../../app/dialogs';
import { isHostName } from '../../lib/names';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { TextField, Tick } from '../../ui/Form';
import { HostField, isReadable, OfSource, partsOf, SourceFacts, useCreation, useSizes } from './created';

/** Create Server: a new server from a server's backup, beside the old one or in its place. */
export default function CreateServer(dialog: DialogProps) {
  const { t } = useWords();
  return (
    <OfSource
      {...dialog}
      title={t('create.server_title')}
      form={(source) => (
        <Form key={source.id} project={dialog.project} source={source} close={dialog.close} />
      )}
    />
  );
}

function Form({ project, source, close }: { project: string; source: Source; close: () => void }) {
  const { t } = useWords();
  const sizeOf = useSizes(project, source);
  const [name, setName] = useState('');
  const [host, setHost] = useState('');
  const [network, setNetwork] = useState('');
  const [keep, setKeep] = useState(false);
  const [powerOn, setPowerOn] = useState(false);
  const [instant, setInstant] = useState(false);
  const [shown, setShown] = useState(false);
  const wrongName = isHostName(name) ? null : t('create.name_rule');
  const save = useCreation(
    project,
    name,
    () =>
      createServer(project, {
        backup_id: source.id,
        name,
        keep_identity: keep,
        power_on: powerOn || instant,
        ...(instant ? { instant } : {}),
        ...(host === '' ? {} : { host }),
        ...(network.trim() === '' ? {} : { network: network.trim() }),
      }),
    close,
  );
  const ready = isReadable(source);
  return (
    <Dialog
      title={t('create.server_title')}
      dirty={name !== '' || host !== '' || network !== '' || keep || powerOn || instant}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (ready && !wrongName && !save.isPending) save.mutate();
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={save.isPending}
          reason={ready ? undefined : t('reason.backup_not_available')}
        >
          {t('create.server')}
        </Button>
      }
    >
      <SourceFacts source={source} bytes={partsOf(source).reduce((sum, each) => sum + sizeOf(each), 0)} />
      <TextField
        label={t('create.name')}
        required
        maxLength={64}
        value={name}
        error={wrongName}
        shown={shown}
        onChange={setName}
      />
      <HostField project={project} value={host} onChange={setHost} />
      <TextField
        label={t('create.network')}
        maxLength={255}
        hint={t('create.network_hint')}
        value={network}
        onChange={setNetwork}
      />
      <Tick label={t('create.keep')} hint={t('create.keep_hint')} checked={keep} onChange={setKeep} />
      <Tick label={t('create.power_on')} checked={powerOn} onChange={setPowerOn} />
      <Tick
        label={t('create.instant')}
        hint={t('create.instant_hint')}
        checked={instant}
        onChange={setInstant}
      />
      <Note>{t(keep ? 'create.same_identity' : 'create.new_identity')}</Note>
    </Dialog>
  );
}
