// What pages say: of vaults, sizes, limits and names, the same thing everywhere.
import { accessible, at, expect, picture, test } from './rig';
import { backUp, inVault, manage, quiet, row, serverNamed, toServers } from './steps';

test('a disk says that its server’s vault holds it, and what its size is', async ({ console: page, api }) => {
  await quiet(api);
  await inVault(api, 'web-01');
  const server = await serverNamed(api, 'web-01');
  const vault = server.vault?.name ?? '';
  const disk = server.disks.find((each) => each.system);
  await page.goto(at(`/disks?q=${disk?.id}`));
  await expect(row(page, disk?.id.slice(0, 8) ?? '')).toContainText(`${vault}with its server`);
  await page.goto(at(`/servers/${server.id}?tab=disks`));
  await expect(page.getByText(`Protected by ${vault}`)).toBeVisible();
  await expect(row(page, disk?.id.slice(0, 8) ?? '')).toContainText(`${vault}with its server`);
  await accessible(page, 'disks of a server');
  // Where its backups are listed, the next one is begun.
  await page.getByRole('tab', { name: /^Backups/ }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: 'Create Server Backup' }).first().click();
  await expect(page.getByRole('dialog', { name: 'Create Server Backup' })).toContainText('web-01');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await toServers(page);
  await manage(page, 'web-01', 'Create Disk Backup');
  const dialog = page.getByRole('dialog', { name: /Create Disk Backup/ });
  await expect(dialog).toContainText(`with its server, in vault ${vault}`);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  // Twice at once: the second finds nothing, which is no failure.
  await backUp(api, 'archive', 'words-1');
  const unchanged = await backUp(api, 'archive', 'words-2');
  await page.goto(at(`/server-backups?tab=backups&q=${unchanged.name}`));
  await expect(row(page, unchanged.name)).toContainText(/Nothing (changed|new)/);
  await row(page, unchanged.name)
    .getByRole('button', { name: `More for ${unchanged.name}` })
    .click();
  await page.getByRole('menuitem', { name: 'Create Disk' }).click();
  const create = page.getByRole('dialog', { name: 'Create Disk from a Backup' });
  await expect(create).toContainText(/as the disk was, \d+ MiB\. Else whole GiB, at least 1\./);
  await accessible(page, 'create disk, sizes');
});

test('limits, roles, tasks and texts of the API are named alike', async ({ console: page }) => {
  await page.goto(at('/admin/quotas'));
  await expect(page.getByText(/^\d+, at most 32 of each type$/)).toBeVisible();
  await page.goto(at('/admin/roles'));
  await expect(page.getByRole('rowheader', { name: /^Administrator/ })).toContainText('admin');
  const operation = encodeURIComponent('get /coffer/v1/{project_id}/search');
  await page.goto(at(`/api?q=search&operation=${operation}`));
  await expect(page.getByRole('heading', { level: 2, name: 'Answers' })).toBeVisible();
  await expect(page.getByRole('main').getByText('`')).toHaveCount(0);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(at('/tasks'));
  const card = page.getByRole('rowheader').first();
  await expect(card.getByText(/^(Backup|Restore|Delete|Create|Migrate|Dissociate) /)).toBeVisible();
  await accessible(page, 'tasks as cards');
  await picture(page, 'tasks-cards');
});
