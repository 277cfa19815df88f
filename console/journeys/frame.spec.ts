// The frame: getting in, finding one's way, getting out.
import { accessible, at, expect, logIn, picture, rig, test } from './rig';

test('a stranger gets in and sees the servers', async ({ page, watch: _ }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/console\/login/);
  await accessible(page, 'login');
  await picture(page, 'login');
  await logIn(page);
  await expect(page).toHaveURL(new RegExp(`/console/p/${rig.project}/`));
  await page.goto(at('/servers'));
  for (const name of ['shop-db', 'archive', 'web-01'])
    await expect(page.getByRole('row', { name: new RegExp(name) })).toBeVisible();
  await expect(page.getByRole('row', { name: /web-01/ })).toContainText('Running');
  await expect(page.getByRole('row', { name: /archive/ })).toContainText('Stopped');
});

test('a wrong password is refused and said', async ({ page, watch }) => {
  watch.expected.push(/401/);
  await page.goto('/console/');
  await page.getByLabel('User name').fill(rig.user);
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toContainText('wrong');
});

test('logging out ends the session', async ({ console: page, watch }) => {
  watch.expected.push(/401/);
  await page.getByRole('button', { name: /^User / }).click();
  await page.getByRole('menuitem', { name: 'Log Out', exact: true }).click();
  await expect(page).toHaveURL(/\/console\/login/);
  const answer = await page.request.get('/coffer/v1/session');
  expect(answer.status()).toBe(401);
});
