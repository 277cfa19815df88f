// The service dies and comes back; two browsers see what happens.
import { at, expect, logIn, rig, test } from './rig';
import { killService, outages, startService } from './steps';

test('killed and started again: the console says so, reconnects, and goes on without reload', async ({
  console: page,
  api,
  watch,
}) => {
  watch.expected.push(outages);
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await page.evaluate(() => {
    (window as unknown as { stayed: boolean }).stayed = true;
  });
  killService();
  await expect(page.getByText('not live', { exact: true })).toBeVisible({ timeout: 30_000 });

  startService();
  await expect(page.getByText('live', { exact: true })).toBeVisible({ timeout: 30_000 });

  const vaults = await api.call<{ vaults: { id: string; name: string; resources: { id: string }[] }[] }>(
    'GET',
    '/v3/{project}/vaults',
  );
  const vault = vaults.vaults.find((each) => each.name === 'demo-servers');
  const resource = vault?.resources[0]?.id;
  expect(resource).toBeDefined();
  await page.goto(at(`/servers/${resource}?tab=backups`));
  await api.call('POST', '/v3/{project}/checkpoints', {
    checkpoint: {
      vault_id: vault?.id,
      parameters: {
        name: 'after-the-kill',
        resource_details: [{ id: resource, type: 'OS::Nova::Server' }],
      },
    },
  });
  await expect(page.getByRole('row', { name: /after-the-kill/ })).toContainText('Available', {
    timeout: 60_000,
  });
});

test('two browsers see each other\u2019s changes within two seconds', async ({ console: page, browser }) => {
  const other = await browser.newContext({ baseURL: rig.endpoint });
  const second = await other.newPage();
  await second.goto('/console/');
  await logIn(second);
  await expect(second).toHaveURL(/\/console\/p\//);
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
