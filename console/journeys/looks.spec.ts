// Every page in both themes, wide and narrow, and in German: pictures for people to look at, and what
// axe says of them.
import type { Page } from '@playwright/test';
import { accessibleInBoth, at, expect, picture, rig, test } from './rig';
import { inVault, quiet, serverNamed } from './steps';

const operation = encodeURIComponent('post /v3/{project_id}/policies');
const groups: Record<string, [string, string][]> = {
  'servers, disks and backups': [
    ['servers', '/servers'],
    ['server', `/servers/${rig.freeServer}`],
    ['disks', '/disks'],
    ['images', '/images'],
    ['vaults', '/server-backups?tab=vaults'],
    ['backups', '/server-backups?tab=backups'],
    ['shared-with-me', '/server-backups?tab=shared'],
    ['disk-backups', '/disk-backups?tab=backups'],
    ['new-vault', '/vaults/new?type=server'],
  ],
  'the rest': [
    ['overview', '/overview'],
    ['policies', '/policies'],
    ['create-policy', '/policies?do=create-policy'],
    ['tasks', '/tasks'],
    ['report', '/report'],
    ['users', '/admin/users'],
    ['groups', '/admin/groups'],
    ['roles', '/admin/roles'],
    ['create-role', '/admin/roles?do=edit-role'],
    ['quotas', '/admin/quotas'],
    ['hosts', '/admin/hosts'],
    ['api-document', `/api?q=policies&operation=${operation}`],
  ],
};

/** Waits for what a path asks for beyond its page. */
async function shows(page: Page, path: string): Promise<void> {
  // What lies below a dialog has no roles.
  if (path.includes('do=')) await expect(page.getByRole('dialog')).toBeVisible();
  if (path.includes('do=create-policy'))
    await expect(page.getByRole('list', { name: 'Next runs' })).toBeVisible();
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
}

for (const [group, pages] of Object.entries(groups))
  test(`pages in both themes, wide and narrow: ${group}`, async ({ console: page, watch }) => {
    for (const [name, path] of pages) {
      await page.setViewportSize({ width: 1280, height: 900 });
      await watch.go(page, at(path));
      await shows(page, path);
      for (const [shape, width] of [
        ['wide', 1280],
        ['narrow', 390],
      ] as const) {
        await page.setViewportSize({ width, height: 900 });
        for (const theme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme: theme });
          await picture(page, `${name}-${theme}-${shape}`);
        }
      }
      // The crawler looks at what is wide.
      await accessibleInBoth(page, `${name} narrow`);
    }
  });

test('the way to a backup in German, dark and narrow', async ({ console: page, api }) => {
  await quiet(api);
  await inVault(api, 'web-01');
  const { id } = await serverNamed(api, 'web-01');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.evaluate(() => localStorage.setItem('coffer.language', 'de'));
  for (const [name, path] of [
    ['overview', '/overview'],
    ['servers', '/servers'],
    ['server', `/servers/${id}`],
    ['create-server-backup', `/servers?do=backup-server&server=${id}`],
    ['backups', '/server-backups?tab=backups'],
    ['tasks', '/tasks'],
  ] as const) {
    await page.goto(at(path));
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await shows(page, path);
    await picture(page, `${name}-german-dark-narrow`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  }
});
