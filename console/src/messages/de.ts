import { frame } from './de/frame';
import { kit } from './de/kit';
import { servers } from './de/servers';
import type { Catalog } from './index';

export const de: Catalog = { ...frame, ...kit, ...servers };
