// While a backup runs: how far it is, what may be done meanwhile, and how it is stopped. The host's
// limits (bandwidth, tasks at once) hold it where a journey wants to look.
import { type Api, accessible, at, expect, picture, test } from './rig';
import {
  backupsNamed,
  becomes,
  begin,
  hold,
  inVault,
  killService,
  outages,
  outOfVault,
  quiet,
  row,
  serverNamed,
  startService,
  unhold,
} from './steps';

test.afterEach(async ({ api }) => {
  await unhold(api);
});

/** Begins web-01's first backup in a new vault: it reads everything, and lasts while it is held. */
async function beginFull(api: Api, name: string): Promise<void> {
  await outOfVault(api, 'web-01');
  await hold(api);
  await begin(api, 'web-01', name);
}

test('restart is greyed at 10 % and below, allowed above; cancel from the row', async ({
  console: page,
  api,
}) => {
  await beginFull(api, 'held');
  await expect(row(page, 'web-01')).toContainText('restart allowed', { timeout: 60_000 });
  // The next one waits its turn, at 0 %.
  await begin(api, 'shop-db', 'behind');
  const waiting = row(page, 'shop-db');
  await waiting.getByRole('button', { name: /^More/ }).click();
  await expect(page.getByRole('menuitem', { name: /^Restart/ })).toContainText(
    'Backup behind is at 0 %. Possible above 10 %.',
  );
  await expect(page.getByRole('menuitem', { name: /^Stop/ })).toHaveAttribute('aria-disabled', 'true');
  await accessible(page, 'restart greyed');
  await picture(page, 'restart-greyed');
  await page.getByRole('menuitem', { name: 'Cancel task' }).click();
  await expect(page.getByRole('dialog')).toContainText('Cancel');
  await accessible(page, 'cancel a backup');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Cancel .*(task|backup)/i })
    .click();
  await expect(page.getByRole('dialog')).toBeHidden();

  await row(page, 'web-01').getByRole('button', { name: /^More/ }).click();
  const restart = page.getByRole('menuitem', { name: /^Restart/ });
  await expect(restart).not.toHaveAttribute('aria-disabled', 'true');
  await restart.click();
  await expect(page.getByRole('dialog')).toContainText('It is safe from a restart');
  await accessible(page, 'restart while a backup runs');
  await picture(page, 'restart-allowed');
  await page.getByRole('dialog').getByRole('button', { name: 'Restart web-01' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await unhold(api);
  await becomes(api, 'held', 'available');
  await expect.poll(async () => (await backupsNamed(api, 'behind')).length, { timeout: 60_000 }).toBe(0);
});

test('progress shows in the row, on the page and in the tray, where it can be cancelled', async ({
  console: page,
  api,
}) => {
  await beginFull(api, 'to-cancel');
  await page.goto(at(`/servers/${(await serverNamed(api, 'web-01')).id}`));
  await expect(page.getByText(/Running Task: .*to-cancel/)).toBeVisible();
  await expect(page.getByRole('progressbar').first()).toBeVisible();
  await expect(page.locator('main')).toContainText(/[\d.,]+ [KM]iB of [\d.,]+ [KMG]iB/, { timeout: 60_000 });
  await accessible(page, 'server with a running backup');
  await picture(page, 'server-running');
  const tray = page.getByRole('button', { name: '1 task running' });
  await tray.click();
  await accessible(page, 'tray');
  await picture(page, 'tray');
  await page.getByRole('button', { name: /^Cancel Backup web-01/ }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Cancel .*(task|backup)/i })
    .click();
  await expect.poll(async () => (await backupsNamed(api, 'to-cancel')).length, { timeout: 60_000 }).toBe(0);
  // Source and change tracking stay usable: the next one is incremental.
  await unhold(api);
  await quiet(api);
  await begin(api, 'web-01', 'after-cancel');
  await becomes(api, 'after-cancel', 'available');
});

test('a running restore is cancelled; the console says so and offers it again', async ({
  console: page,
  api,
}) => {
  await quiet(api);
  await inVault(api, 'web-01');
  if (!(await backupsNamed(api, '')).some((each) => each.resource_name === 'web-01'))
    await begin(api, 'web-01', 'to-restore');
  await quiet(api);
  await hold(api);
  await row(page, 'web-01').getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Restore…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore Server' });
  await dialog.getByRole('checkbox', { name: /Take a safety backup first/ }).uncheck();
  await dialog.getByRole('button', { name: 'Restore web-01' }).click();
  await page.getByLabel('Type web-01 to go on').fill('web-01');
  await page.getByRole('button', { name: 'Restore web-01' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(row(page, 'web-01').getByRole('progressbar')).toBeVisible();
  await row(page, 'web-01').getByRole('button', { name: /^More/ }).click();
  await page.getByRole('menuitem', { name: 'Cancel task' }).click();
  await accessible(page, 'cancel a restore');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Cancel .*(task|restore)/i })
    .click();
  await unhold(api);
  await expect(page.getByText('The restore of web-01 did not end')).toBeVisible({ timeout: 90_000 });
  await quiet(api);
  await page.getByRole('button', { name: 'Restore again' }).click();
  await expect(page.getByRole('dialog', { name: 'Restore Server' })).toContainText('web-01');
  await page.keyboard.press('Escape');
});

test('the service is killed while a backup runs: the console says so, goes on, and so does the backup', async ({
  console: page,
  api,
  watch,
}) => {
  watch.expected.push(outages);
  await beginFull(api, 'outlives');
  await page.goto(at(`/servers/${(await serverNamed(api, 'web-01')).id}?tab=backups`));
  await expect(row(page, 'outlives')).toContainText('Creating');
  await page.evaluate(() => {
    (window as unknown as { stayed: boolean }).stayed = true;
  });
  killService();
  await expect(page.getByText('not live', { exact: true })).toBeVisible({ timeout: 30_000 });
  await picture(page, 'service-away');
  startService();
  // libvirt may take 30 s to end the job that the service left behind.
  await expect(page.getByText('live', { exact: true })).toBeVisible({ timeout: 90_000 });
  await unhold(api);
  await expect(row(page, 'outlives')).toContainText('Available', { timeout: 120_000 });
  expect(await page.evaluate(() => (window as unknown as { stayed?: boolean }).stayed)).toBe(true);
});
