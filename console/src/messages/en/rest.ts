// Texts of all pages but the first: they come with the first of those pages.
import { admin } from './admin';
import { api } from './api';
import { backup } from './backup';
import { backups } from './backups';
import { create } from './create';
import { disks } from './disks';
import { images } from './images';
import { operations } from './operations';
import { policies } from './policies';
import { portable } from './portable';
import { safety } from './safety';
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
  ...create,
  ...disks,
  ...images,
  ...operations,
  ...policies,
  ...portable,
  ...safety,
  ...server,
  ...servers,
  ...sharing,
  ...tasks,
  ...vaults,
} as const;
