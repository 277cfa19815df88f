// Which backups have just become Available: their rows are marked for 10 s and said aloud.
import { useEffect, useState } from 'react';
import type { watchChanges } from '../../api/live';
import type { Backup } from '../../api/types';
import { isCreating } from '../../lib/status';
import { useWords } from '../../messages';
import { announce } from '../../ui/announce';

export function useMarked(watch: typeof watchChanges): ReadonlySet<string> {
  const { t } = useWords();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const creating = new Set<string>();
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const stop = watch((kind, object, id) => {
      if (kind !== 'backup' || !object) return;
      const backup = object as Backup;
      if (isCreating(backup.state)) creating.add(id);
      else if (creating.delete(id) && backup.state === 'available') {
        announce(t('backup_pages.done', { name: backup.name }));
        setMarked((before) => new Set([...before, id]));
        const timer = setTimeout(() => {
          timers.delete(timer);
          setMarked((before) => new Set([...before].filter((each) => each !== id)));
        }, 10_000);
        timers.add(timer);
      }
    });
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [watch, t]);
  return marked;
}
