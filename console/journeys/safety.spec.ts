// Recovery keys, limits and the protection report.
import { readFileSync } from 'node:fs';
import { accessible, at, expect, onTo, picture, test } from './rig';
import { inVault, row } from './steps';

test('a recovery key is shown once and confirmed; limits of vault and host are set and lifted', async ({
  console: page,
  api,
}) => {
  const vault = await inVault(api, 'archive');
  await page.goto(at(`/vaults/${vault}`));
  await page.getByRole('button', { name: 'Make recovery key' }).click();
  const make = page.getByRole('dialog', { name: /^Recovery Key of/ });
  await make.getByRole('button', { name: 'Make recovery key' }).click();
  await expect(make.getByText('shown here once and never again')).toBeVisible();
  await accessible(page, 'recovery key');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    make.getByRole('button', { name: 'Save as a file' }).click(),
  ]);
  const shown = await make.getByRole('region', { name: 'Recovery key' }).textContent();
  expect(readFileSync(await download.path(), 'utf8').trim()).toBe(shown?.trim());
  const fingerprint = await make.locator('dd code').textContent();
  await make.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByText('Nobody has confirmed yet')).toBeVisible();
  await page.getByRole('button', { name: 'Confirm that it is kept' }).click();
  const confirm = page.getByRole('dialog', { name: /^Confirm the Recovery Key/ });
  await confirm.getByLabel('Fingerprint').fill(fingerprint ?? '');
  await confirm.getByRole('button', { name: 'Confirm that it is kept' }).click();
  await expect(page.getByText('Nobody has confirmed yet')).toBeHidden();

  await page.getByRole('button', { name: 'Set limits' }).click();
  const limits = page.getByRole('dialog', { name: /^Limits of/ });
  await limits.getByLabel('Windows of automatic backups').fill('at night');
  await limits.getByRole('button', { name: 'Save' }).click();
  await expect(limits).toContainText('Days and times such as');
  await limits.getByLabel('Windows of automatic backups').fill('mon-fri 22:00-06:00');
  await limits.getByLabel('Bandwidth').fill('5');
  await accessible(page, 'limits');
  await picture(page, 'limits');
  await limits.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('5 MiB/s')).toBeVisible();
  await accessible(page, 'vault with key and limits');
  await page.getByRole('button', { name: 'Set limits' }).click();
  await limits.getByRole('button', { name: 'Lift limits' }).click();
  await expect(page.getByText('5 MiB/s')).toBeHidden();

  await onTo(page, at('/admin/hosts'));
  await row(page, 'host1').getByRole('button', { name: 'Set limits' }).click();
  await limits.getByLabel('Tasks at once').fill('3');
  await limits.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'host1')).toContainText('of 3');
  await accessible(page, 'hosts');
  await picture(page, 'hosts');
  await row(page, 'host1').getByRole('button', { name: 'Set limits' }).click();
  await limits.getByRole('button', { name: 'Lift limits' }).click();
  await expect(row(page, 'host1')).toContainText('Configuration');
});

test('the protection report says who misses what is asked', async ({ console: page, api }) => {
  await inVault(api, 'archive');
  await page.setViewportSize({ width: 390, height: 900 });
  await page.goto(at('/report'));
  await expect(row(page, 'archive')).toBeVisible();
  await page.getByRole('button', { name: 'Set objective' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set objective' });
  await dialog.getByLabel('Longest time without a good backup').fill('24');
  await accessible(page, 'set objective');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'archive')).toContainText('24 h');
  await accessible(page, 'protection report');
  await picture(page, 'report-narrow');
  await page.getByRole('button', { name: 'Objective: 24 h' }).click();
  await dialog.getByLabel('Longest time without a good backup').fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'archive')).not.toContainText('24 h');
});
