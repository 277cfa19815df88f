// Backups and images as files: what is taken away, in which form, and how it is checked afterwards.
import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { imagesQuery, isBeingMade } from '../../api/images';
import { checkExport, checksumQuery, type Export, exportPath, type Format } from '../../api/portable';
import { one } from '../../api/queries';
import type { DialogProps } from '../../app/dialogs';
import { useMay } from '../../app/useMay';
import { allowed, createFrom } from '../../lib/can';
import { formatSize } from '../../lib/sizes';
import { exactTime } from '../../lib/times';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Dialog } from '../../ui/Dialog';
import { Failure, Note } from '../../ui/Failure';
import { Radios, SelectField } from '../../ui/Form';
import { Facts } from '../../ui/Page';
import { Progress } from '../../ui/Progress';

interface Part {
  /** Of the disk's backup. */
  id: string;
  name: string;
  size_bytes: number;
  system: boolean;
}

/** Export Backup: all of it as an archive, or one disk as an image file. */
export function ExportBackup({ project, about, close }: DialogProps) {
  const { t, locale, zone } = useWords();
  const say = useReason();
  const denied = useMay(project)('coffer:backups:export');
  const id = about.backup?.[0] ?? '';
  const { data: backup, error } = useQuery(one('backup', project, id));
  const verdict = backup && createFrom(backup);
  const why = denied ?? (verdict && !allowed(verdict) ? verdict.reason : undefined);
  return (
    <ExportForm
      key={backup?.id}
      project={project}
      title={t('portable.export_backup')}
      of="backup"
      id={id}
      parts={backup?.disks}
      part={about.disk?.[0]}
      facts={
        backup
          ? [
              [t('create.backup'), backup.name],
              [t('create.of'), backup.resource_name],
              [t('create.state_of'), exactTime(backup.instant ?? backup.created_at, { locale, zone })],
            ]
          : null
      }
      whole
      reason={why && say(why)}
      failure={error}
      close={close}
    />
  );
}

/** Export Image: one of its disks as an image file. */
export function ExportImage({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const say = useReason();
  const denied = useMay(project)('ims:images:export');
  const { data, error } = useQuery(imagesQuery(project));
  const image = data?.find((each) => each.id === about.id);
  const notYet =
    image && image.status !== 'active'
      ? t(isBeingMade(image) ? 'reason.image_not_ready' : 'reason.image_killed')
      : undefined;
  return (
    <ExportForm
      key={image?.id}
      project={project}
      title={t('portable.export_image')}
      of="image"
      id={about.id ?? ''}
      parts={image?.disks}
      part={about.disk?.[0]}
      facts={
        image
          ? [
              [t('kind.image'), image.name],
              [t('image.server'), image.server.name],
            ]
          : null
      }
      reason={denied ? say(denied) : data && !image ? t('image.is_gone') : notYet}
      failure={error}
      close={close}
    />
  );
}

function ExportForm({
  project,
  title,
  of,
  id,
  parts = [],
  part: given,
  facts,
  whole = false,
  reason,
  failure,
  close,
}: {
  project: string;
  title: string;
  of: 'backup' | 'image';
  id: string;
  parts: readonly Part[] | undefined;
  /** The disk that was asked for. */
  part: string | undefined;
  /** What it is of; null until that is known. */
  facts: [string, ReactNode][] | null;
  /** All of it can be taken as one archive. */
  whole?: boolean;
  reason: string | undefined;
  failure: unknown;
  close: () => void;
}) {
  const { t, locale } = useWords();
  const [archive, setArchive] = useState(whole && !given);
  const [chosen, setChosen] = useState(given ?? parts[0]?.id ?? '');
  const [format, setFormat] = useState<Format>('qcow2');
  const file: Export = archive ? { of: 'backup', id } : { of, id, disk: chosen, format };
  const path = exportPath(project, file, 'export');
  // The file that the browser was told to fetch: its digest can be asked for.
  const [begun, setBegun] = useState<Export | null>(null);
  const start = useMutation({
    mutationFn: () => checkExport(project, file),
    onSuccess: () => {
      const link = document.createElement('a');
      link.href = path;
      link.download = '';
      link.click();
      setBegun(file);
    },
  });
  const ready = facts !== null && (archive || chosen !== '');
  return (
    <Dialog
      title={title}
      onClose={close}
      failure={failure ?? start.error}
      cancelLabel={begun ? t('kit.close') : t('kit.cancel')}
      onSubmit={() => {
        if (ready && !reason && !start.isPending) start.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={start.isPending || (!ready && !failure)} reason={reason}>
          {t('portable.download')}
        </Button>
      }
    >
      {facts ? <Facts facts={facts} /> : <p className="soft">{failure ? '' : t('kit.loading')}</p>}
      {whole ? (
        <Radios
          label={t('portable.what')}
          value={archive ? 'archive' : 'disk'}
          onChange={(what) => setArchive(what === 'archive')}
          choices={[
            { value: 'archive', label: t('portable.archive'), hint: t('portable.archive_hint') },
            { value: 'disk', label: t('portable.disk'), hint: t('portable.disk_hint') },
          ]}
        />
      ) : null}
      {archive ? null : (
        <>
          <SelectField
            label={t('create.which_disk')}
            value={chosen}
            onChange={setChosen}
            choices={parts.map((each) => ({
              value: each.id,
              label: t(each.system ? 'create.system_disk' : 'create.data_disk', {
                name: each.name,
                size: formatSize(each.size_bytes, locale),
              }),
            }))}
          />
          <Radios
            label={t('portable.format')}
            value={format}
            onChange={setFormat}
            choices={[
              { value: 'qcow2', label: t('portable.qcow2'), hint: t('portable.qcow2_hint') },
              { value: 'raw', label: t('portable.raw'), hint: t('portable.raw_hint') },
            ]}
          />
        </>
      )}
      {begun ? <Begun key={exportPath(project, begun, 'export')} project={project} file={begun} /> : null}
    </Dialog>
  );
}

/** What follows a download: it is the browser's now, and its digest says whether it is whole. */
function Begun({ project, file }: { project: string; file: Export }) {
  const { t } = useWords();
  const [wanted, setWanted] = useState(false);
  const { data, error, refetch } = useQuery({ ...checksumQuery(project, file), enabled: wanted });
  return (
    <>
      <Note
        tone="good"
        action={wanted ? null : <Button onClick={() => setWanted(true)}>{t('portable.digest')}</Button>}
      >
        <p role="status">{t('portable.begun')}</p>
        <p className="soft">{t('portable.digest_hint')}</p>
      </Note>
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
      {wanted && !error && !data?.value ? (
        <Progress
          label={t('portable.digest_of')}
          percent={data?.size_bytes ? (data.done_bytes / data.size_bytes) * 100 : null}
          done={data?.done_bytes}
          total={data?.size_bytes}
          spoken
        />
      ) : null}
      {data?.value ? (
        <Facts facts={[[t('portable.digest_of'), <Copyable key="d" text={data.value} />]]} />
      ) : null}
    </>
  );
}
