import type { rest as english } from '../en/rest';
import type { Text } from '../index';
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

// Typed by the English ones: a text that is missing here does not compile.
export const rest: Record<keyof typeof english, Text> = {
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
};
