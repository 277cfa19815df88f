// The core procedure: a server and its disks, backed up and brought back, in the browser.
import { accessible, at, expect, picture, test } from './rig';
import { inVault, manage, backupsNamed as named, outOfVault, row, toServers } from './steps';

test('server backup, a vault made on the way', async ({ console: page, api }) => {
  await outOfVault(api, 'web-01');
  await toServers(page);
  await manage(page, 'web-01', 'Create Server Backup');
  const dialog = page.getByRole('dialog', { name: /Create Server Backup/ });
  await expect(dialog).toContainText('step 1 of 2');
  await accessible(page, 'vault step');
  await picture(page, 'create-server-backup-vault');
  await dialog.getByLabel('Create a vault').check();
  await dialog.getByRole('textbox', { name: 'Vault name' }).fill('journey-servers');
  await dialog.getByRole('button', { name: 'Next' }).click();
  const name = await dialog.getByRole('textbox', { name: 'Name', exact: true }).inputValue();
  expect(name).toMatch(/^manualbk_[0-9a-f]{4}$/);
  await expect(dialog.getByLabel('Full Backup')).not.toBeChecked();
  await accessible(page, 'create server backup');
  await picture(page, 'create-server-backup');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(page.getByText(`Backup ${name} of web-01 started.`)).toBeVisible();
  await expect(dialog).toBeHidden();
  await expect(row(page, 'web-01').getByRole('button', { name: /^More/ })).toBeFocused();

  await page.goto(at('/server-backups?tab=backups'));
  await expect(row(page, name)).toContainText('Available', { timeout: 60_000 });
  expect((await named(api, name))[0]?.disks).toHaveLength(2);
  await accessible(page, 'backups');
  await picture(page, 'server-backups');
});

test('disk backup of two of three disks', async ({ console: page, api }) => {
  await manage(page, 'shop-db', 'Create Disk Backup');
  const dialog = page.getByRole('dialog', { name: /Create Disk Backup/ });
  const disks = dialog.getByRole('checkbox', { name: /shop-db.*vd[bc]|vd[bc]/ });
  await expect(disks).toHaveCount(2);
  await disks.nth(0).check();
  await disks.nth(1).check();
  await accessible(page, 'create disk backup');
  await picture(page, 'create-disk-backup');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByLabel('Create a vault').check();
  await dialog.getByRole('textbox', { name: 'Vault name' }).fill('journey-disks');
  await dialog.getByRole('button', { name: 'Next' }).click();
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('two-disks');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog).toBeHidden();
  await page.goto(at('/disk-backups?tab=backups'));
  await expect(row(page, 'two-disks')).toHaveCount(2);
  for (const number of [0, 1])
    await expect(row(page, 'two-disks').nth(number)).toContainText('Available', { timeout: 60_000 });
  expect(await named(api, 'two-disks')).toHaveLength(2);
});

test('bad names are refused before they are sent', async ({ console: page, api }) => {
  await inVault(api, 'web-01');
  await toServers(page);
  await manage(page, 'web-01', 'Create Server Backup');
  const dialog = page.getByRole('dialog', { name: 'Create Server Backup' });
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('with space');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog).toContainText('letters, digits, underscores or hyphens');
  await expect(dialog).toBeVisible();
  // The field takes no more than the rule allows.
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('x'.repeat(65));
  await expect(dialog.getByRole('textbox', { name: 'Name', exact: true })).toHaveValue('x'.repeat(64));
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
});
