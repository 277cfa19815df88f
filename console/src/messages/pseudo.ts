// English with other letters and two fifths more of them. A text without brackets is in no catalog;
// one that does not fit would not fit in German either.
import type { Catalog, Text } from './index';

const letters: Record<string, string> = Object.fromEntries(
  [...'aceinorsuyzACEINOSUYZ'].map((letter, at) => [letter, [...'áçéíñóřšúýžÁÇÉÍÑÓŠÚÝŽ'][at] ?? letter]),
);

function disguise(text: string): string {
  // Holes keep their names.
  const other = text.replace(/\{\w+\}|[a-zA-Z]/g, (found) => letters[found] ?? found);
  const more = Math.ceil(text.length * 0.4);
  const words = Array.from({ length: Math.ceil(more / 6) }, (_, at) =>
    'é'.repeat(Math.min(5, more - at * 6)),
  );
  return `[${other} ${words.join(' ')}]`;
}

/** A catalog in disguise. */
export function pseudo(catalog: Catalog): Catalog {
  const one = (text: Text): Text =>
    typeof text === 'string' ? disguise(text) : { one: disguise(text.one), other: disguise(text.other) };
  return Object.fromEntries(Object.entries(catalog).map(([key, text]) => [key, one(text)])) as Catalog;
}
