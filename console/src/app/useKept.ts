import { useState } from 'react';

/** The first value that was there: what a dialog deletes leaves its list before the dialog closes. */
export function useKept<T>(value: T | undefined): T | undefined {
  const [kept, setKept] = useState(value);
  if (kept === undefined && value !== undefined) setKept(value);
  return kept ?? value;
}
