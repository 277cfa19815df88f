// What is made of backups: new disks.
import { accessible, at, expect, picture, test } from './rig';
import { backUp, quiet, row } from './steps';

test('a new disk is made of a backup', async ({ console: page, api }) => {
  await quiet(api);
  const backup = await backUp(api, 'archive', `for-disk-${Date.now().toString(36)}`);
  await page.goto(at(`/server-backups?tab=backups&q=${backup.name}`));
  await row(page, backup.name)
    .getByRole('button', { name: `More for ${backup.name}` })
    .click();
  await page.getByRole('menuitem', { name: 'Create Disk' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create Disk from a backup' });
  await dialog.getByLabel('Name').fill('-new disk');
  await dialog.getByLabel('Size').fill('0');
  await dialog.getByRole('button', { name: 'Create Disk' }).click();
  await expect(dialog).toContainText('not “.” or “-” at first');
  await expect(dialog).toContainText('A whole number from');
  await accessible(page, 'create disk');
  await picture(page, 'create-disk');
  const name = `made-${Date.now().toString(36)}`;
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Size').fill('');
  await dialog.getByRole('button', { name: 'Create Disk' }).click();
  await expect(page.getByText(`${name} is being made.`)).toBeVisible();
  await page.getByRole('button', { name: 'View task' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Create disk ${name}` })).toBeVisible();
  await expect(page.getByText('Successful').first()).toBeVisible({ timeout: 45_000 });
  await page.goto(at(`/disks?q=${name}`));
  await expect(row(page, name)).toContainText('Available');
});
