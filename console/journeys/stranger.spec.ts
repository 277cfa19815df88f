// A stranger's run: from the printed address to a server backup that is Available, and back. Every
// click counts, and hovering over a menu too. The table of steps and seconds is printed.
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Locator } from '@playwright/test';
import { expect, logIn, picture, rig, test } from './rig';
import { outOfVault, row } from './steps';

test('from the address to a backup in six clicks, to a restore in five more', async ({
  page,
  watch: _,
  api,
}) => {
  await outOfVault(api, 'web-01');
  const steps: { what: string; clicks: number; seconds: number }[] = [];
  const begun = Date.now();
  let clicks = 0;
  const note = (what: string) => steps.push({ what, clicks, seconds: (Date.now() - begun) / 1000 });
  const press = async (what: string, on: Locator) => {
    await on.click();
    clicks += 1;
    note(what);
  };

  await page.goto(`${rig.endpoint}/console/`);
  await logIn(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  note('address opened, name and password entered');
  await picture(page, 'overview');

  await press('Elastic Cloud Server', page.getByRole('link', { name: 'Elastic Cloud Server' }));
  await press('More', row(page, 'web-01').getByRole('button', { name: /^More/ }));
  await page.getByRole('menuitem', { name: 'Manage Image/Backup' }).hover();
  clicks += 1;
  note('Manage Image/Backup (pointed at)');
  await press('Create Server Backup', page.getByRole('menuitem', { name: 'Create Server Backup' }));
  const dialog = page.getByRole('dialog', { name: /Create Server Backup/ });
  await expect(dialog).toContainText('step 1 of 2');
  await press('Next: the vault proposed', dialog.getByRole('button', { name: 'Next' }));
  await press('OK', dialog.getByRole('button', { name: 'OK', exact: true }));
  const done = page.getByRole('status').filter({ hasText: /is Available\.$|is Available\.View Backup/ });
  await expect(done).toBeVisible({ timeout: 90_000 });
  note('the backup is Available');
  expect(clicks).toBeLessThanOrEqual(6);
  await picture(page, 'servers');

  const before = clicks;
  await press('View backup', done.getByRole('button', { name: 'View backup' }));
  const backup = row(page, 'web-01').first();
  await expect(backup).toContainText('Available');
  await press('Restore Server', backup.getByRole('button', { name: 'Restore Server' }));
  const restore = page.getByRole('dialog', { name: 'Restore Server' });
  await press('Restore web-01', restore.getByRole('button', { name: 'Restore web-01' }));
  const restored = page.getByRole('status').filter({ hasText: 'web-01 is restored.' });
  await expect(restored).toBeVisible({ timeout: 120_000 });
  note('the server is restored');
  expect(clicks - before).toBeLessThanOrEqual(5);

  const table = steps
    .map(
      ({ what, clicks, seconds }) =>
        `${String(clicks).padStart(2)} ${seconds.toFixed(1).padStart(6)} s  ${what}`,
    )
    .join('\n');
  mkdirSync(rig.output, { recursive: true });
  writeFileSync(`${rig.output}/stranger.txt`, `${table}\n`);
  console.log(table);
});
