// What a backup dialog is about: the servers and disks it lists, what is ticked, and what follows.
import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { backupEstimate, list, one } from '../../api/queries';
import type { Disk, Server, VaultRef } from '../../api/types';
import type { DialogSearch } from '../../app/router';
import { allowed, backupDisk, backupServer, vaultFull } from '../../lib/can';
import type { Resource } from './run';

export type Mode = 'server' | 'disk';

/** Resources of one backup at most (BKP). */
export const MOST_RESOURCES = 256;
/** From one full backup by hand to the next, in milliseconds. */
export const FULL_PERIOD = 24 * 3600 * 1000;

const toggled = (set: ReadonlySet<string>, id: string): ReadonlySet<string> => {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
};

/** The ids and those added later, asked for one by one; a vault's by one list. */
function useListed(project: string, about: DialogSearch, mode: Mode, added: readonly string[]) {
  const fromVault = about.vault !== undefined;
  const held = { limit: MOST_RESOURCES, sort: 'name', filter: { vault_id: about.vault } };
  const vaultServers = useQuery({
    ...list('server', project, held),
    enabled: fromVault && about.do === 'backup-server',
  });
  const vaultDisks = useQuery({
    ...list('disk', project, held),
    enabled: fromVault && about.do === 'backup-disk',
  });
  const serverIds = [...(fromVault ? [] : (about.server ?? [])), ...added];
  const serverQueries = useQueries({ queries: serverIds.map((id) => one('server', project, id)) });
  const diskIds = fromVault ? [] : (about.disk ?? []);
  const diskQueries = useQueries({ queries: diskIds.map((id) => one('disk', project, id)) });
  const asked = [...serverQueries, ...diskQueries, ...(fromVault ? [vaultServers, vaultDisks] : [])];
  const servers = [
    ...(vaultServers.data?.items ?? []),
    ...serverQueries.flatMap((each) => (each.data ? [each.data] : [])),
  ];
  const disks = [
    ...(vaultDisks.data?.items ?? []),
    ...diskQueries.flatMap((each) => (each.data ? [each.data] : [])),
  ];
  return {
    servers: [...new Map(servers.map((each) => [each.id, each])).values()],
    loose: mode === 'disk' ? disks : [],
    loading: asked.some((each) => each.isLoading),
    broken: asked.find((each) => each.error)?.error,
  };
}

/** What is listed and ticked, the resources that make the request, their vaults, the estimate. */
export function useBackupPlan(project: string, about: DialogSearch) {
  const [mode, setMode] = useState<Mode>(about.do === 'backup-disk' ? 'disk' : 'server');
  const [added, setAdded] = useState<readonly string[]>([]);
  // From a vault everything is listed and nothing ticked; from rows these are ticked.
  const [servers, setServers] = useState<ReadonlySet<string>>(
    () => new Set(about.vault ? [] : (about.server ?? [])),
  );
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [disks, setDisks] = useState<ReadonlySet<string> | null>(null);
  const [full, setFull] = useState(false);
  const listed = useListed(project, about, mode, added);

  const allDisks = [...listed.servers.flatMap((server) => server.disks), ...listed.loose];
  const only = allDisks.length === 1 ? allDisks[0] : undefined;
  // One disk stands ticked; of several the user ticks. Disks chosen in a list are chosen already.
  const preset = about.vault ? [] : (about.disk ?? (only && allowed(backupDisk(only)) ? [only.id] : []));
  const chosenDisks = disks ?? new Set(preset);
  const takesServer = (server: Server) => servers.has(server.id) && allowed(backupServer(server));
  const takesDisk = (disk: Disk) => chosenDisks.has(disk.id) && allowed(backupDisk(disk));

  const serverResource = (server: Server): Resource => ({
    id: server.id,
    name: server.name,
    kind: 'server',
    size: server.disks
      .filter((disk) => !disk.excluded && !left.has(disk.id))
      .reduce((sum, disk) => sum + disk.size_bytes, 0),
    exclude: server.disks.filter((disk) => left.has(disk.id)).map((disk) => disk.id),
    vault: server.vault?.type === 'server' ? server.vault.id : null,
  });
  const diskResource = (disk: Disk): Resource => ({
    id: disk.id,
    name: disk.name,
    kind: 'disk',
    size: disk.size_bytes,
    exclude: [],
    vault: disk.vault?.type === 'disk' ? disk.vault.id : null,
  });
  const chosen = mode === 'server' ? listed.servers.filter(takesServer) : allDisks.filter(takesDisk);
  const resources =
    mode === 'server'
      ? listed.servers.filter(takesServer).map(serverResource)
      : allDisks.filter(takesDisk).map(diskResource);
  const without = resources.filter((each) => each.vault === null);
  const inVaults = chosen.flatMap(({ vault }) => (vault?.type === mode ? [vault] : []));
  const vaults: VaultRef[] = [...new Map(inVaults.map((vault) => [vault.id, vault])).values()];
  const single = vaults.length === 1 && without.length === 0 ? vaults[0] : undefined;

  const estimate = useQuery({
    ...backupEstimate(project, {
      ...(single ? { vault_id: single.id } : {}),
      resources: resources.slice(0, MOST_RESOURCES).map((each) => ({
        id: each.id,
        type: each.kind,
        ...(each.exclude.length ? { exclude_volumes: each.exclude } : {}),
      })),
      incremental: !full,
    }),
  });
  const possible = estimate.data?.full_possible_at;
  /** Time from which a full backup is possible, where that is not now. */
  const fullLater = possible && Date.parse(possible) > Date.now() ? possible : null;

  return {
    ...listed,
    mode,
    setMode,
    /** Ids of the servers that are in the list by now. */
    ids: new Set(listed.servers.map((server) => server.id)),
    add: (server: Server) => {
      setAdded([...added, server.id]);
      if (mode === 'server') setServers(new Set([...servers, server.id]));
    },
    isIn: (server: Server) => servers.has(server.id),
    toggleServer: (id: string) => setServers(toggled(servers, id)),
    left,
    toggleLeft: (id: string) => setLeft(toggled(left, id)),
    chosenDisks,
    toggleDisk: (id: string) => setDisks(toggled(chosenDisks, id)),
    full: full && !fullLater,
    setFull,
    fullLater,
    resources,
    without,
    vaults,
    fullVaults: vaults.filter(vaultFull),
    estimate: estimate.data,
    /** Every disk of a server is ticked: a server backup would take them at one instant. */
    allOfOne:
      mode === 'disk' &&
      listed.servers.some(
        (server) => server.disks.length > 1 && server.disks.every((disk) => chosenDisks.has(disk.id)),
      ),
    dirty: full || added.length > 0 || left.size > 0 || disks !== null,
  };
}

export type BackupPlan = ReturnType<typeof useBackupPlan>;
