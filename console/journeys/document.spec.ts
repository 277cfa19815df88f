// The API's document, read in the console.
import { accessible, at, expect, onTo, picture, test } from './rig';

test('an operation of the API is found and read', async ({ console: page }) => {
  await page.getByRole('button', { name: /^User / }).click();
  await page.getByRole('menuitem', { name: 'API document' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'API' })).toBeVisible();
  await page.getByRole('searchbox', { name: 'Find operations' }).fill('policies post create');
  await page.getByRole('link', { name: /POST.*\/v3\/\{project_id\}\/policies/ }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Body' })).toBeVisible();
  await page.getByRole('button', { name: 'policy' }).first().click();
  await page.getByRole('button', { name: 'operation_definition' }).click();
  await expect(page.getByText('max_backups').first()).toBeVisible();
  await accessible(page, 'api document');
  await picture(page, 'api-document');
});

test('the palette finds pages, things to do and policies', async ({ console: page, api }) => {
  await api.call('POST', '/v3/{project}/policies', {
    policy: {
      name: 'journey-findable',
      enabled: false,
      operation_type: 'backup',
      operation_definition: { max_backups: 5 },
      trigger: { properties: { pattern: ['FREQ=DAILY;BYHOUR=3;BYMINUTE=00'] } },
    },
  });
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).fill('findable');
  await expect(page.getByRole('option', { name: /journey-findable/ })).toBeVisible();
  await accessible(page, 'palette');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Edit Policy journey-findable' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).fill('create policy');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'Create Policy' })).toBeVisible();
  await page.keyboard.press('Escape');
  await onTo(page, at('/policies?q=findable'));
  await expect(page.getByRole('row', { name: /journey-findable/ })).toBeVisible();
});
