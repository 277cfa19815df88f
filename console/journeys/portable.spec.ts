// Backups that leave as files, come back as archives, and are compared with each other.
import { open, stat } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { type Api, accessible, at, expect, hasSession, onTo, picture, rig, test } from './rig';
import { type BackupRow, backUp, backupsNamed, inVault, quiet, row } from './steps';

const menu = async (page: Page, of: string, entry: string) => {
  await row(page, of)
    .getByRole('button', { name: `More for ${of}` })
    .click();
  await page.getByRole('menuitem', { name: entry }).click();
};

/** Presses Download, and gives where the file is. */
async function download(page: Page, suffix: RegExp): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog').getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(suffix);
  return file.path();
}

/** Bytes of a file. */
async function bytes(path: string, from: number, length: number): Promise<string> {
  const file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, from);
  await file.close();
  return buffer.toString('latin1');
}

/** A backup of the small server that is switched off, in the vault of the stage. */
const small = async (api: Api, name: string): Promise<{ backup: BackupRow; vault: string }> => {
  await quiet(api);
  const vault = await inVault(api, 'archive');
  return { backup: await backUp(api, 'archive', name), vault };
};

test('a backup leaves as an archive, comes back, and is the same', async ({ console: page, api }) => {
  const mark = Date.now().toString(36);
  const { backup, vault } = await small(api, `leaves-${mark}`);
  await page.goto(at(`/server-backups?tab=backups&q=${backup.name}`));
  await menu(page, backup.name, 'Export Backup');
  const dialog = page.getByRole('dialog', { name: 'Export Backup' });
  await expect(dialog).toContainText(backup.name);
  await accessible(page, 'export backup');
  const archive = await download(page, /\.tar$/);
  expect(await bytes(archive, 257, 5)).toBe('ustar');
  // The digest is that of the very file.
  await dialog.getByRole('button', { name: 'Show Digest' }).click();
  await expect(dialog.getByText('BLAKE3 digest of the file')).toBeVisible();
  const said = dialog.locator('code');
  await expect(said).toHaveText(/^[0-9a-f]{64}$/);
  const { checksum } = await api.call<{ checksum: { value: string; size_bytes: number } }>(
    'GET',
    `/coffer/v1/{project}/backups/${backup.id}/export/checksum`,
  );
  await expect(said).toHaveText(checksum.value);
  expect((await stat(archive)).size).toBe(checksum.size_bytes);
  await picture(page, 'export-backup');
  // One disk, as qcow2.
  await dialog.getByRole('radio', { name: 'One disk, as an image file' }).check();
  await accessible(page, 'export disk');
  expect(await bytes(await download(page, /\.qcow2$/), 0, 4)).toBe('QFI\xfb');
  await page.keyboard.press('Escape');

  await onTo(page, at(`/vaults/${vault}`));
  await page.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('menuitem', { name: 'Import Backup' }).click();
  const take = page.getByRole('dialog', { name: 'Import Backup' });
  await take.getByRole('button', { name: 'Import Backup' }).click();
  await expect(take).toContainText('Choose an archive.');
  const file = take.getByLabel('Archive');
  await file.setInputFiles({ name: 'no.tar', mimeType: 'application/x-tar', buffer: Buffer.alloc(2048) });
  await expect(take).toContainText('This is no archive that an export gave');
  await accessible(page, 'import backup');
  await picture(page, 'import-backup');
  await file.setInputFiles(archive);
  const name = `back-${mark}`;
  await take.getByLabel('Name of the Backup').fill(name);
  await take.getByRole('button', { name: 'Import Backup' }).click();
  await expect(page.getByText(`Backup ${name} is imported.`)).toBeVisible({ timeout: 120_000 });
  await expect(take).toBeHidden();
  const [back] = await backupsNamed(api, name);
  expect(back?.state).toBe('available');
  // The server is known here: its backup is its own again.
  expect(back?.resource_id).toBe(backup.resource_id);

  await page.getByRole('button', { name: 'View Backup' }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Compare' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Compare ${name}` })).toBeVisible();
  await page.getByLabel('Other Backup').selectOption(backup.id);
  await expect(page.getByText('Nothing differs.').first()).toBeVisible();
});

test('two backups are compared: how much differs, and where', async ({ console: page, api }) => {
  const [then] = await backupsNamed(api, 'demo-full').then((all) =>
    all.filter((each) => each.resource_name === 'shop-db'),
  );
  const [now] = await backupsNamed(api, 'demo-incremental');
  if (!then || !now) throw new Error('the stage has no backups');
  await page.goto(at(`/backups/${now.id}`));
  await page.getByRole('button', { name: `More for ${now.name}` }).click();
  await page.getByRole('menuitem', { name: 'Compare' }).click();
  await expect(page.getByLabel('Other Backup')).toBeVisible();
  await page.getByLabel('Other Backup').selectOption(then.id);
  await expect(page).toHaveURL(new RegExp(`/backups/${now.id}/compare/${then.id}`));
  await expect(page.getByText(/hold other data than in the other backup/)).toBeVisible();
  const amount = page.getByRole('table', { name: 'How Much Differs' });
  // A head, and a row for each disk of the server.
  await expect(amount.getByRole('row')).toHaveCount(4);
  const stretches = page.getByRole('table', { name: 'Stretches that Differ' });
  await expect(stretches.getByRole('row').nth(1)).toContainText('Data');
  await accessible(page, 'compare');
  await picture(page, 'compare');
  const all = await stretches.getByRole('row').count();
  // Contents, not chunks: what differs is no more than that.
  await page.getByRole('checkbox', { name: 'Compare contents' }).check();
  await expect(page).toHaveURL(/exact=1/);
  await expect(stretches.getByRole('row').nth(1)).toContainText('Data');
  await page.getByRole('checkbox', { name: 'Compare contents' }).uncheck();
  await expect(stretches.getByRole('row')).toHaveCount(all);
  const [disk] = now.disks.filter((each) => !each.system);
  await page.getByRole('combobox', { name: 'Disk', exact: true }).selectOption(disk?.disk_id ?? '');
  await expect(page).toHaveURL(new RegExp(`of=${disk?.disk_id}`));
  // By its name on the server, which its own name ends with.
  await expect(stretches.getByRole('row').nth(1)).toContainText(disk?.name.split('-').at(-1) ?? '');
  expect(await stretches.getByRole('row').count()).toBeLessThan(all);
});

test('roles that do not allow it grey export and import, and say why', async ({ browser, api, watch }) => {
  const mark = Date.now().toString(36);
  const { backup, vault } = await small(api, `stays-${mark}`);
  const { user } = await api.call<{ user: { id: string } }>('POST', '/coffer/v1/users', {
    user: { name: `reader-${mark}`, password: 'a long password' },
  });
  await api.call('PUT', `/coffer/v1/projects/${rig.project}/users/${user.id}/roles/readonly`);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await watch.look(page);
  await hasSession(page, { user: `reader-${mark}`, password: 'a long password' });
  await page.goto(at(`/backups/${backup.id}`));
  await page.getByRole('button', { name: `More for ${backup.name}` }).click();
  const leave = page.getByRole('menuitem', { name: 'Export Backup' });
  await expect(leave).toHaveAttribute('aria-disabled', 'true');
  await expect(leave).toContainText('Your roles do not allow it (coffer:backups:export).');
  // To read is allowed, and so is to compare.
  await expect(page.getByRole('menuitem', { name: 'Compare' })).not.toHaveAttribute('aria-disabled', 'true');
  // Whoever comes by the address is told, too.
  await page.goto(at(`/vaults/${vault}?do=import-backup&vault=${vault}`));
  const dialog = page.getByRole('dialog', { name: 'Import Backup' });
  await expect(dialog.getByRole('button', { name: 'Import Backup' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await expect(dialog).toContainText('Your roles do not allow it (coffer:backups:import).');
  await context.close();
});
