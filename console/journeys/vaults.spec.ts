// Vaults: locking for ever, what it takes to delete, tags, sharing with another project.
import type { Page } from '@playwright/test';
import { Api, accessible, at, expect, onTo, picture, rig, test } from './rig';
import { row } from './steps';

interface Named {
  id: string;
  name: string;
}

const emptyVault = (api: Api, name: string, type = 'server') =>
  api
    .call<{ vault: Named }>('POST', '/v3/{project}/vaults', {
      vault: {
        name,
        billing: {
          object_type: type,
          protect_type: 'backup',
          consistent_level: 'crash_consistent',
          size: 100,
        },
        resources: [],
      },
    })
    .then((made) => made.vault);

/** A menu entry of the page's object. */
async function more(page: Page, name: string, entry: string) {
  await page.getByRole('button', { name: `More for ${name}` }).click();
  return page.getByRole('menuitem', { name: entry });
}

test('backup locking wants the name, and cannot be undone', async ({ console: page, api }) => {
  const vault = await emptyVault(api, 'journey-lock');
  await page.goto(at(`/vaults/${vault.id}`));
  await (await more(page, vault.name, 'Enable Backup Locking')).click();
  const dialog = page.getByRole('dialog', { name: 'Enable backup locking of journey-lock' });
  const button = dialog.getByRole('button', { name: 'Enable Backup Locking' });
  await dialog.getByLabel('Type journey-lock to go on').fill('DELETE');
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await dialog.getByLabel('Type journey-lock to go on').press('Enter');
  await expect(dialog).toBeVisible();
  await accessible(page, 'enable locking');
  await picture(page, 'enable-locking');
  await dialog.getByLabel('Type journey-lock to go on').fill('journey-lock');
  await button.click();
  await expect(page.getByText('Backup locking of journey-lock is enabled.')).toBeVisible();
  const entry = await more(page, vault.name, 'Enable Backup Locking');
  await expect(entry).toHaveAttribute('aria-disabled', 'true');
  await expect(entry).toContainText('Backup locking is enabled.');
  await page.keyboard.press('Escape');
});

test('deleting asks by the damage: the word for backups, the name for a vault', async ({
  console: page,
  api,
  watch,
}) => {
  const { backups } = await api.call<{ backups: (Named & { state: string; locked: boolean })[] }>(
    'GET',
    '/coffer/v1/{project}/backups?state=available&type=server&sort=created_at',
  );
  const backup = backups.find((each) => !each.locked);
  if (!backup) throw new Error('there is no backup');
  await page.goto(at(`/backups/${backup.id}`));
  await (await more(page, backup.name, 'Delete')).click();
  const two = page.getByRole('dialog', { name: /Delete/ });
  await expect(two.getByRole('row', { name: new RegExp(backup.name) })).toBeVisible();
  const confirm = two.getByRole('button', { name: /^Delete/ });
  await expect(confirm).toHaveAttribute('aria-disabled', 'true');
  await two.getByLabel('Type DELETE to go on').fill(backup.name);
  await expect(confirm).toHaveAttribute('aria-disabled', 'true');
  await two.getByLabel('Type DELETE to go on').fill('DELETE');
  await expect(confirm).not.toHaveAttribute('aria-disabled', 'true');
  await accessible(page, 'delete backup');
  await two.getByRole('button', { name: 'Cancel' }).click();

  const vault = await emptyVault(api, 'journey-levels');
  // Its page may still ask for it when it is gone.
  watch.expected.push(new RegExp(`404.*${vault.id}`));
  await page.goto(at(`/vaults/${vault.id}`));
  await (await more(page, vault.name, 'Delete vault')).click();
  const three = page.getByRole('dialog', { name: 'Delete vault journey-levels' });
  await three.getByLabel('Type journey-levels to go on').fill('DELETE');
  await expect(three.getByRole('button', { name: 'Delete vault' })).toHaveAttribute('aria-disabled', 'true');
  await three.getByLabel('Type journey-levels to go on').fill('journey-levels');
  await accessible(page, 'delete vault');
  await three.getByRole('button', { name: 'Delete vault' }).click();
  await expect(page).toHaveURL(/server-backups/);
  await expect(row(page, 'journey-levels')).toHaveCount(0, { timeout: 30_000 });
});

test('tags are added, edited, deleted and brought back', async ({ console: page, api }) => {
  const vault = await emptyVault(api, 'journey-tags', 'disk');
  await page.goto(at(`/vaults/${vault.id}?tab=tags`));
  await page.getByRole('button', { name: 'Add tag' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add tag' });
  await dialog.getByRole('textbox', { name: 'Key' }).fill('cost centre');
  await dialog.getByRole('button', { name: 'Add tag' }).click();
  await expect(dialog).toContainText('1 to 36 letters, digits, underscores or hyphens.');
  await dialog.getByRole('textbox', { name: 'Key' }).fill('cost-centre');
  await dialog.getByRole('textbox', { name: 'Value' }).fill('4711');
  await dialog.getByRole('button', { name: 'Add tag' }).click();
  await expect(row(page, 'cost-centre')).toContainText('4711');
  await accessible(page, 'tags');
  await picture(page, 'vault-tags');
  await row(page, 'cost-centre').getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Value' }).fill('4712');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(row(page, 'cost-centre')).toContainText('4712');
  await row(page, 'cost-centre').getByRole('button', { name: 'Delete' }).click();
  await expect(row(page, 'cost-centre')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, 'cost-centre')).toContainText('4712');
});

test('a backup is shared with another project, which accepts it', async ({ console: page, api, request }) => {
  const { backups } = await api.call<{ backups: Named[] }>(
    'GET',
    '/coffer/v1/{project}/backups?state=available&type=server&sort=created_at',
  );
  const backup = backups[0];
  if (!backup) throw new Error('there is no backup');
  const { project } = await api.call<{ project: Named }>('POST', '/coffer/v1/projects', {
    project: { name: 'journey-partner' },
  });
  const session = await (await page.request.get('/coffer/v1/session')).json();
  await api.call('PUT', `/coffer/v1/projects/${project.id}/users/${session.user.id}/roles/admin`);
  const partner = await Api.logIn(request, project.id);
  await emptyVault(partner, 'partner-servers');

  await onTo(page, at(`/backups/${backup.id}?tab=share`));
  await page.getByRole('button', { name: 'Share Backup' }).click();
  const share = page.getByRole('dialog', { name: 'Share Backup' });
  await share.getByLabel('Project ID').fill('partner');
  await share.getByRole('button', { name: 'Add' }).click();
  await expect(share).toContainText('This is no project ID.');
  await share.getByLabel('Project ID').fill(rig.project);
  await expect(share).toContainText('own project');
  await share.getByLabel('Project ID').fill(project.id);
  await share.getByRole('button', { name: 'Add' }).click();
  await accessible(page, 'share backup');
  await picture(page, 'share-backup');
  await share.getByRole('button', { name: 'Share Backup' }).click();
  await expect(share).toBeHidden();
  await expect(row(page, 'journey-partner')).toContainText('Pending');
  await accessible(page, 'share list');

  const there = (path: string) => `/console/p/${project.id}${path}`;
  await page.goto(there('/server-backups?tab=shared'));
  await expect(row(page, backup.name)).toContainText('Pending');
  await accessible(page, 'shared with me');
  await picture(page, 'shared-with-me');
  await row(page, backup.name).getByRole('button', { name: 'Reject' }).click();
  await expect(row(page, backup.name)).toContainText('Rejected');
  await row(page, backup.name).getByRole('button', { name: 'Accept' }).click();
  const accept = page.getByRole('dialog', { name: `Accept ${backup.name}` });
  await expect(accept.getByRole('button', { name: 'Accept' })).toHaveAttribute('aria-disabled', 'true');
  await accept.getByLabel('partner-servers').check();
  await accessible(page, 'accept share');
  await accept.getByRole('button', { name: 'Accept' }).click();
  await expect(row(page, backup.name)).toContainText('Accepted');

  await onTo(page, at(`/backups/${backup.id}?tab=share`));
  await expect(row(page, 'journey-partner')).toContainText('Accepted');
  await row(page, 'journey-partner').getByRole('button', { name: 'Cancel Sharing' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel Sharing' }).click();
  await expect(page.getByText('The backup is shared with nobody.')).toBeVisible();
});
