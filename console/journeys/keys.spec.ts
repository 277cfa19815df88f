// Keys that follow each other faster than the browser takes a step back: none is lost, none acts twice.
import type { Page } from '@playwright/test';
import { at, expect, test } from './rig';
import { row } from './steps';

/** A machine that is so slow that every key comes before the last one's work is done. */
async function slow(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

const help = (page: Page) => page.getByRole('dialog', { name: 'Keyboard' });

test('a key right after Escape acts on what lies below', async ({ console: page }) => {
  await expect(row(page, 'web-01')).toBeVisible();
  await slow(page);
  await page.keyboard.press('?');
  await expect(help(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Jump to' })).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: 'Jump to' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  // The same dialog once more, at once.
  await page.keyboard.press('?');
  await expect(help(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(help(page)).toBeVisible();
  await expect(page).toHaveURL(/do=keys/);
  // To another page, at once: the step that closes the dialog does not take it back.
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('v');
  await expect(page.getByRole('heading', { level: 1, name: 'Cloud Server Backups' })).toBeVisible();
  await expect(page).toHaveURL(/\/server-backups$/);
  // Back leads where one was, not to a dialog.
  await page.goBack();
  await expect(page).toHaveURL(new RegExp(`${at('/servers')}$`));
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('Escape twice closes one dialog and leads no further', async ({ console: page }) => {
  await page.getByRole('link', { name: 'Elastic Volume Service' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Elastic Volume Service' })).toBeVisible();
  await slow(page);
  await page.keyboard.press('?');
  await expect(help(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page).toHaveURL(new RegExp(`${at('/disks')}$`));
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await expect(page).toHaveURL(new RegExp(`${at('/overview')}$`));
});

test('Escape before a dialog shows keeps it away', async ({ console: page }) => {
  await expect(row(page, 'web-01')).toBeVisible();
  await slow(page);
  await page.keyboard.press('?');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(new RegExp(`${at('/servers')}$`));
  await expect(page.getByRole('dialog')).toHaveCount(0);
});
