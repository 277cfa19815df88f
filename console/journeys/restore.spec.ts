// Restore Server and Restore Disk: where disks may go, the way back, and what breaks off.
import { accessible, at, expect, picture, test } from './rig';
import { backUp, backupsNamed, becomes, inVault, quiet, row, serverNamed } from './steps';

test('destinations that do not fit are greyed with their reason; disks can be left out', async ({
  console: page,
  api,
}) => {
  await quiet(api);
  await inVault(api, 'web-01');
  const known = (await backupsNamed(api, '')).find(
    (each) => each.resource_name === 'web-01' && each.state === 'available' && each.disks.length === 2,
  );
  const backup = known ?? (await backUp(api, 'web-01', 'to-map'));
  await page.goto(at(`/backups/${backup.id}?do=restore-server&backup=${backup.id}`));
  const dialog = page.getByRole('dialog', { name: 'Restore Server' });
  const data = backup.disks.find((disk) => !disk.system);
  const system = backup.disks.find((disk) => disk.system);
  const ofData = dialog.getByRole('combobox', { name: `Destination of ${data?.name}` });
  const ofSystem = dialog.getByRole('combobox', { name: `Destination of ${system?.name}` });
  await expect(ofData.locator('option', { hasText: 'data never goes onto the system disk' })).toBeDisabled();
  await expect(ofSystem.locator('option', { hasText: 'chosen already' })).toBeDisabled();
  await dialog.getByRole('checkbox', { name: system?.name ?? '-' }).uncheck();
  await expect(dialog).toContainText('Not all disks are restored');
  await expect(dialog).toContainText('Not restored');
  await accessible(page, 'restore server in part');
  await picture(page, 'restore-server-partly');
  await dialog.getByRole('checkbox', { name: data?.name ?? '-' }).uncheck();
  await expect(dialog.getByRole('button', { name: 'Restore web-01' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
});

test('a disk of a running server is restored by stopping it for that', async ({ console: page, api }) => {
  await quiet(api);
  const server = await serverNamed(api, 'web-01');
  const disk = server.disks.find((each) => !each.system);
  const vault = await api.call<{ vault: { id: string } }>('POST', '/v3/{project}/vaults', {
    vault: {
      name: `one-disk-${Date.now() % 100_000}`,
      billing: {
        object_type: 'disk',
        protect_type: 'backup',
        consistent_level: 'crash_consistent',
        size: 100,
      },
      resources: [],
    },
  });
  // A disk is in one vault: a server's disks may be in a disk vault as well.
  await api.call('POST', `/v3/{project}/vaults/${vault.vault.id}/addresources`, {
    resources: [{ id: disk?.id, type: 'OS::Cinder::Volume' }],
  });
  await api.call('POST', '/v3/{project}/checkpoints', {
    checkpoint: {
      vault_id: vault.vault.id,
      parameters: {
        name: 'one-disk',
        resource_details: [{ id: disk?.id, type: 'OS::Cinder::Volume' }],
      },
    },
  });
  await becomes(api, 'one-disk', 'available');
  await page.goto(at('/disk-backups?tab=backups&q=one-disk'));
  await row(page, 'one-disk').getByRole('button', { name: 'Restore Disk' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore Disk' });
  await expect(dialog.getByRole('checkbox', { name: 'Stop the server for it' })).toBeChecked();
  await accessible(page, 'restore disk');
  await picture(page, 'restore-disk');
  const action = dialog.getByRole('button', { name: /^Restore / });
  await expect(action).not.toHaveAttribute('aria-busy', 'true');
  // Without the way back, where there is one, the name has to be typed.
  const safety = dialog.getByRole('checkbox', { name: /Take a safety backup first/ });
  if (await safety.count()) await safety.uncheck();
  await action.click();
  await page.getByRole('textbox').fill(disk?.name ?? '');
  await page.getByRole('button', { name: /^Restore / }).click();
  await expect(page.getByText(`${disk?.name} is restored.`)).toBeVisible({ timeout: 120_000 });
  await expect.poll(async () => (await serverNamed(api, 'web-01')).status).toBe('ACTIVE');
});

test('a restore with a safety backup, and back again', async ({ console: page, api }) => {
  await quiet(api);
  const before = await backUp(api, 'web-01', 'to-return-to');
  await page.goto(at('/server-backups?tab=backups&q=to-return-to'));
  await row(page, 'to-return-to').getByRole('button', { name: 'Restore Server' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore Server' });
  await expect(dialog.getByRole('checkbox', { name: /Take a safety backup first/ })).toBeChecked();
  await expect(dialog).toContainText('will be shut down');
  await expect(dialog).toContainText(/writes [\d.,]+ (B|KiB|MiB|GiB)/);
  await accessible(page, 'restore server with safety backup');
  await picture(page, 'restore-server');
  await dialog.getByRole('button', { name: 'Restore web-01' }).click();
  // With the way back no name has to be typed.
  await expect(dialog).toBeHidden();
  const back = page.getByRole('button', { name: 'Go back' });
  await expect(back).toBeVisible({ timeout: 120_000 });
  await accessible(page, 'go back');
  const newest = (await backupsNamed(api, '')).filter((each) => each.resource_name === 'web-01')[0];
  expect(newest?.id).not.toBe(before.id);
  await back.click();
  // What was written since the restore is gone: that wants the name.
  const undo = page.getByRole('dialog', { name: 'Undo the restore of web-01' });
  await expect(undo).toContainText(newest?.name ?? '-');
  const action = undo.getByRole('button', { name: 'Undo the restore of web-01' });
  await expect(action).toHaveAttribute('aria-disabled', 'true');
  await accessible(page, 'undo a restore');
  await picture(page, 'undo-restore');
  await undo.getByLabel('Type web-01 to go on').fill('web-01');
  await action.click();
  await expect(undo).toBeHidden();
  await expect(page.getByText('web-01 is restored.').last()).toBeVisible({ timeout: 120_000 });
  await expect.poll(async () => (await serverNamed(api, 'web-01')).status).toBe('ACTIVE');
});

test('without a safety backup the name is asked for', async ({ console: page, api }) => {
  await quiet(api);
  await page.goto(at('/server-backups?tab=backups&q=to-return-to'));
  await row(page, 'to-return-to').first().getByRole('button', { name: 'Restore Server' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore Server' });
  await dialog.getByRole('checkbox', { name: /Take a safety backup first/ }).uncheck();
  await dialog.getByRole('button', { name: 'Restore web-01' }).click();
  await expect(page.getByText('No safety backup is taken: there is no way back.')).toBeVisible();
  const action = page.getByRole('button', { name: 'Restore web-01' });
  await expect(action).toHaveAttribute('aria-disabled', 'true');
  await accessible(page, 'restore server, confirmed');
  await picture(page, 'restore-server-confirm');
  await page.getByLabel('Type web-01 to go on').fill('web-01');
  await expect(action).not.toHaveAttribute('aria-disabled', 'true');
});
