// A policy and its vault, from both sides: chosen in the wizard, edited from the list and from the vault.
import { accessible, at, expect, onTo, picture, test } from './rig';
import { row } from './steps';

interface Policy {
  id: string;
  name: string;
  operation_definition: { max_backups?: number };
}

test('the wizard applies a policy, or none; then it is edited from the vault and from the list', async ({
  console: page,
  api,
}) => {
  const mark = Date.now().toString(36);
  const [vault, policy] = [`chosen-${mark}`, `nightly-${mark}`];
  const kept = async () =>
    (await api.call<{ policies: Policy[] }>('GET', '/v3/{project}/policies')).policies.find(
      (each) => each.name === policy,
    )?.operation_definition.max_backups;

  // None: the preset.
  await page.goto(at('/vaults/new?type=server'));
  await page.getByLabel('Name').first().fill(`none-${mark}`);
  await expect(page.getByRole('radio', { name: 'Skip' })).toBeChecked();
  await page.getByRole('button', { name: 'Create Vault', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: `none-${mark}` })).toBeVisible();
  await expect(page.getByText('No policy is applied')).toBeVisible();

  // One, made on the way: what was entered before is still there.
  await page.goto(at('/vaults/new?type=server'));
  await page.getByLabel('Name').first().fill(vault);
  await page.getByRole('radio', { name: 'Configure' }).check();
  await page.getByRole('button', { name: 'Create Vault', exact: true }).click();
  await expect(page.getByText('Choose a policy.').last()).toBeVisible();
  await page.getByRole('button', { name: 'Create Policy' }).click();
  const make = page.getByRole('dialog', { name: 'Create Policy' });
  await make.getByRole('textbox', { name: 'Policy Name' }).fill(policy);
  await make.getByRole('button', { name: 'Create Policy' }).click();
  await expect(make).toBeHidden();
  await expect(page.getByLabel('Name').first()).toHaveValue(vault);
  await page.getByLabel('Backup policy').selectOption({ label: policy });
  await expect(page.getByText('Every day at 22:00.')).toBeVisible();
  await accessible(page, 'wizard with a policy');
  await picture(page, 'wizard-policy');
  await page.getByRole('button', { name: 'Create Vault', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: vault })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Next five runs' }).getByRole('listitem')).toHaveCount(5);

  // From the vault.
  const edit = page.getByRole('dialog', { name: `Edit Policy ${policy}` });
  const keep = async (count: string) => {
    await edit.getByLabel('Backup quantity').check();
    await edit.getByRole('textbox', { name: 'Backups kept of each resource' }).fill(count);
    await edit.getByRole('button', { name: 'Save' }).click();
    await expect(edit).toBeHidden();
  };
  await page.getByRole('button', { name: 'Edit', exact: true }).click();
  await keep('5');
  await expect(page.getByRole('main')).toContainText(/newest 5 automatic/);
  expect(await kept()).toBe(5);

  // From the list, which names the vault; the vault's page says the same.
  await onTo(page, at('/policies'));
  await expect(row(page, policy)).toContainText(vault);
  await row(page, policy).getByRole('button', { name: 'Edit' }).click();
  await keep('9');
  await expect(row(page, policy)).toContainText(/newest 9 automatic/);
  expect(await kept()).toBe(9);
  await row(page, policy).getByRole('link', { name: vault }).click();
  await expect(page.getByRole('heading', { level: 1, name: vault })).toBeVisible();
  await expect(page.getByRole('main')).toContainText(/newest 9 automatic/);
});
