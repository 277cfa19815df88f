// Lists: all that match, filters as chips, columns, export, and any object by its id.
import { readFileSync } from 'node:fs';
import { accessible, at, expect, picture, rig, test } from './rig';
import { backUp, backupsNamed, begin, quiet, row, serverNamed } from './steps';

/** Backups of this journey, on pages of two. */
const MANY = 4;
/** Their names begin so: of this run alone. */
const PREFIX = `many-${Date.now().toString(36)}`;

test('all that match are ticked across pages, and deleted with a result for each', async ({
  console: page,
  api,
  watch,
}) => {
  await quiet(api);
  // A backup of what did not change costs next to nothing: many of them make a list of pages.
  for (let number = 1; number <= MANY; number++) {
    await begin(api, 'archive', `${PREFIX}-${number}`);
    await quiet(api);
  }
  await page.goto(at(`/server-backups?tab=backups&q=${PREFIX}&limit=2`));
  await expect(page.getByText(`1–2 of ${MANY}`)).toBeVisible();
  await page.getByRole('checkbox', { name: 'Select all rows of this page' }).check();
  await expect(page.getByText('2 selected')).toBeVisible();
  await page.getByRole('button', { name: `Select all ${MANY} that match` }).click();
  await expect(page.getByText(`${MANY} selected`)).toBeVisible();
  await accessible(page, 'all that match selected');
  await picture(page, 'backups-selected');
  await page.getByRole('button', { name: `Delete ${MANY} backups` }).click();
  const dialog = page.getByRole('dialog');
  // One of them goes elsewhere meanwhile: that is said, and the others are deleted all the same.
  watch.expected.push(/404/);
  const [gone] = await backupsNamed(api, `${PREFIX}-3`);
  await api.call('DELETE', `/v3/{project}/backups/${gone?.id}`);
  await expect.poll(async () => (await backupsNamed(api, `${PREFIX}-3`)).length, { timeout: 60_000 }).toBe(0);
  await dialog.getByLabel('Type DELETE to go on').fill('DELETE');
  await expect(dialog).toContainText('One of the backups is gone already.');
  await accessible(page, 'delete many');
  await dialog.getByRole('button', { name: `Delete ${MANY - 1} backups` }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await backupsNamed(api, PREFIX)).length, { timeout: 90_000 }).toBe(0);
});

test('created from and before narrow the list; the chip says so and goes', async ({ console: page, api }) => {
  await quiet(api);
  if ((await backupsNamed(api, '')).length === 0) await backUp(api, 'archive', 'for-filters');
  await page.goto(at('/server-backups?tab=backups'));
  const search = page.getByRole('combobox', { name: 'Select a property or enter a keyword' });
  await search.click();
  await page.getByRole('option', { name: 'Created before' }).click();
  const when = page.locator('input[type=datetime-local]');
  await when.fill('2020-01-01T00:00');
  await when.press('Enter');
  await expect(page.getByText('Created before: 1 Jan 2020, 00:00')).toBeVisible();
  await expect(page.getByText('Nothing matches.')).toBeVisible();
  // The address holds the instant, in UTC.
  expect(page.url()).toContain('created_before=2019-12-31T23');
  await accessible(page, 'filter by time');
  await page.getByRole('button', { name: 'Remove Created before' }).click();
  await expect(page.getByText('Nothing matches.')).toBeHidden();
  await search.click();
  await page.getByRole('option', { name: 'Created from' }).click();
  await when.fill('2020-01-01T00:00');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Created from: 1 Jan 2020, 00:00')).toBeVisible();
  await expect(page.getByRole('table').getByRole('row').nth(1)).toBeVisible();
});

test('the export holds the whole filtered list; columns can be chosen and stay', async ({
  console: page,
}) => {
  await page.goto(at('/servers?status=ACTIVE'));
  await expect(row(page, 'web-01')).toBeVisible();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('servers.csv');
  const text = readFileSync(await download.path(), 'utf8');
  const lines = text.split('\r\n');
  expect(lines[0]).toContain('id,name,host,status');
  expect(text).toContain('web-01');
  expect(text).not.toContain('archive');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'IP Address' }).click();
  await expect(page.getByRole('columnheader', { name: 'IP Address' })).toBeHidden();
  await page.reload();
  await expect(row(page, 'web-01')).toBeVisible();
  await expect(page.getByRole('columnheader', { name: 'IP Address' })).toBeHidden();
});

test('an id leads to its object, whatever it is', async ({ console: page, api }) => {
  await quiet(api);
  const server = await serverNamed(api, 'shop-db');
  const [backup] = await backupsNamed(api, 'demo');
  const places: [string | undefined, RegExp][] = [
    [server.id, /\/servers\//],
    [server.vault?.id, /\/vaults\//],
    [backup?.id, /\/backups\//],
    [rig.freeDisks[0], /\/disks\?q=/],
  ];
  for (const [id, where] of places) {
    await page.goto(`/console/s/${id}`);
    await expect(page).toHaveURL(where);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  await page.goto('/console/s/00000000-0000-0000-0000-000000000000');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Not found');
});

test('the timeline zooms, and two marked points say what changed', async ({ console: page, api }) => {
  await quiet(api);
  const made = (await backupsNamed(api, '')).filter((each) => each.resource_name === 'shop-db');
  for (let number = made.length; number < 3; number++) await backUp(api, 'shop-db', `point-${number}`);
  const { id } = await serverNamed(api, 'shop-db');
  await page.goto(at(`/servers/${id}`));
  const points = page.getByRole('listbox', { name: 'Restore points' });
  await expect(points.getByRole('option')).not.toHaveCount(0);
  await points.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('c');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('table', { name: /^Written between/ })).toBeVisible();
  await page.keyboard.press('+');
  await expect(page.getByRole('button', { name: 'Show all' })).toBeVisible();
  await accessible(page, 'timeline zoomed');
  await picture(page, 'server-timeline');
  await page.keyboard.press('-');
  await expect(page.getByRole('button', { name: 'Show all' })).toBeHidden();
  // A drag over a part of it shows that part.
  const box = await points.boundingBox();
  if (!box) throw new Error('the timeline has no place');
  await page.mouse.move(box.x + box.width * 0.6, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.9, box.y + 30, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByRole('button', { name: 'Show all' })).toBeHidden();
});
