import { backup } from './de/backup';
import { frame } from './de/frame';
import { kit } from './de/kit';
import { server } from './de/server';
import { servers } from './de/servers';
import type { Catalog } from './index';

export const de: Catalog = { ...backup, ...frame, ...kit, ...server, ...servers };
