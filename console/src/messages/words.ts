// Words that depend on a value of the API.
import { useCallback } from 'react';
import type { Reason } from '../lib/can';
import { plain } from '../lib/prose';
import { type Key, useWords } from './index';

/** The sentence of a reason. */
export function useReason(): (reason: Reason) => string {
  const { t } = useWords();
  return useCallback(
    (reason) =>
      plain(
        reason.text ?? (t as unknown as (key: Key, values?: object) => string)(reason.key, reason.values),
      ),
    [t],
  );
}

const kinds: Record<string, Key> = {
  backup: 'task.kind.backup',
  restore: 'task.kind.restore',
  delete: 'task.kind.delete',
  vault_delete: 'task.kind.vault_delete',
  remove_resource: 'task.kind.remove_resource',
  migrate: 'task.kind.migrate',
  create_disk: 'task.kind.create_disk',
  create_server: 'task.kind.create_server',
  import: 'task.kind.import',
};

/** What a kind of task is called. */
export function useTaskKind(): (kind: string) => string {
  const { t } = useWords();
  return useCallback(
    (kind) => {
      const key = kinds[kind];
      return key ? t(key as 'task.kind.backup') : kind.replaceAll('_', ' ');
    },
    [t],
  );
}
