// Groups and roles: made, given, taken back, deleted.
import { accessible, at, expect, onTo, picture, test } from './rig';
import { row } from './steps';

test('a role of one’s own is made and given to a group; its member has it, and no longer', async ({
  console: page,
  api,
  watch,
}) => {
  const mark = Date.now().toString(36);
  const [role, group, user] = [`lister-${mark}`, `night-${mark}`, `ada-${mark}`];
  await api.call('POST', '/coffer/v1/users', { user: { name: user, password: 'a long password' } });

  await page.goto(at('/admin/roles'));
  await expect(row(page, 'Predefined').first().getByRole('button', { name: 'Edit' })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await page.getByRole('button', { name: 'Create role' }).click();
  const make = page.getByRole('dialog', { name: 'Create role' });
  await make.getByLabel('Name').fill(role);
  await make.getByLabel('Actions 1').fill('cbr:vaults');
  await make.getByRole('button', { name: 'Create role' }).click();
  await expect(make).toContainText('each of three parts');
  await make.getByLabel('Actions 1').fill('cbr:vaults:list\ncbr:*:nothing');
  await make.getByRole('button', { name: 'Add statement' }).click();
  await make.getByLabel('Effect 2').selectOption('Deny');
  await make.getByLabel('Actions 2').fill('cbr:backups:delete');
  await accessible(page, 'create role');
  await make.getByRole('button', { name: 'Create role' }).click();
  await expect(make).toBeHidden();
  await expect(row(page, role)).toContainText('Covers no action of this service: cbr:*:nothing');
  await expect(row(page, role)).toContainText('cbr:backups:delete');
  await accessible(page, 'roles');

  await onTo(page, at('/admin/groups'));
  await page.getByRole('button', { name: 'Create group' }).first().click();
  const create = page.getByRole('dialog', { name: 'Create group' });
  await create.getByRole('button', { name: 'Create group' }).click();
  await expect(create).toContainText('Enter a name.');
  await create.getByLabel('Name').fill(group);
  await create.getByRole('button', { name: 'Create group' }).click();
  await expect(row(page, group)).toContainText('Nobody');
  await row(page, group).getByRole('button', { name: 'Members' }).click();
  const members = page.getByRole('dialog', { name: `Members of ${group}` });
  await members.getByRole('checkbox', { name: user }).check();
  await expect(members.getByRole('checkbox', { name: user })).not.toHaveAttribute('aria-disabled', 'true');
  await accessible(page, 'members of a group');
  await members.getByRole('button', { name: 'Done' }).click();
  await expect(row(page, group)).toContainText(user);
  await row(page, group).getByRole('button', { name: 'Roles' }).click();
  const roles = page.getByRole('dialog', { name: `Roles of ${group}` });
  const tick = roles.getByRole('checkbox', { name: `${role} in all projects` });
  await tick.check();
  await expect(tick).not.toHaveAttribute('aria-disabled', 'true');
  await expect(tick).toBeChecked();
  await accessible(page, 'roles of a group');
  await picture(page, 'group-roles');
  await roles.getByRole('button', { name: 'Done' }).click();
  await expect(row(page, group)).toContainText(`${role} in all projects`);
  await accessible(page, 'groups');

  watch.expected.push(/409.*\/roles\//);
  // Somebody has it: it stays, and the server's reason is shown.
  await onTo(page, at(`/admin/roles`));
  await row(page, role).getByRole('button', { name: 'Delete' }).click();
  const remove = page.getByRole('dialog', { name: `Delete role ${role}` });
  await remove.getByLabel('Type DELETE to go on').fill('DELETE');
  await remove.getByRole('button', { name: 'Delete role' }).click();
  await expect(remove.getByRole('alert')).toBeVisible();
  await remove.getByRole('button', { name: 'Cancel' }).click();

  await onTo(page, at('/admin/groups'));
  await row(page, group).getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Delete group' }).click();
  const gone = page.getByRole('dialog', { name: `Delete group ${group}` });
  await expect(gone).toContainText('1 member loses the roles');
  await gone.getByLabel('Type DELETE to go on').fill('DELETE');
  await gone.getByRole('button', { name: 'Delete group' }).click();
  await expect(row(page, group)).toHaveCount(0);
  await onTo(page, at('/admin/roles'));
  await row(page, role).getByRole('button', { name: 'Delete' }).click();
  await remove.getByLabel('Type DELETE to go on').fill('DELETE');
  await remove.getByRole('button', { name: 'Delete role' }).click();
  await expect(row(page, role)).toHaveCount(0);
});
