import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { createImage, deleteImage, imagesQuery } from '../../api/images';
import { one } from '../../api/queries';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { useKept } from '../../app/useKept';
import { isImageName, proposeName } from '../../lib/names';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { TextArea, TextField, Tick } from '../../ui/Form';
import { Facts } from '../../ui/Page';
import { Size } from '../../ui/Size';

/** Most tags of an image, and longest of them. */
const tagLimits = { most: 10, longest: 80 } as const;

/** Create Image: of a server's backup, or of a server, which is backed up for it. */
export function CreateImage({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const [ofBackup, ofServer] = [about.backup?.[0], about.server?.[0]];
  const backup = useQuery({ ...one('backup', project, ofBackup ?? ''), enabled: ofBackup !== undefined });
  const server = useQuery({ ...one('server', project, ofServer ?? ''), enabled: ofServer !== undefined });
  const [first] = useState(() => proposeName('image_'));
  const [name, setName] = useState(first);
  const [description, setDescription] = useState('');
  const [tags, setTags] = useState('');
  const [shown, setShown] = useState(false);
  const list = tags
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  const wrongName = isImageName(name) ? null : t('image.name_rule');
  const wrongTags =
    list.length <= tagLimits.most && list.every((each) => each.length <= tagLimits.longest)
      ? null
      : t('image.tags_rule', tagLimits);
  const vault = server.data?.vault;
  const ready = backup.data !== undefined || Boolean(vault);
  const source =
    ofBackup === undefined
      ? { server_id: ofServer ?? '', vault_id: vault?.id ?? '' }
      : { backup_id: ofBackup };
  const save = useChange(
    () =>
      createImage(project, { ...source, name, description: description.replaceAll('\n', ' '), tags: list }),
    t(ofBackup === undefined ? 'image.begun' : 'image.made', { name }),
    close,
  );
  return (
    <Dialog
      title={t('image.create')}
      dirty={name !== first || description !== '' || tags !== ''}
      failure={backup.error ?? server.error ?? save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (ready && !wrongName && !wrongTags && !save.isPending) save.mutate();
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={save.isPending || backup.isLoading || server.isLoading}
          reason={server.data && !vault ? t('reason.image_no_vault') : undefined}
        >
          {t('image.create')}
        </Button>
      }
    >
      <Facts
        facts={
          ofBackup === undefined
            ? [
                [t('image.server'), server.data?.name ?? '…'],
                [t('image.vault'), vault?.name ?? '–'],
                [t('image.size'), <Size key="s" bytes={server.data?.disk_bytes} />],
              ]
            : [
                [t('image.backup'), backup.data?.name ?? '…'],
                [t('image.server'), backup.data?.resource_name ?? '…'],
                [t('image.size'), <Size key="s" bytes={backup.data?.size_bytes} />],
              ]
        }
      />
      <TextField
        label={t('image.name')}
        required
        maxLength={128}
        value={name}
        error={wrongName}
        shown={shown}
        onChange={setName}
      />
      <TextArea
        label={t('backup_pages.description')}
        value={description}
        onChange={setDescription}
        longest={1024}
      />
      <TextField
        label={t('image.tags')}
        hint={t('image.tags_hint', tagLimits)}
        value={tags}
        error={wrongTags}
        shown={shown}
        onChange={setTags}
      />
      <Note>{t(ofBackup === undefined ? 'image.of_server_note' : 'image.of_backup_note')}</Note>
    </Dialog>
  );
}

/** Deletes an image, and its backup where that is ticked (level 2). */
export function DeleteImage({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { data, error } = useQuery(imagesQuery(project));
  const image = useKept(data?.find((each) => each.id === about.id));
  const [backup, setBackup] = useState(false);
  const name = image?.name ?? '…';
  const remove = useChange(
    () => deleteImage(project, about.id ?? '', backup),
    t('image.deleted', { name }),
    close,
  );
  return (
    <Confirm
      level={2}
      title={t('image.delete_title', { name })}
      action={t('image.delete_action')}
      busy={remove.isPending || !image}
      failure={error ?? remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('image.delete_text')}</p>
      {image ? (
        <Tick
          label={t('image.delete_backup', { name: image.backup.name })}
          hint={t('image.delete_backup_hint')}
          checked={backup}
          onChange={setBackup}
        />
      ) : null}
    </Confirm>
  );
}
