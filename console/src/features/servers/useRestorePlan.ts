// What a restore would do: where each disk goes, what stands in its way, and the way back.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { list, restoreEstimate } from '../../api/queries';
import type { Backup, Disk } from '../../api/types';
import { restoreBackup } from '../../lib/can';
import { type Destinations, home, pairs } from './mapping';

/** Disks offered as destinations at most. */
const MOST_TARGETS = 500;

export function useRestorePlan(project: string, backup: Backup) {
  const server = backup.type === 'server';
  const gone = backup.resource_status === null;
  // A server's disks, and those attached to none: others are never written for it.
  const own = useQuery({
    ...list('disk', project, { limit: MOST_TARGETS, filter: { server_id: backup.resource_id } }),
    enabled: server && !gone,
  });
  const free = useQuery(
    list('disk', project, { limit: MOST_TARGETS, filter: server ? { status: 'available' } : {} }),
  );
  const ready = free.data !== undefined && (own.data !== undefined || !server || gone);
  const targets: Disk[] = [
    ...new Map(
      [...(own.data?.items ?? []), ...(free.data?.items ?? [])].map((disk) => [disk.id, disk]),
    ).values(),
  ];
  const [to, setTo] = useState<Destinations>(() => home(backup));
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const chosen = pairs(backup, to, targets).filter((pair) => !out.has(pair.source.id));
  const mappings = chosen.map((pair) => ({ disk_backup_id: pair.source.id, disk_id: pair.target.id }));
  const estimate = useQuery({
    ...restoreEstimate(project, { backup_id: backup.id, mappings }),
    enabled: ready && mappings.length > 0,
  });

  // The way back is a backup of what is overwritten: the server says whether there can be one.
  const before = estimate.data?.safety ?? null;
  const [wished, setWished] = useState(true);
  const possible = before !== null && before.refusal === null && before.fits;

  return {
    server,
    gone,
    ready,
    failure: own.error ?? free.error ?? estimate.error,
    targets,
    to,
    choose: (source: string, target: string) => setTo({ ...to, [source]: target }),
    out,
    toggle: (source: string) => {
      const next = new Set(out);
      if (!next.delete(source)) next.add(source);
      setOut(next);
    },
    chosen,
    mappings,
    estimate: estimate.data,
    verdict: restoreBackup(backup),
    target: estimate.data?.server ?? null,
    /** The one disk that a disk's backup goes onto. */
    single: server ? undefined : chosen[0]?.target,
    changed: out.size > 0 || backup.disks.some((disk) => to[disk.id] !== disk.disk_id),
    /** Null where the service offers no way back. */
    safety: before && {
      on: wished && possible,
      set: setWished,
      possible,
      refusal: before.refusal,
      bytes: before.read_bytes,
      vault: before.vault?.name ?? null,
    },
    /** Whether there is a way back is known. */
    judged: estimate.data !== undefined || estimate.error !== null,
  };
}

export type RestorePlan = ReturnType<typeof useRestorePlan>;
