// What Create Disk and Create Server have in common: their backup, their host, and what follows.
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { hostNamesQuery, type Source, sourceQuery } from '../../api/create';
import { one, sessionQuery } from '../../api/queries';
import type { Backup, Task } from '../../api/types';
import type { DialogProps } from '../../app/dialogs';
import { GIB } from '../../lib/sizes';
import { exactTime } from '../../lib/times';
import { useWords } from '../../messages';
import { Dialog } from '../../ui/Dialog';
import { SelectField } from '../../ui/Form';
import { Facts } from '../../ui/Page';
import { Size } from '../../ui/Size';
import { toast } from '../../ui/toasts';

/** A time of the CBR API, which is UTC without saying so. */
const instant = (time: string): string => (/[zZ]|[+-]\d\d:?\d\d$/.test(time) ? time : `${time}Z`);

/** A dialog about a backup: its frame alone until the backup is known. */
export function OfSource({
  project,
  about,
  close,
  title,
  form,
}: DialogProps & { title: string; form: (source: Source) => ReactNode }) {
  const { t } = useWords();
  const { data, error } = useQuery(sourceQuery(project, about.backup?.[0] ?? ''));
  if (data) return form(data);
  return (
    <Dialog title={title} onClose={close} failure={error}>
      <p className="soft">{error ? '' : t('kit.loading')}</p>
    </Dialog>
  );
}

/** The disks' backups inside a backup: its children, or itself. */
export const partsOf = (source: Source): readonly Source[] =>
  source.resource_type === 'OS::Nova::Server' ? source.children : [source];

/** Starts what makes something new, says so, and closes. */
export function useCreation(project: string, name: string, begin: () => Promise<Task>, close: () => void) {
  const { t } = useWords();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: begin,
    onSuccess: (task) => {
      toast('good', t('create.started', { name }), {
        label: t('create.view_task'),
        onSelect: () =>
          void navigate({ to: '/p/$project/tasks/$task', params: { project, task: task.id }, search: {} }),
      });
      close();
    },
  });
}

/** What is made from: which backup, of when, how much. */
export function SourceFacts({ source, bytes }: { source: Source; bytes: number }) {
  const { t, locale, zone } = useWords();
  return (
    <Facts
      facts={[
        [t('create.backup'), source.name],
        [t('create.of'), source.resource_name],
        [
          t('create.state_of'),
          exactTime(instant(source.protected_at ?? source.created_at), { locale, zone }),
        ],
        [t('create.at_most'), <Size key="s" bytes={bytes} />],
      ]}
    />
  );
}

/** How large the disk of a part is. The CBR API rounds up to GiB, and is all that is known of another project's. */
export const sizeIn = (
  part: Source,
  whole: Pick<Backup, 'id' | 'size_bytes' | 'disks'> | undefined,
): number =>
  whole?.disks.find((disk) => disk.id === part.id)?.size_bytes ??
  (whole?.id === part.id ? whole.size_bytes : part.resource_size * GIB);

/** How large the disks in a backup are, in bytes. */
export function useSizes(project: string, source: Source): (part: Source) => number {
  const { data } = useQuery({ ...one('backup', project, source.id), enabled: source.project_id === project });
  return (part) => sizeIn(part, data);
}

/** Whether something can be made from it now: also while it is being restored. */
export const isReadable = (source: Source): boolean =>
  source.status === 'available' || source.status === 'restoring';

/** The host to make it on; an empty value is the one that the backup is from. */
export function HostField({
  project,
  value,
  onChange,
}: {
  project: string;
  value: string;
  onChange: (host: string) => void;
}) {
  const { t } = useWords();
  const { data: session } = useQuery(sessionQuery);
  const { data: hosts } = useQuery({
    ...hostNamesQuery(project, session?.domain_admin ?? false),
    enabled: session !== undefined,
  });
  return (
    <SelectField
      label={t('create.host')}
      value={value}
      onChange={onChange}
      choices={[
        { value: '', label: t('create.host_same') },
        ...(hosts ?? []).map((host) => ({ value: host, label: host })),
      ]}
    />
  );
}
