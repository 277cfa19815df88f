// Create Server Backup in all its forms: several servers, full backups, left out disks, full vaults.
import { at, expect, test } from './rig';
import { becomes, inVault, manage, quiet, row, serverNamed, toServers } from './steps';

test('changed fields are not thrown away without a question', async ({ console: page, api }) => {
  await quiet(api);
  await inVault(api, 'web-01');
  await toServers(page);
  await manage(page, 'web-01', 'Create Server Backup');
  const dialog = page.getByRole('dialog', { name: 'Create Server Backup' });
  await dialog.getByRole('textbox', { name: 'Description' }).fill('before the upgrade');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('alertdialog')).toContainText('Throw away');
  await page.getByRole('button', { name: 'Keep editing' }).click();
  await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue('before the upgrade');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Throw away' }).click();
  await expect(dialog).toBeHidden();
  await expect(row(page, 'web-01').getByRole('button', { name: /^More/ })).toBeFocused();
});

test('perform backup from a vault lists all and ticks none', async ({ console: page, api }) => {
  await quiet(api);
  await inVault(api, 'web-01');
  const vault = (await serverNamed(api, 'shop-db')).vault;
  await page.goto(at('/server-backups?tab=vaults'));
  await row(page, vault?.name ?? '')
    .getByRole('button', { name: 'Perform Backup' })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Create Server Backup' });
  await expect(dialog.getByRole('checkbox', { name: 'shop-db', exact: true })).not.toBeChecked();
  await expect(dialog.getByRole('checkbox', { name: 'archive', exact: true })).not.toBeChecked();
  await expect(dialog.getByRole('button', { name: 'OK', exact: true })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await dialog.getByRole('checkbox', { name: 'archive', exact: true }).check();
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('performed');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog).toBeHidden();
  const [made] = await becomes(api, 'performed', 'available');
  expect(made?.resource_name).toBe('archive');
});
