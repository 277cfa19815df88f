// Texts of all pages but the first: they come with the first of those pages.
import { admin } from './admin';
import { api } from './api';
import { backup } from './backup';
import { backups } from './backups';
import { disks } from './disks';
import { operations } from './operations';
import { policies } from './policies';
import { server } from './server';
import { servers } from './servers';
import { sharing } from './sharing';
import { tasks } from './tasks';
import { vaults } from './vaults';

export const rest = {
  ...admin,
  ...api,
  ...backup,
  ...backups,
  ...disks,
  ...operations,
  ...policies,
  ...server,
  ...servers,
  ...sharing,
  ...tasks,
  ...vaults,
} as const;
