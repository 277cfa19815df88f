// Backups that leave as files, come back as archives, and are compared with each other.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { backupsChanged } from './backups';
import { ApiFailure, ask, call, failureOf, lost } from './client';
import { base } from './queries';
import type { components } from './schema';

type Schemas = components['schemas'];
export type Format = 'qcow2' | 'raw';
export type Checksum = Schemas['Checksum'];
export type Imported = Schemas['ImportAnswer'];
export type Changes = Schemas['Changes'];
export type ChangedDisk = Schemas['ChangedDisk'];
export type ChangedExtent = Schemas['ChangedExtent'];

/** A file that can be taken away: a backup as an archive, or a disk of a backup or image. */
export type Export =
  | { of: 'backup'; id: string }
  | { of: 'backup' | 'image'; id: string; disk: string; format: Format };

/** Where a file is downloaded from, or where its digest is asked for. */
export function exportPath(project: string, file: Export, what: 'export' | 'export/checksum'): string {
  const at = (part: string) => encodeURIComponent(part);
  const whole = `${base(project)}/${file.of}s/${at(file.id)}`;
  return 'disk' in file
    ? `${whole}/disks/${at(file.disk)}/${what}?format=${file.format}`
    : `${whole}/${what}`;
}

/** Fails with what the server says where the file would not be sent: a download tells nobody why. */
export async function checkExport(project: string, file: Export): Promise<void> {
  let response: Response;
  try {
    response = await fetch(exportPath(project, file, 'export'), {
      headers: { Accept: 'application/json', Range: 'bytes=0-0' },
      credentials: 'same-origin',
      cache: 'no-store',
    });
  } catch {
    throw new ApiFailure(0, '', null, null, null);
  }
  if (response.status === 401) lost();
  if (!response.ok) throw failureOf(response, await response.json().catch(() => null));
  await response.body?.cancel();
}

/** The digest of a file. It is worked out while it is asked for, until it is known. */
export const checksumQuery = (project: string, file: Export) =>
  queryOptions({
    queryKey: ['checksum', project, file] as const,
    queryFn: ({ signal }) =>
      call<{ checksum: Checksum }>('GET', exportPath(project, file, 'export/checksum'), undefined, signal),
    select: (answer) => answer.checksum,
    refetchInterval: ({ state }) => (state.data && state.data.checksum.value === null ? 500 : false),
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Whether a file begins as an archive of an export does: as a tar archive. */
export async function isArchive(file: Blob): Promise<boolean> {
  return (await file.slice(257, 262).text()) === 'ustar';
}

/** Sends an archive, and gives the backup that it became. `onSent`: bytes that are on their way. */
export function importBackup(
  project: string,
  vault: string,
  file: Blob,
  { name, signal, onSent }: { name: string; signal: AbortSignal; onSent: (bytes: number) => void },
): Promise<Imported> {
  return new Promise((done, failed) => {
    // `fetch` tells nothing of how far an upload is.
    const request = new XMLHttpRequest();
    const query = name === '' ? '' : `?name=${encodeURIComponent(name)}`;
    request.open('POST', `${base(project)}/vaults/${encodeURIComponent(vault)}/import${query}`);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', 'application/x-tar');
    request.setRequestHeader('X-Coffer-Console', '1');
    request.upload.onprogress = (event) => onSent(event.loaded);
    const broken = () => failed(new ApiFailure(0, '', null, null, null));
    request.onerror = broken;
    request.onabort = broken;
    request.onload = () => {
      const headers = { 'x-request-id': request.getResponseHeader('x-request-id') ?? '' };
      const answer = new Response(null, { status: request.status, headers });
      let body: unknown = null;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // Whatever it is, the status says enough.
      }
      if (answer.status === 401) lost();
      if (!answer.ok) return failed(failureOf(answer, body));
      backupsChanged(project);
      done(body as Imported);
    };
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

/** Stretches asked for at once. */
const PAGE = 200;

/** What of a backup is not the same in another one: totals with the first page, stretches page by page. */
export const changesQuery = (
  project: string,
  backup: string,
  { since, disk, exact }: { since: string; disk?: string | undefined; exact: boolean },
) =>
  infiniteQueryOptions({
    queryKey: ['changes', project, backup, since, disk ?? '', exact] as const,
    queryFn: async ({ pageParam, signal }): Promise<Changes> => {
      const answer = await ask('GET', '/coffer/v1/{project_id}/backups/{backup_id}/changes', {
        path: { project_id: project, backup_id: backup },
        query: {
          since,
          limit: PAGE,
          ...(disk ? { disk } : {}),
          ...(exact ? { exact } : {}),
          ...(pageParam ? { marker: pageParam } : {}),
        },
        signal,
      });
      return answer.changes;
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    // Backups do not change.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
