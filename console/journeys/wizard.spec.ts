// The wizard of vaults: a disk of a server left out, and others taken by their tags.
import { accessible, at, expect, picture, test } from './rig';
import { outOfVault, serverNamed } from './steps';

test('the wizard leaves a disk of a server out and takes others by tags', async ({ console: page, api }) => {
  await outOfVault(api, 'web-01');
  const { disks } = await serverNamed(api, 'web-01');
  expect(disks.length).toBeGreaterThan(1);
  const name = `journey-part-${Date.now().toString(36)}`;
  await page.goto(at('/vaults/new?type=server'));
  await page.getByLabel('Name').first().fill(name);
  await page.getByRole('checkbox', { name: 'Select web-01' }).check();
  await page.getByText(`Disks of web-01: ${disks.length}/${disks.length}`).click();
  const data = disks.find((disk) => !disk.system);
  if (!data) throw new Error('there is no data disk');
  await page.getByRole('checkbox', { name: new RegExp(`^${data.name}, data disk`) }).uncheck();
  await expect(page.getByText(`Disks of web-01: ${disks.length - 1}/${disks.length}`)).toBeVisible();
  await page.getByRole('checkbox', { name: 'Automatic Association' }).check();
  await page.getByRole('button', { name: 'Add tag' }).first().click();
  await page.getByRole('textbox', { name: 'Key 1' }).fill('tier');
  await page.getByRole('textbox', { name: 'Value 1' }).fill('gold');
  await accessible(page, 'vault wizard');
  await picture(page, 'vault-wizard');
  await page.getByRole('button', { name: 'Create Vault', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByText('tier: gold')).toBeVisible();
  const id = page.url().split('/').at(-1)?.split('?')[0];
  const vault = await api.call<{ resources: { name: string; excluded_disks: string[] }[] }>(
    'GET',
    `/coffer/v1/{project}/vaults/${id}`,
  );
  expect(vault.resources.map((each) => [each.name, each.excluded_disks])).toEqual([['web-01', [data.id]]]);
  await outOfVault(api, 'web-01');
});
