// What the console's pages weigh: the first one, and what every other one adds.
import { statSync, writeFileSync } from 'node:fs';
import { expect, rig, test } from './rig';

const KIB = 1024;

test('what the first page loads, and what every other one adds', async ({ page, watch: _ }) => {
  const loaded = new Set<string>();
  page.on('response', (response) => loaded.add(new URL(response.url()).pathname));
  await page.goto('/console/');
  await page.getByLabel('User name').fill(rig.user);
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill(rig.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await page.waitForLoadState('load');
  const dist = new URL('../dist/', import.meta.url).pathname;
  const size = (paths: Iterable<string>, ending: RegExp, packed: boolean) =>
    [...paths]
      .filter((path) => ending.test(path))
      .map((path) => statSync(`${dist}${path.replace('/console/', '')}${packed ? '.gz' : ''}`).size)
      .reduce((sum, bytes) => sum + bytes, 0);
  const first = new Set(loaded);
  const sizes: [string, number, number][] = [
    ['first page, JS gzip', size(first, /\.js$/, true), 200 * KIB],
    ['first page, CSS gzip', size(first, /\.css$/, true), 12 * KIB],
    ['first page, font', size(first, /\.woff2$/, false), 60 * KIB],
  ];
  const { freeServer, project } = rig;
  for (const path of [
    'servers',
    `servers/${freeServer}`,
    'disks',
    'server-backups?tab=vaults',
    'server-backups?tab=backups',
    'vaults/new?type=server',
    'images',
    'policies',
    'tasks',
    'admin/roles',
    `servers?do=backup-server&server=${freeServer}`,
  ]) {
    loaded.clear();
    await page.goto(`/console/p/${project}/${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('table[aria-busy="true"]')).toHaveCount(0);
    const added = [...loaded].filter((each) => !first.has(each));
    sizes.push([`${path.replace(freeServer, '*')} adds, JS gzip`, size(added, /\.js$/, true), 60 * KIB]);
  }
  const lines = sizes.map(
    ([what, bytes, most]) => `${what.padEnd(56)} ${(bytes / KIB).toFixed(1)} KiB, at most ${most / KIB} KiB`,
  );
  console.log(lines.join('\n'));
  writeFileSync(`${rig.output}/sizes.txt`, `${lines.join('\n')}\n`);
  for (const [what, bytes, most] of sizes) expect(bytes, what).toBeLessThanOrEqual(most);
});
