import { admin } from './en/admin';
import { backup } from './en/backup';
import { backups } from './en/backups';
import { disks } from './en/disks';
import { frame } from './en/frame';
import { kit } from './en/kit';
import { overview } from './en/overview';
import { server } from './en/server';
import { servers } from './en/servers';
import { tasks } from './en/tasks';
import { vaults } from './en/vaults';

// Every text of the console, by area. Keys are typed: a language that lacks one does not compile.
export const en = {
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
} as const;
