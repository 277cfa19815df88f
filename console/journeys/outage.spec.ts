// Two browsers see what happens in each other.
import { at, expect, hasSession, rig, test } from './rig';

test('two browsers see each other\u2019s changes within two seconds', async ({ console: page, browser }) => {
  const other = await browser.newContext({ baseURL: rig.endpoint });
  const second = await other.newPage();
  await hasSession(second);
  for (const each of [page, second]) {
    await each.goto(at('/server-backups?tab=vaults'));
    await expect(each.getByRole('row', { name: /demo-servers/ })).toBeVisible();
    await expect(each.getByText('live', { exact: true })).toBeVisible();
  }
  const row = second.getByRole('row', { name: /demo-servers/ });
  await row.getByRole('button', { name: /^More/ }).click();
  await second.getByRole('menuitem', { name: 'Rename' }).click();
  await second.getByRole('dialog').getByRole('textbox').first().fill('renamed-servers');
  await second
    .getByRole('dialog')
    .getByRole('button', { name: /Rename|Save|OK/ })
    .click();
  await expect(page.getByRole('row', { name: /renamed-servers/ })).toBeVisible({ timeout: 2_000 });
  const back = second.getByRole('row', { name: /renamed-servers/ });
  await back.getByRole('button', { name: /^More/ }).click();
  await second.getByRole('menuitem', { name: 'Rename' }).click();
  await second.getByRole('dialog').getByRole('textbox').first().fill('demo-servers');
  await second
    .getByRole('dialog')
    .getByRole('button', { name: /Rename|Save|OK/ })
    .click();
  await expect(page.getByRole('row', { name: /demo-servers/ })).toBeVisible({ timeout: 2_000 });
  await other.close();
});
