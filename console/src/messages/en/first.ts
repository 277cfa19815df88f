// Texts of the frame and of the first page: they come with the console's first bytes.
import { frame } from './frame';
import { kit } from './kit';
import { overview } from './overview';

export const first = {
  ...frame,
  ...kit,
  ...overview,
} as const;
