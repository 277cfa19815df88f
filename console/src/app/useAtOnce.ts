import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

/**
 * A change that a tick begins by itself. What is asked for shows from the press on, not only once the
 * request is on its way: the tick would jump back in between.
 */
export function useAtOnce<Wanted>(change: (wanted: Wanted) => Promise<void>) {
  const [asked, setAsked] = useState<Wanted | null>(null);
  const { mutate, error } = useMutation({ mutationFn: change, onSettled: () => setAsked(null) });
  return {
    /** What is under way; null between changes. */
    asked,
    error,
    ask: (wanted: Wanted) => {
      setAsked(wanted);
      mutate(wanted);
    },
  };
}
