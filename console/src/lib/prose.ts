// Texts of the API: what stands between backticks is code.

/** The parts of a text in order, each with whether it is code. */
export function parts(text: string): { text: string; code: boolean }[] {
  const pieces = text.split('`');
  // A backtick without its other half is a character like any other.
  if (pieces.length % 2 === 0) pieces.splice(-2, 2, pieces.slice(-2).join('`'));
  return pieces.map((piece, at) => ({ text: piece, code: at % 2 === 1 })).filter((part) => part.text !== '');
}

/** The text alone, where nothing but text can stand. */
export const plain = (text: string): string =>
  parts(text)
    .map((part) => part.text)
    .join('');
