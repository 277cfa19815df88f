// What the left side shows: the pages that exist, in the service's own order.
import type { Key } from '../messages';
import type { IconName } from '../ui/icons';

/** The page that a login leads to. */
export const home = '/p/$project/servers' as const;

export interface NavPage {
  key: Key;
  to: string;
  icon: IconName;
  /** Key after `g`. */
  letter?: string;
}
export interface NavGroup {
  key: Key | null;
  pages: NavPage[];
}

export const nav: NavGroup[] = [
  {
    key: 'nav.computing',
    pages: [{ key: 'nav.servers', to: '/p/$project/servers', icon: 'server', letter: 's' }],
  },
];
