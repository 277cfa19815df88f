import { admin } from './de/admin';
import { backup } from './de/backup';
import { backups } from './de/backups';
import { disks } from './de/disks';
import { frame } from './de/frame';
import { kit } from './de/kit';
import { overview } from './de/overview';
import { server } from './de/server';
import { servers } from './de/servers';
import { tasks } from './de/tasks';
import { vaults } from './de/vaults';
import type { Catalog } from './index';

export const de: Catalog = {
  ...frame,
  ...kit,
  ...overview,
  ...server,
  ...servers,
  ...disks,
  ...backup,
  ...vaults,
  ...backups,
  ...tasks,
  ...admin,
};
