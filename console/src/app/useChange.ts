import { useMutation } from '@tanstack/react-query';
import { toast } from '../ui/toasts';

/** A change that closes its dialog when it is done, saying so. */
export function useChange(change: () => Promise<unknown>, said: string, close: () => void) {
  return useMutation({
    mutationFn: change,
    onSuccess: () => {
      toast('good', said);
      close();
    },
  });
}
