// `can.ts` against the server: what the console offers in a state must not be refused there for that
// state, and what it greys must be refused. The functions are asked about the objects as lists give
// them; the requests are the console's.
import type { Backup, Disk, Server, Task, Vault } from '../src/api/types';
import * as vaultCan from '../src/features/vaults/can';
import * as can from '../src/lib/can';
import { type Api, expect, test } from './rig';
import { backUp, backupsNamed, begin, hold, inVault, quiet, serverNamed, unhold } from './steps';

/** What the server says to a request: null if it takes it, else its refusal. */
type Answer = string | null;

interface Line {
  state: string;
  action: string;
  offered: boolean;
  answer: Answer;
}

class Compare {
  readonly lines: Line[] = [];
  constructor(private readonly api: Api) {}

  /** Asks both; `request` is only sent where it may be: where greyed, or where it does no harm. */
  async ask(
    state: string,
    action: string,
    verdict: can.Verdict,
    request: () => Promise<Answer>,
    harmless = false,
  ): Promise<void> {
    const offered = can.allowed(verdict);
    if (offered && !harmless) return;
    this.lines.push({ state, action, offered, answer: await request() });
  }

  /** The answer to a request that may be refused. */
  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    try {
      await this.api.call(method, path, body);
      return null;
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      // A refusal for any other reason than the state would prove nothing.
      if (!/: (400|403|404|409|422) /.test(text)) throw error;
      return text;
    }
  }

  /** What a backup would be refused for, without doing it. */
  async dryBackup(id: string, type: 'server' | 'disk'): Promise<Answer> {
    const answer = await this.api.call<{ refusals: { message: string }[] }>(
      'POST',
      '/coffer/v1/{project}/estimates/backup',
      { resources: [{ id, type }], incremental: true },
    );
    return answer.refusals.map((refusal) => refusal.message).join('; ') || null;
  }

  async dryRestore(backup: string): Promise<Answer> {
    const answer = await this.api.call<{ refusals: { message: string }[] }>(
      'POST',
      '/coffer/v1/{project}/estimates/restore',
      { backup_id: backup },
    );
    return answer.refusals.map((refusal) => refusal.message).join('; ') || null;
  }

  wrong(): string[] {
    return this.lines
      .filter((line) => line.offered !== (line.answer === null))
      .map((line) =>
        line.offered
          ? `${line.state}: ${line.action} is offered and refused: ${line.answer}`
          : `${line.state}: ${line.action} is greyed and taken`,
      );
  }
}

const get = async <T>(api: Api, kind: string): Promise<T[]> =>
  (await api.call<Record<string, T[]>>('GET', `/coffer/v1/{project}/${kind}?limit=200`))[kind] ?? [];

/** Everything about every object as it is now. */
async function all(api: Api, compare: Compare, when: string): Promise<void> {
  const power = (server: Server, action: string) => () =>
    compare.send('POST', `/coffer/v1/{project}/servers/${server.id}/power`, { action });
  const servers = await get<Server>(api, 'servers');
  const disks = await get<Disk>(api, 'disks');
  for (const server of servers) {
    const state = `${when}: server ${server.name} (${server.status})`;
    await compare.ask(state, 'start', can.startServer(server), power(server, 'start'));
    await compare.ask(state, 'stop', can.stopServer(server), power(server, 'stop'));
    await compare.ask(state, 'restart', can.restartServer(server), power(server, 'restart'));
    // Without a vault one is chosen first: the server has nothing to say yet.
    if (server.vault?.type === 'server')
      await compare.ask(
        state,
        'backup',
        can.backupServer(server),
        () => compare.dryBackup(server.id, 'server'),
        true,
      );
  }
  for (const disk of disks)
    if (disk.vault?.type === 'disk')
      await compare.ask(
        `${when}: disk ${disk.name} (${disk.status})`,
        'backup',
        can.backupDisk(disk),
        () => compare.dryBackup(disk.id, 'disk'),
        true,
      );
  // Where its own place is busy a backup can still be restored to another one, which the dialog offers.
  const busy = [...servers, ...disks].filter((each) => each.task !== null).map((each) => each.id);
  for (const backup of await get<Backup>(api, 'backups')) {
    const state = `${when}: backup ${backup.name} (${backup.state})`;
    if (!can.allowed(can.restoreBackup(backup)) || !busy.includes(backup.resource_id))
      await compare.ask(
        state,
        'restore',
        can.restoreBackup(backup),
        () => compare.dryRestore(backup.id),
        true,
      );
    await compare.ask(state, 'delete', can.deleteBackup(backup), () =>
      compare.send('DELETE', `/v3/{project}/backups/${backup.id}`),
    );
  }
  for (const task of await get<Task>(api, 'tasks'))
    await compare.ask(`${when}: task ${task.kind} (${task.state})`, 'cancel', can.cancelTask(task), () =>
      compare.send('POST', `/coffer/v1/{project}/tasks/${task.id}/cancel`),
    );
  for (const vault of await get<Vault>(api, 'vaults')) {
    const state = `${when}: vault ${vault.name} (${vault.state})`;
    const change = (body: object) => () => compare.send('PUT', `/v3/{project}/vaults/${vault.id}`, body);
    await compare.ask(state, 'rename', vaultCan.change(vault), change({ vault: { name: vault.name } }), true);
    await compare.ask(state, 'perform backup', can.backupVault(vault), () =>
      compare.send('POST', '/v3/{project}/checkpoints', {
        checkpoint: { vault_id: vault.id, parameters: { name: 'not-to-be' } },
      }),
    );
    await compare.ask(state, 'delete', vaultCan.remove(vault), () =>
      compare.send('DELETE', `/v3/{project}/vaults/${vault.id}`),
    );
  }
}

test('what is offered is taken, what is greyed is refused', async ({ api }) => {
  test.setTimeout(180_000);
  await quiet(api);
  await inVault(api, 'web-01');
  const known = (await backupsNamed(api, '')).find(
    (each) => each.resource_name === 'web-01' && each.state === 'available',
  );
  const backup = known ?? (await backUp(api, 'web-01', 'can-base'));
  const compare = new Compare(api);
  await all(api, compare, 'idle');

  // One backup runs and is held above 10 %, another one waits behind it at 0 %.
  await hold(api);
  const server = await serverNamed(api, 'web-01');
  await begin(api, 'web-01', 'can-held');
  await expect
    .poll(async () => (await serverNamed(api, 'web-01')).restart_allowed, { timeout: 60_000 })
    .toBe(true);
  await begin(api, 'shop-db', 'can-waits');
  await all(api, compare, 'backups run and wait');
  await unhold(api);
  await quiet(api);

  await hold(api);
  await api.call('POST', `/v3/{project}/backups/${backup.id}/restore`, {
    restore: { server_id: server.id, power_on: true },
  });
  await all(api, compare, 'restore runs');
  await unhold(api);
  await quiet(api);

  const greyed = compare.lines.filter((line) => !line.offered).length;
  console.log(`${compare.lines.length} requests, ${greyed} of them for what is greyed`);
  expect(compare.wrong()).toEqual([]);
  expect(greyed).toBeGreaterThan(10);
});
