// A policy: made, its preview believed, applied, switched off and on, deleted.
import { type Api, accessible, at, expect, onTo, picture, test } from './rig';
import { row } from './steps';

interface Named {
  id: string;
  name: string;
}

/** A vault with so many automatic backups of one of its resources, and their names. */
async function vaultWithBackups(api: Api, count: number): Promise<{ vault: Named; names: string[] }> {
  const { vaults } = await api.call<{ vaults: (Named & { locked: boolean; policy: unknown })[] }>(
    'GET',
    '/coffer/v1/{project}/vaults?state=available&type=server&sort=created_at',
  );
  const vault = vaults.find((each) => !each.locked && each.policy === null);
  if (!vault) throw new Error('there is no vault without a policy');
  const { resources } = await api.call<{ resources: Named[] }>(
    'GET',
    `/coffer/v1/{project}/vaults/${vault.id}`,
  );
  const resource = resources.find((each) => each.name === 'archive') ?? resources[0];
  const begun = Date.now().toString(36);
  const names = Array.from({ length: count }, (_, at) => `automatic-${begun}-${at + 1}`);
  for (const name of names) {
    await api.call('POST', '/v3/{project}/checkpoints', {
      checkpoint: {
        vault_id: vault.id,
        parameters: {
          name,
          auto_trigger: true,
          resource_details: [{ id: resource?.id, type: 'OS::Nova::Server' }],
        },
      },
    });
    const state = async () => {
      const path = `/coffer/v1/{project}/backups?q=${name}`;
      return (await api.call<{ backups: { state: string }[] }>('GET', path)).backups[0]?.state;
    };
    await expect.poll(state, { timeout: 60_000 }).toBe('available');
  }
  return { vault, names };
}

test('a policy is made with its preview, applied, switched off and on, and deleted', async ({
  console: page,
  api,
}) => {
  const { vault, names } = await vaultWithBackups(api, 3);
  const oldest = new RegExp(names[0] ?? '');

  await page.goto(at('/policies'));
  await expect(page.getByText(/of 32 left/)).toBeVisible();
  const left = Number.parseInt((await page.getByText(/of 32 left/).textContent()) ?? '', 10);
  await accessible(page, 'policies');
  await page.getByRole('button', { name: 'Create Policy' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Create Policy' });
  await expect(dialog.getByRole('textbox', { name: 'Policy Name' })).toHaveValue(/^policy_\d{6}$/);
  // The preset: every day at 22:00, kept a month.
  await expect(dialog.getByRole('button', { name: '22:00' })).toHaveAttribute('aria-pressed', 'true');
  await expect(dialog).toContainText('Every day at 22:00.');
  await expect(dialog).toContainText('Each backup is deleted 30 days after it was made.');
  await expect(dialog.getByRole('list', { name: 'Next runs' }).getByRole('listitem')).toHaveCount(10);

  await dialog.getByRole('textbox', { name: 'Policy Name' }).fill('journey-nightly');
  for (const day of ['Saturday', 'Sunday']) await dialog.getByRole('button', { name: day }).click();
  await dialog.getByRole('button', { name: 'Invert Selection' }).click();
  await expect(dialog.getByRole('button', { name: '22:00' })).toHaveAttribute('aria-pressed', 'false');
  await dialog.getByRole('button', { name: 'Select All' }).click();
  await dialog.getByRole('button', { name: 'Invert Selection' }).click();
  await expect(dialog).toContainText('Choose at least one time.');
  for (const time of ['02:00', '14:00']) await dialog.getByRole('button', { name: time }).click();
  await dialog.getByLabel('Time zone').selectOption('Europe/Berlin');
  await dialog.getByLabel('Backup quantity').check();
  await dialog.getByRole('textbox', { name: 'Backups kept of each resource' }).fill('1');
  await dialog.getByRole('button', { name: 'Create Policy' }).click();
  await expect(dialog).toContainText('A whole number from 2 to 99,999.');
  await dialog.getByRole('textbox', { name: 'Backups kept of each resource' }).fill('2');
  await dialog.getByRole('button', { name: 'Advanced options' }).click();
  await dialog.getByRole('textbox', { name: 'Minutes past the hour' }).fill('30');
  await expect(dialog).toContainText(
    'Every Monday, Tuesday, Wednesday, Thursday and Friday at 02:30 and 14:30. Time zone Europe/Berlin.',
  );
  await expect(dialog.getByRole('list', { name: 'Next runs' }).getByRole('listitem').first()).toContainText(
    /02:30|14:30/,
  );
  await accessible(page, 'create policy');
  await picture(page, 'create-policy');
  await dialog.getByRole('button', { name: 'Create Policy' }).click();
  await expect(page.getByText('Policy journey-nightly is there.')).toBeVisible();
  await expect(dialog).toBeHidden();
  await expect(row(page, 'journey-nightly')).toContainText('Applied to no vault');
  await expect(page.getByText(`${left - 1} of 32 left`)).toBeVisible();

  // Applied, it would delete the oldest of three: that wants the word.
  await onTo(page, at(`/vaults/${vault.id}`));
  await page.getByRole('button', { name: 'Apply Backup Policy' }).click();
  const apply = page.getByRole('dialog', { name: /Apply Backup Policy to/ });
  await apply.getByLabel('Backup policy').selectOption({ label: 'journey-nightly' });
  await expect(apply.getByRole('row', { name: oldest })).toBeVisible();
  await accessible(page, 'apply policy');
  await picture(page, 'apply-policy');
  await apply.getByRole('button', { name: 'Apply', exact: true }).click();
  const sure = page.getByRole('dialog', { name: /deletes backups within a day/ });
  await expect(sure.getByRole('row', { name: oldest })).toBeVisible();
  await sure.getByLabel('Type DELETE to go on').fill('DELETE');
  await accessible(page, 'apply policy, confirmed');
  await sure.getByRole('button', { name: 'Apply and let them go' }).click();
  await expect(page.getByText(`Policy journey-nightly is applied to ${vault.name}.`)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Next five runs' }).getByRole('listitem')).toHaveCount(5);
  await accessible(page, 'vault with policy');
  await picture(page, 'vault-policy');

  await onTo(page, at('/policies'));
  await expect(row(page, 'journey-nightly')).toContainText(vault.name);
  await accessible(page, 'policies, applied');
  await picture(page, 'policies');
  await row(page, 'journey-nightly').getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'journey-nightly').getByRole('button', { name: 'Disable' })).toBeVisible();
  await expect(row(page, 'journey-nightly')).toContainText('Enabled');

  // Changed: what is thrown away is asked for.
  await row(page, 'journey-nightly').getByRole('button', { name: 'Edit' }).click();
  const edit = page.getByRole('dialog', { name: 'Edit Policy journey-nightly' });
  await edit.getByLabel('Permanent').check();
  await expect(edit).toContainText('Backups are kept until they are deleted by hand.');
  await page.keyboard.press('Escape');
  await expect(edit).toContainText('Throw away what you entered?');
  await edit.getByRole('button', { name: 'Keep editing' }).click();
  await edit.getByRole('button', { name: 'Save' }).click();
  await expect(edit).toBeHidden();
  await expect(row(page, 'journey-nightly')).toContainText(
    'Backups are kept until they are deleted by hand.',
  );

  await onTo(page, at(`/vaults/${vault.id}`));
  await page.getByRole('button', { name: 'Remove Policy' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove Policy' }).click();
  await expect(page.getByText('No policy is applied')).toBeVisible();

  await onTo(page, at('/policies'));
  await row(page, 'journey-nightly').getByRole('button', { name: 'Delete' }).click();
  const remove = page.getByRole('dialog', { name: 'Delete policy journey-nightly' });
  await remove.getByLabel('Type DELETE to go on').fill('delete');
  await expect(remove.getByRole('button', { name: 'Delete policy' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await remove.getByLabel('Type DELETE to go on').fill('DELETE');
  await remove.getByRole('button', { name: 'Delete policy' }).click();
  await expect(row(page, 'journey-nightly')).toHaveCount(0);
});

test('a session that ends in a dialog keeps what was entered', async ({ console: page, context, watch }) => {
  watch.expected.push(/401/);
  await page.goto(at('/policies'));
  await page.getByRole('button', { name: 'Create Policy' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Create Policy' });
  await dialog.getByRole('textbox', { name: 'Policy Name' }).fill('journey-kept');
  await context.clearCookies();
  await dialog.getByRole('button', { name: 'Create Policy' }).click();
  const again = page.getByRole('dialog', { name: 'Log in again' });
  await expect(again).toBeVisible();
  await again.getByRole('textbox', { name: 'Password', exact: true }).fill(process.env.OS_PASSWORD ?? '');
  await again.getByRole('button', { name: 'Log in' }).click();
  await expect(again).toBeHidden();
  await expect(dialog.getByRole('textbox', { name: 'Policy Name' })).toHaveValue('journey-kept');
  await dialog.getByRole('button', { name: 'Create Policy' }).click();
  await expect(dialog).toBeHidden();
  await expect(row(page, 'journey-kept')).toBeVisible();
  await row(page, 'journey-kept').getByRole('button', { name: 'Delete' }).click();
  await page.getByLabel('Type DELETE to go on').fill('DELETE');
  await page.getByRole('button', { name: 'Delete policy' }).click();
  await expect(row(page, 'journey-kept')).toHaveCount(0);
});
