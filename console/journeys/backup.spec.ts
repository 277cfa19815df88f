// Create Server Backup in all its forms: several servers, full backups, left out disks, full vaults.
import { accessible, at, expect, picture, test } from './rig';
import { backUp, backupsNamed, becomes, inVault, manage, quiet, row, serverNamed, toServers } from './steps';

test('several servers at once, named with suffixes; one is added in the dialog', async ({
  console: page,
  api,
}) => {
  await quiet(api);
  await inVault(api, 'web-01');
  await toServers(page);
  for (const name of ['web-01', 'archive']) await row(page, name).getByRole('checkbox').check();
  await expect(page.getByText('Can be started: 1, stopped: 1, backed up: 2.')).toBeVisible();
  await page.getByRole('button', { name: 'Create Server Backup' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create Server Backup' });
  await dialog.getByRole('checkbox', { name: 'add others' }).check();
  await dialog.getByRole('button', { name: 'Add shop-db' }).click();
  await expect(dialog.getByRole('checkbox', { name: 'shop-db', exact: true })).toBeChecked();
  const name = dialog.getByRole('textbox', { name: 'Name', exact: true });
  // 64 characters leave no room for the suffix.
  await name.fill('x'.repeat(60));
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog).toContainText('1 to 59 letters, digits, underscores or hyphens');
  // Of this run alone: a stage that is kept has those of earlier ones.
  const trio = `trio-${Date.now().toString(36)}`;
  await name.fill(trio);
  await expect(dialog).toContainText(`They will be named ${trio}-0001 to ${trio}-0003.`);
  await dialog.getByText('As a command').click();
  await expect(dialog).toContainText('coffer backup create');
  await expect(dialog).toContainText('POST /v3/');
  await accessible(page, 'create server backup of three');
  await picture(page, 'create-server-backup-several');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(page.getByText(`Backup ${trio} of 3 resources started.`)).toBeVisible();
  await expect(page.getByText(/backups are Available/)).toBeVisible({ timeout: 120_000 });
  const made = await backupsNamed(api, trio);
  expect(made.map((backup) => backup.name).sort()).toEqual([1, 2, 3].map((number) => `${trio}-000${number}`));
});

test('a disk is left out with a warning; what changed since is said; full only once a day', async ({
  console: page,
  api,
}) => {
  await quiet(api);
  // The first backup in a vault is full: a second one has to wait a day.
  if ((await backupsNamed(api, '')).every((backup) => backup.resource_name !== 'web-01'))
    await backUp(api, 'web-01', 'base');
  await toServers(page);
  await manage(page, 'web-01', 'Create Server Backup');
  const dialog = page.getByRole('dialog', { name: 'Create Server Backup' });
  const full = dialog.getByRole('checkbox', { name: 'Full Backup' });
  await expect(full).toHaveAttribute('aria-disabled', 'true');
  await expect(dialog).toContainText('The last full backup was made on');
  await dialog.getByRole('button', { name: 'Disks of web-01' }).click();
  const disks = dialog.getByRole('checkbox', { name: /web-01.*vd[ab]|^vd[ab]/ });
  await expect(disks).toHaveCount(2);
  await expect(dialog).toContainText(/changed: [\d.,]+ (B|KiB|MiB|GiB), last backup/);
  await expect(dialog).toContainText(/About [\d.,]+ (B|KiB|MiB) to read/);
  await disks.nth(1).uncheck();
  await expect(dialog).toContainText('Data spread over several disks may not fit together after a restore.');
  // At least one stays.
  await expect(disks.nth(0)).toHaveAttribute('aria-disabled', 'true');
  await accessible(page, 'create server backup, one disk left out');
  await picture(page, 'create-server-backup-disks');
  await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('system-only');
  await dialog.getByRole('button', { name: 'OK', exact: true }).click();
  await expect(dialog).toBeHidden();
  const [made] = await becomes(api, 'system-only', 'available');
  expect(made?.disks).toHaveLength(1);
  expect(made?.incremental).toBe(true);
});

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
