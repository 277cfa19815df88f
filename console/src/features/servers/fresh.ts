import { useEffect, useRef, useState } from 'react';
import type { Backup } from '../../api/types';
import { isCreating } from '../../lib/status';
import { useWords } from '../../messages';
import { announce } from '../../ui/announce';

/** Backups that have just become Available: marked for 10 s, and said aloud. */
export function useFresh(rows: readonly Backup[] | undefined): ReadonlySet<string> {
  const { t } = useWords();
  const creating = useRef(new Set<string>());
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const done: string[] = [];
    for (const row of rows ?? []) {
      if (isCreating(row.state)) creating.current.add(row.id);
      else if (creating.current.delete(row.id) && row.state === 'available') {
        done.push(row.id);
        announce(`${row.name}: ${t('state.available')}`);
      }
    }
    if (done.length === 0) return;
    setFresh((before) => new Set([...before, ...done]));
    setTimeout(() => setFresh((before) => new Set([...before].filter((id) => !done.includes(id)))), 10_000);
  }, [rows, t]);
  return fresh;
}
