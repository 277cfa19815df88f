import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { importBackup, isArchive } from '../../api/portable';
import { one } from '../../api/queries';
import type { DialogProps } from '../../app/dialogs';
import { useMay } from '../../app/useMay';
import { allowed } from '../../lib/can';
import { isName } from '../../lib/names';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { FileField, TextField } from '../../ui/Form';
import { Facts } from '../../ui/Page';
import { Progress } from '../../ui/Progress';
import { Size } from '../../ui/Size';
import { toast } from '../../ui/toasts';
import { importInto } from './can';

/** Import Backup: an archive that an export gave, here or elsewhere, as a backup of the vault. */
export default function ImportBackup({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const say = useReason();
  const navigate = useNavigate();
  const denied = useMay(project)('coffer:backups:import');
  const vault = useQuery(one('vault', project, about.vault ?? ''));
  const [file, setFile] = useState<File | null>(null);
  const [fits, setFits] = useState(true);
  const [name, setName] = useState('');
  const [shown, setShown] = useState(false);
  const [sent, setSent] = useState(0);
  // An upload ends with its dialog.
  const stop = useRef(new AbortController());
  useEffect(() => {
    const mine = new AbortController();
    stop.current = mine;
    return () => mine.abort();
  }, []);
  const upload = useMutation({
    mutationFn: (from: File) =>
      importBackup(project, about.vault ?? '', from, { name, signal: stop.current.signal, onSent: setSent }),
    onSuccess: ({ backup_id, task }) => {
      toast('good', t('portable.imported', { name: task.backup?.name ?? name }), {
        label: t('portable.view'),
        onSelect: () =>
          void navigate({
            to: '/p/$project/backups/$backup',
            params: { project, backup: backup_id },
            search: {},
          }),
      });
      close();
    },
  });
  // The browser asks before the page goes, and the upload with it.
  const { isPending } = upload;
  useEffect(() => {
    if (!isPending) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isPending]);
  const verdict = vault.data && importInto(vault.data);
  const why = denied ?? (verdict && !allowed(verdict) ? verdict.reason : undefined);
  const wrongName = name === '' || isName(name) ? null : t('vaults.name_rule');
  const wrongFile = !file ? t('portable.file_missing') : fits ? null : t('portable.file_wrong');
  return (
    <Dialog
      title={t('portable.import')}
      dirty={isPending || file !== null || name !== ''}
      failure={vault.error ?? upload.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!why && vault.data && file && fits && !wrongName && !isPending) {
          setSent(0);
          upload.mutate(file);
        }
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={isPending || vault.isLoading}
          reason={why ? say(why) : undefined}
        >
          {t('portable.import')}
        </Button>
      }
    >
      <Facts
        facts={[
          [t('image.vault'), vault.data?.name ?? '…'],
          ...(file ? [[t('portable.size'), <Size key="s" bytes={file.size} />] as [string, ReactNode]] : []),
        ]}
      />
      <FileField
        label={t('portable.file')}
        hint={t('portable.file_hint')}
        accept=".tar,application/x-tar"
        error={wrongFile}
        shown={shown || (file !== null && !fits)}
        required
        off={isPending}
        onChange={(next) => {
          setFile(next);
          setFits(true);
          upload.reset();
          if (next) void isArchive(next).then(setFits, () => setFits(false));
        }}
      />
      <TextField
        label={t('portable.name')}
        hint={t('portable.name_hint')}
        maxLength={64}
        value={name}
        error={wrongName}
        shown={shown}
        readOnly={isPending}
        onChange={setName}
      />
      {isPending ? (
        <>
          <Progress
            label={t('portable.uploading')}
            percent={file?.size ? (sent / file.size) * 100 : null}
            done={sent}
            total={file?.size}
            spoken
          />
          <Note>{t(file && sent >= file.size ? 'portable.checking' : 'portable.keep_open')}</Note>
        </>
      ) : (
        <Note>{t('portable.import_note')}</Note>
      )}
    </Dialog>
  );
}
