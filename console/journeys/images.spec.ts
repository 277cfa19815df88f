// Images: made of a backup, held by it, made into a server, deleted.
import { accessible, at, expect, onTo, picture, test } from './rig';
import { backUp, backupsNamed, quiet, row } from './steps';

test('an image is made of a backup, which stays for it, and goes with it', async ({
  console: page,
  api,
  watch,
}) => {
  await quiet(api);
  const mark = Date.now().toString(36);
  const backup = await backUp(api, 'archive', `imaged-${mark}`);
  await page.goto(at(`/server-backups?tab=backups&q=${backup.name}`));
  const more = async (entry: string) => {
    await row(page, backup.name)
      .getByRole('button', { name: `More for ${backup.name}` })
      .click();
    await page.getByRole('menuitem', { name: entry }).click();
  };
  await more('Create Image');
  const dialog = page.getByRole('dialog', { name: 'Create Image' });
  await expect(dialog).toContainText('archive');
  await dialog.getByLabel('Name').fill(' no');
  await dialog.getByLabel('Tags').fill(Array.from({ length: 11 }, (_, at) => `t${at}`).join(', '));
  await dialog.getByRole('button', { name: 'Create Image' }).click();
  await expect(dialog).toContainText('no space at either end');
  await expect(dialog).toContainText('At most 10 tags');
  await accessible(page, 'create image');
  await picture(page, 'create-image');
  const name = `golden ${mark}`;
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Tags').fill('web, tested');
  await dialog.getByRole('button', { name: 'Create Image' }).click();
  await expect(page.getByText(`Image ${name} is there.`)).toBeVisible();

  // While the image is there its backup is not deleted.
  watch.expected.push(/400.*\/backups\//);
  await more('Delete');
  const doomed = page.getByRole('dialog', { name: /^Delete/ });
  await doomed.getByLabel('Type DELETE to go on').fill('DELETE');
  await doomed.getByRole('button', { name: /^Delete/ }).click();
  await expect(doomed).toContainText('Delete the image first.');
  await doomed.getByRole('button', { name: 'Cancel' }).click();

  await onTo(page, at('/images'));
  await expect(row(page, name)).toContainText('Available');
  await expect(row(page, name)).toContainText('web, tested');
  await accessible(page, 'images');
  await picture(page, 'images');
  await row(page, name).getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Disks' })).toContainText('System disk');
  await accessible(page, 'image');
  await picture(page, 'image');
  // A disk of it leaves as a file.
  await page.getByRole('button', { name: 'Export disk' }).first().click();
  const leave = page.getByRole('dialog', { name: 'Export Image' });
  await leave.getByRole('radio', { name: 'raw' }).check();
  await accessible(page, 'export image');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    leave.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/\.raw$/);
  await leave.getByRole('button', { name: 'Close' }).last().click();
  await expect(leave).toBeHidden();
  await page.getByRole('button', { name: 'Create Server' }).click();
  const server = page.getByRole('dialog', { name: 'Create Server from a backup' });
  await expect(server).toContainText(backup.name);
  await server.getByRole('button', { name: 'Cancel' }).click();
  await expect(server).toBeHidden();

  await page.getByRole('button', { name: `Delete image ${name}` }).click();
  const remove = page.getByRole('dialog', { name: `Delete image ${name}` });
  await remove.getByRole('checkbox', { name: `Delete its backup ${backup.name} too` }).check();
  await remove.getByLabel('Type DELETE to go on').fill('DELETE');
  await accessible(page, 'delete image');
  await remove.getByRole('button', { name: 'Delete image' }).click();
  await expect(page.getByText('There is no such image, or no longer.')).toBeVisible();
  await expect.poll(async () => (await backupsNamed(api, backup.name)).length, { timeout: 60_000 }).toBe(0);
});
