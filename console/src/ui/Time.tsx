import { useSyncExternalStore } from 'react';
import { formatAge, formatSpan, formatTime, fullTime } from '../lib/times';
import { useWords } from '../messages';

// One clock for all: a timer per second and per half minute, only while something listens.
function ticker(every: number) {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let now = Date.now();
  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const each of listeners) each();
      }, every);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    read() {
      if (timer === undefined) now = Date.now() - (Date.now() % every);
      return now;
    },
  };
}
const seconds = ticker(1000);
const halfMinutes = ticker(30_000);

export const useNow = (fine = false): number => {
  const source = fine ? seconds : halfMinutes;
  return useSyncExternalStore(source.subscribe, source.read);
};

/** A moment: relative within a week, absolute beyond; full time with zone and UTC on hover. */
export function Age({ at, absolute = false }: { at: string | null | undefined; absolute?: boolean }) {
  const words = useWords();
  const now = useNow();
  if (!at) return <span className="soft">–</span>;
  const clock = { ...words, now: Math.max(now, 0) };
  return (
    <time dateTime={at} title={fullTime(at, clock)} className="number">
      {absolute ? formatTime(at, clock) : formatAge(at, clock)}
    </time>
  );
}

/** Seconds since a moment, counting. */
export function Since({ at }: { at: string }) {
  const now = useNow(true);
  return <span className="number">{formatSpan((now - Date.parse(at)) / 1000)}</span>;
}
