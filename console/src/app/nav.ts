// What the left side shows: the pages that exist, in the service's own order.
import type { Key } from '../messages';
import type { IconName } from '../ui/icons';

/** The page that a login leads to. */
export const home = '/p/$project/overview' as const;

export interface NavPage {
  key: Key;
  to: string;
  icon: IconName;
  /** Key after `g`. */
  letter?: string;
  /** For administrators of the domain alone. */
  admin?: boolean;
}
export interface NavGroup {
  key: Key | null;
  pages: NavPage[];
}

export const nav: NavGroup[] = [
  { key: null, pages: [{ key: 'nav.overview', to: '/p/$project/overview', icon: 'home', letter: 'o' }] },
  {
    key: 'nav.computing',
    pages: [
      { key: 'nav.servers', to: '/p/$project/servers', icon: 'server', letter: 's' },
      { key: 'nav.images', to: '/p/$project/images', icon: 'copy', letter: 'i' },
    ],
  },
  {
    key: 'nav.storage',
    pages: [{ key: 'nav.disks', to: '/p/$project/disks', icon: 'disk', letter: 'd' }],
  },
  {
    key: 'nav.cbr',
    pages: [
      { key: 'nav.server_backups', to: '/p/$project/server-backups', icon: 'vault', letter: 'v' },
      { key: 'nav.disk_backups', to: '/p/$project/disk-backups', icon: 'vault', letter: 'b' },
      { key: 'nav.policies', to: '/p/$project/policies', icon: 'calendar', letter: 'p' },
      { key: 'nav.tasks', to: '/p/$project/tasks', icon: 'tasks', letter: 't' },
      { key: 'nav.report', to: '/p/$project/report', icon: 'shield' },
    ],
  },
  {
    key: 'nav.management',
    pages: [
      { key: 'nav.users', to: '/p/$project/admin/users', icon: 'user', admin: true },
      { key: 'nav.groups', to: '/p/$project/admin/groups', icon: 'group', admin: true },
      { key: 'nav.roles', to: '/p/$project/admin/roles', icon: 'shield', admin: true },
      { key: 'nav.projects', to: '/p/$project/admin/projects', icon: 'columns', admin: true },
      { key: 'nav.hosts', to: '/p/$project/admin/hosts', icon: 'server', admin: true },
      { key: 'nav.keys', to: '/p/$project/admin/keys', icon: 'key' },
      { key: 'nav.notifications', to: '/p/$project/admin/notifications', icon: 'bell' },
      { key: 'nav.quotas', to: '/p/$project/admin/quotas', icon: 'gauge' },
      { key: 'nav.audit', to: '/p/$project/admin/audit', icon: 'log' },
    ],
  },
];
