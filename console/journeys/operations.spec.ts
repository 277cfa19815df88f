// What is kept of the past, who is told what, what a project may have.
import { createServer } from 'node:http';
import { accessible, at, expect, picture, test } from './rig';
import { row } from './steps';

test('the audit trail says who did what from where, and narrows', async ({ console: page, api }) => {
  const name = `audit-${Date.now().toString(36)}`;
  await api.call('POST', '/coffer/v1/projects', { project: { name } });
  await page.goto(at('/admin/audit'));
  const made = row(page, name).first();
  await expect(made).toContainText('iam:projects:create');
  await expect(made).toContainText('Successful');
  await expect(made).toContainText('admin');
  await expect(made).toContainText('127.0.0.1');
  await made.getByRole('button', { name: 'Details of iam:projects:create' }).click();
  await expect(page.getByRole('region', { name: 'What was asked for' })).toContainText(name);
  await accessible(page, 'audit');
  await picture(page, 'audit');

  const search = page.getByRole('combobox', { name: 'Select a property or enter a keyword' });
  await search.click();
  await page.getByRole('option', { name: 'Result' }).click();
  await page.getByRole('option', { name: 'Refused' }).click();
  await expect(page).toHaveURL(/result=refused/);
  await expect(row(page, name)).toHaveCount(0);
  await page.getByRole('button', { name: 'Remove Result: Refused' }).click();
  // A bare word with a colon is an action, or the beginning of one.
  await search.fill('iam:projects:');
  await search.press('Enter');
  await expect(page).toHaveURL(/action=iam%3Aprojects%3A/);
  await expect(made).toBeVisible();
  await expect(row(page, 'iam:sessions:create')).toHaveCount(0);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('audit.csv');
});

test('a webhook is made, tested, changed, switched off and deleted', async ({ console: page }) => {
  const heard: string[] = [];
  const receiver = createServer((request, answer) => {
    let text = '';
    request.on('data', (part) => {
      text += part;
    });
    request.on('end', () => {
      heard.push(`${request.headers['x-coffer-event'] ?? ''} ${text}`);
      answer.end();
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const port = (receiver.address() as { port: number }).port;
  try {
    await page.goto(at('/admin/notifications'));
    await page.getByRole('button', { name: 'Create Notification' }).first().click();
    const make = page.getByRole('dialog', { name: 'Create Notification' });
    await make.getByRole('button', { name: 'Create Notification' }).click();
    await expect(make).toContainText('1 to 64 characters.');
    await make.getByLabel('Name').fill('on-call');
    await make.getByLabel('Webhook').check();
    await make.getByLabel('Web address').fill('nowhere');
    await make.getByLabel('Secret').fill('short');
    await make.getByRole('button', { name: 'Create Notification' }).click();
    await expect(make).toContainText('An address that begins with');
    await expect(make).toContainText('16 to 256 characters.');
    await accessible(page, 'create notification');
    await picture(page, 'create-notification');
    await make.getByLabel('Web address').fill(`http://127.0.0.1:${port}/hook`);
    await make.getByLabel('Secret').fill('a secret of some length');
    await make.getByRole('button', { name: 'Create Notification' }).click();
    await expect(make).toBeHidden();
    await expect(row(page, 'on-call')).toContainText(`127.0.0.1:${port}`);
    await accessible(page, 'notifications');

    await row(page, 'on-call').getByRole('button', { name: 'More for on-call' }).click();
    await page.getByRole('menuitem', { name: 'Send a test' }).click();
    const told = page.getByRole('dialog', { name: 'Messages to on-call' });
    await expect(told.getByText('Delivered')).toBeVisible({ timeout: 30_000 });
    expect(heard).toHaveLength(1);
    await accessible(page, 'messages');
    await picture(page, 'messages');
    await told.getByRole('button', { name: 'Close' }).last().click();

    await row(page, 'on-call').getByRole('button', { name: 'Edit' }).click();
    const edit = page.getByRole('dialog', { name: 'Edit notification on-call' });
    await edit.getByLabel('Name').fill('on-call-2');
    await edit.getByLabel('A resource meets its protection objective again').uncheck();
    await edit.getByRole('button', { name: 'Save' }).click();
    await expect(row(page, 'on-call-2')).not.toContainText('meets its protection objective');
    await row(page, 'on-call-2').getByRole('button', { name: 'More for on-call-2' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await expect(row(page, 'on-call-2')).toContainText('Disabled');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, 'on-call-2')).toContainText('Enabled');
    await row(page, 'on-call-2').getByRole('button', { name: 'More for on-call-2' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const gone = page.getByRole('dialog', { name: 'Delete notification on-call-2' });
    await gone.getByRole('button', { name: 'Delete' }).click();
    await expect(row(page, 'on-call-2')).toHaveCount(0);
  } finally {
    receiver.close();
  }
});

test('quotas are set, shown and lifted', async ({ console: page }) => {
  await page.goto(at('/admin/quotas'));
  await page.getByRole('button', { name: 'Set quotas' }).click();
  const dialog = page.getByRole('dialog', { name: /^Set Quotas of/ });
  await dialog.getByLabel('Vaults', { exact: true }).fill('many');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toContainText('A whole number, or empty.');
  await dialog.getByLabel('Vaults', { exact: true }).fill('500');
  await accessible(page, 'set quotas');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/^\d+ of 500$/)).toBeVisible();
  await expect(page.getByRole('meter', { name: 'Vaults' })).toBeVisible();
  await accessible(page, 'quotas');
  await picture(page, 'quotas');
  await page.getByRole('button', { name: 'Set quotas' }).click();
  await dialog.getByLabel('Vaults', { exact: true }).fill('');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText(/^\d+ of 500$/)).toBeHidden();
});
