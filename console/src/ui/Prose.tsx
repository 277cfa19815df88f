import { Fragment } from 'react';
import { parts } from '../lib/prose';

/** A text of the API: what it writes between backticks shows as code. */
export function Prose({ text }: { text: string }) {
  return (
    <>
      {parts(text).map((part, at) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
        part.code ? <code key={at}>{part.text}</code> : <Fragment key={at}>{part.text}</Fragment>,
      )}
    </>
  );
}
