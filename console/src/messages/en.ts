import { backup } from './en/backup';
import { frame } from './en/frame';
import { kit } from './en/kit';
import { server } from './en/server';
import { servers } from './en/servers';

// Every text of the console, by area. Keys are typed: a language that lacks one does not compile.
export const en = { ...backup, ...frame, ...kit, ...server, ...servers } as const;
