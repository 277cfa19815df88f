// What a state is called, and how it looks: icon, word and colour always together.
import type { Key } from '../messages';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'off';
export interface Look {
  tone: Tone;
  /** Message key of the word; absent for a state that has no name of its own. */
  key?: Key;
  /** The word for a state without a key. */
  word?: string;
  /** Whether it is a state that will pass by itself. */
  passing?: boolean;
  /** Show the percent beside the word. */
  percent?: boolean;
}

const titled = (state: string): string =>
  state
    .toLowerCase()
    .split(/[_\s-]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');

const pick = (table: Record<string, Look>, state: string): Look =>
  table[state] ?? { tone: 'off', word: titled(state) };

export const serverLook = (state: string): Look =>
  pick(
    {
      ACTIVE: { tone: 'good', key: 'state.server.running' },
      SHUTOFF: { tone: 'off', key: 'state.server.stopped' },
      ERROR: { tone: 'bad', key: 'state.server.faulty' },
    },
    state,
  );

export const diskLook = (state: string): Look =>
  pick(
    {
      available: { tone: 'good', key: 'state.disk.available' },
      'in-use': { tone: 'good', key: 'state.disk.in_use' },
      'backing-up': { tone: 'busy', key: 'state.disk.backing_up', passing: true },
      'restoring-backup': { tone: 'busy', key: 'state.disk.restoring', passing: true },
      error_restoring: { tone: 'bad', key: 'state.disk.restore_failed' },
      error: { tone: 'bad', key: 'state.error' },
    },
    state,
  );

export const vaultLook = (state: string): Look =>
  pick(
    {
      available: { tone: 'good', key: 'state.available' },
      lock: { tone: 'warn', key: 'state.vault.locked' },
      deleting: { tone: 'busy', key: 'state.deleting', passing: true, percent: true },
      error: { tone: 'bad', key: 'state.error' },
    },
    state,
  );

export const backupLook = (state: string): Look =>
  pick(
    {
      waiting_protect: { tone: 'busy', key: 'state.backup.queued', passing: true },
      protecting: { tone: 'busy', key: 'state.backup.creating', passing: true, percent: true },
      available: { tone: 'good', key: 'state.available' },
      waiting_restore: { tone: 'busy', key: 'state.backup.restoring', passing: true },
      restoring: { tone: 'busy', key: 'state.backup.restoring', passing: true },
      waiting_delete: { tone: 'busy', key: 'state.deleting', passing: true },
      deleting: { tone: 'busy', key: 'state.deleting', passing: true },
      error: { tone: 'bad', key: 'state.error' },
    },
    state,
  );

export const taskLook = (state: string): Look =>
  pick(
    {
      waiting: { tone: 'off', key: 'state.task.waiting', passing: true },
      running: { tone: 'busy', key: 'state.task.running', passing: true, percent: true },
      success: { tone: 'good', key: 'state.task.success' },
      failed: { tone: 'bad', key: 'state.task.failed' },
      skipped: { tone: 'warn', key: 'state.task.skipped' },
      timeout: { tone: 'bad', key: 'state.task.timeout' },
    },
    state,
  );

/** Whether a backup is still being made. */
export const isCreating = (state: string): boolean => state === 'waiting_protect' || state === 'protecting';
/** Whether a task has not ended. */
export const isOpen = (state: string): boolean => state === 'waiting' || state === 'running';
