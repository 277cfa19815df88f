// Steps that several journeys take.
import { spawn } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, type Locator, type Page } from '@playwright/test';
import { type Api, at, rig } from './rig';

export interface BackupRow {
  id: string;
  name: string;
  state: string;
  resource_id: string;
  resource_name: string;
  incremental: boolean;
  created_at: string;
  disks: { id: string; disk_id: string; name: string; system: boolean }[];
}
export interface ServerRow {
  id: string;
  name: string;
  status: string;
  vault: { id: string; name: string } | null;
  disks: { id: string; name: string; system: boolean }[];
  task: { id: string; state: string; progress: number } | null;
  restart_allowed: boolean;
}
export interface TaskRow {
  id: string;
  kind: string;
  state: string;
  progress: number;
}

/** A wait for the service: looked at ten times a second, as each answer costs next to nothing. */
const soon = (timeout: number) => ({ timeout, intervals: [100] });

/** The row of a table whose text has the name. */
export const row = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('row', { name: typeof name === 'string' ? new RegExp(name) : name });

/** More > Manage Image/Backup > an entry, by pointer. */
export async function manage(page: Page, server: string, entry: string): Promise<void> {
  await row(page, server).getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Manage Image/Backup' }).hover();
  await page.getByRole('menuitem', { name: entry }).click();
}

/** The backups whose names or ids begin with a text, newest first. */
export const backupsNamed = async (api: Api, q: string): Promise<BackupRow[]> =>
  (await api.call<{ backups: BackupRow[] }>('GET', `/coffer/v1/{project}/backups?q=${q}`)).backups;

export const servers = async (api: Api): Promise<ServerRow[]> =>
  (await api.call<{ servers: ServerRow[] }>('GET', '/coffer/v1/{project}/servers')).servers;

export async function serverNamed(api: Api, name: string): Promise<ServerRow> {
  const found = (await servers(api)).find((server) => server.name === name);
  if (!found) throw new Error(`there is no server ${name}`);
  return found;
}

/** Waits until nothing runs or waits any more. */
export async function quiet(api: Api): Promise<void> {
  const open = async () =>
    (
      await api.call<{ tasks: TaskRow[] }>('GET', '/coffer/v1/{project}/tasks?state=running&state=waiting')
    ).tasks.map((task) => `${task.kind} ${task.state} ${task.progress}`);
  await expect.poll(open, soon(90_000)).toEqual([]);
}

/** How the newest restore ended, or where it is. */
export const lastRestore = async (api: Api): Promise<string | undefined> =>
  (
    await api.call<{ tasks: TaskRow[] }>(
      'GET',
      '/coffer/v1/{project}/tasks?kind=restore&sort=-created_at&limit=1',
    )
  ).tasks[0]?.state;

/** Waits until the backups of a name are all in a state. */
export async function becomes(api: Api, name: string, state: string, count = 1): Promise<BackupRow[]> {
  await expect
    .poll(async () => (await backupsNamed(api, name)).map((backup) => backup.state), soon(90_000))
    .toEqual(Array.from({ length: count }, () => state));
  return backupsNamed(api, name);
}

/** Takes a server out of its vault, with its backups, so that a journey can begin without one. */
export async function outOfVault(api: Api, name: string): Promise<void> {
  await quiet(api);
  const server = await serverNamed(api, name);
  if (server.vault)
    await api.call('POST', `/v3/{project}/vaults/${server.vault.id}/removeresources`, {
      resource_ids: [server.id],
    });
  await expect.poll(async () => (await serverNamed(api, name)).vault, soon(60_000)).toBeNull();
}

/** A vault with this server in it: its own, or a new one. */
export async function inVault(api: Api, name: string): Promise<string> {
  const server = await serverNamed(api, name);
  if (server.vault) return server.vault.id;
  const answer = await api.call<{ vault: { id: string } }>('POST', '/v3/{project}/vaults', {
    vault: {
      name: `for-${name}`,
      billing: {
        object_type: 'server',
        protect_type: 'backup',
        consistent_level: 'crash_consistent',
        size: 100,
      },
      resources: [{ id: server.id, type: 'OS::Nova::Server' }],
    },
  });
  return answer.vault.id;
}

/** Begins a server's backup through the API, in its own vault or a new one. */
export async function begin(api: Api, server: string, name: string, full = false): Promise<void> {
  const vault = await inVault(api, server);
  const { id } = await serverNamed(api, server);
  await api.call('POST', '/v3/{project}/checkpoints', {
    checkpoint: {
      vault_id: vault,
      parameters: {
        name,
        incremental: !full,
        resource_details: [{ id, type: 'OS::Nova::Server' }],
      },
    },
  });
}

/** Backs a server up through the API and waits until that is Available. */
export async function backUp(api: Api, server: string, name: string, full = false): Promise<BackupRow> {
  await begin(api, server, name, full);
  const [backup] = await becomes(api, name, 'available');
  if (!backup) throw new Error(`there is no backup ${name}`);
  return backup;
}

/** The stage's one host. */
const HOST = '/coffer/v1/hosts/host1/limits';

/** Lets the host do one task at a time, so slowly that what runs now is seen running. */
export const hold = (api: Api): Promise<void> =>
  api.call('PUT', HOST, { limits: { bytes_per_second: 128 * 1024, tasks: 1 } });

/** Lets the host work as fast as it can again: what is held goes on at once. */
export const unhold = (api: Api): Promise<void> => api.call('DELETE', HOST);

/** Opens the list of servers. */
export async function toServers(page: Page): Promise<void> {
  await page.goto(at('/servers'));
  await expect(page.getByRole('heading', { level: 1, name: 'Elastic Cloud Server' })).toBeVisible();
}

const file = (name: string): string => {
  const path = process.env[name];
  if (!path) throw new Error(`${name} is not set`);
  return path;
};

/** Ends the service at once, as a crash would. */
export const killService = (): void => {
  process.kill(Number(readFileSync(file('COFFER_RIG_PID'), 'utf8')), 'SIGKILL');
};

/** Waits until the service's process is gone. */
export async function serviceGone(): Promise<void> {
  const pid = Number(readFileSync(file('COFFER_RIG_PID'), 'utf8'));
  const runs = () => {
    try {
      process.kill(pid, 0);
    } catch {
      return false;
    }
    // A zombie is gone as well: its parent is not this process.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  };
  await expect.poll(runs, soon(30_000)).toBe(false);
}

/** Starts the service again with its configuration. */
export function startService(): void {
  const log = openSync(file('COFFER_RIG_LOG'), 'a');
  const service = spawn(file('COFFER_RIG_BINARY'), ['serve', '--config', file('COFFER_RIG_CONFIG')], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  service.unref();
  writeFileSync(file('COFFER_RIG_PID'), String(service.pid));
}

/** What a page says of a service that went away. */
export const outages =
  /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_NETWORK_CHANGED/;

export { rig };
