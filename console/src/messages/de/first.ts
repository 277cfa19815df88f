import type { first as english } from '../en/first';
import type { Text } from '../index';
import { frame } from './frame';
import { kit } from './kit';
import { overview } from './overview';

// Typed by the English ones: a text that is missing here does not compile.
export const first: Record<keyof typeof english, Text> = {
  ...frame,
  ...kit,
  ...overview,
};
