// The core procedure by other hands: keyboard alone, and touch on a narrow screen.
import { devices, type Page } from '@playwright/test';
import { accessible, at, expect, hasSession, picture, test } from './rig';
import { becomes, inVault, outOfVault, quiet, row } from './steps';

/** Presses a key until an element has the focus. */
async function tabTo(page: Page, what: ReturnType<Page['getByRole']>, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await what.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press(key);
  }
  throw new Error('60 presses did not lead there');
}

/** From the list of servers to the dialog, by keys. */
async function openByKeys(page: Page, server: string, entry: string): Promise<void> {
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(row(page, server)).toBeVisible();
  await page.keyboard.press('j');
  const name = row(page, server).getByRole('link').first();
  await tabTo(page, name, 'ArrowDown');
  await page.keyboard.press('.');
  await expect(page.getByRole('menuitem', { name: 'Manage Image/Backup' })).toBeVisible();
  await page.keyboard.press('m');
  await page.keyboard.press('Enter');
  const item = page.getByRole('menuitem', { name: entry });
  await expect(item).toBeVisible();
  await tabTo(page, item, 'ArrowDown');
  await page.keyboard.press('Enter');
}

test.describe('by keyboard alone', () => {
  test('a server without a vault: an existing one, then restored', async ({ console: page, api }) => {
    await outOfVault(api, 'web-01');
    await openByKeys(page, 'web-01', 'Create Server Backup');
    const dialog = page.getByRole('dialog', { name: /Create Server Backup/ });
    await expect(dialog).toContainText('step 1 of 2');
    // The choice has the focus; Enter goes on with the vault proposed.
    await expect(dialog.getByRole('radio', { checked: true }).first()).toBeFocused();
    await page.keyboard.press('Enter');
    const name = dialog.getByRole('textbox', { name: 'Name', exact: true });
    await expect(name).toBeFocused();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('by-keys');
    await page.keyboard.press('Enter');
    await expect(dialog).toBeHidden();
    await becomes(api, 'by-keys', 'available');
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    // Tabs are one stop; arrows lead from one to the next.
    await tabTo(page, page.getByRole('tab', { name: 'Vaults' }));
    const tab = page.getByRole('tab', { name: 'Backups', exact: true });
    await tabTo(page, tab, 'ArrowRight');
    await page.keyboard.press('Enter');
    await expect(row(page, 'by-keys')).toContainText('Available');
    await page.keyboard.press('j');
    await tabTo(page, row(page, 'by-keys').getByRole('link').first(), 'ArrowDown');
    await page.keyboard.press('r');
    const restore = page.getByRole('dialog', { name: 'Restore Server' });
    const action = restore.getByRole('button', { name: 'Restore web-01' });
    await expect(action).not.toHaveAttribute('aria-busy', 'true');
    await tabTo(page, action);
    await page.keyboard.press('Enter');
    await expect(restore).toBeHidden();
    await expect(page.getByText('web-01 is restored.')).toBeVisible({ timeout: 120_000 });
  });

  test('disks of a server', async ({ console: page, api }) => {
    await quiet(api);
    await openByKeys(page, 'shop-db', 'Create Disk Backup');
    const dialog = page.getByRole('dialog', { name: /Create Disk Backup/ });
    const second = dialog.getByRole('checkbox', { name: /vdb/ });
    await expect(second).toBeVisible();
    await tabTo(page, second, 'Shift+Tab');
    await page.keyboard.press('Space');
    await tabTo(page, dialog.getByRole('textbox', { name: 'Name', exact: true }));
    await page.keyboard.press('Control+A');
    await page.keyboard.type('disk-by-keys');
    await page.keyboard.press('Enter');
    // In no vault of disks yet, or in one that an earlier journey made.
    if (await dialog.getByText('step 1 of 2').isVisible()) {
      await expect(dialog.getByRole('radio', { checked: true }).first()).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(dialog.getByRole('textbox', { name: 'Name', exact: true })).toBeFocused();
      await page.keyboard.press('Enter');
    }
    await expect(dialog).toBeHidden();
    await becomes(api, 'disk-by-keys', 'available');
  });
});

test.describe('by touch, 390 px', () => {
  const phone = {
    ...devices['iPhone 13'],
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  };
  const { defaultBrowserType: _, ...options } = phone;
  test.use(options);

  const tap = async (page: Page, role: 'button' | 'menuitem', name: string | RegExp) =>
    page.getByRole(role, { name }).tap();

  test('a server without a vault: a new one; then restored', async ({ page, watch: _watch, api }) => {
    await outOfVault(api, 'web-01');
    await hasSession(page);
    await page.goto(at('/overview'));
    await tap(page, 'button', 'Menu');
    await page.getByRole('link', { name: 'Elastic Cloud Server' }).tap();
    await row(page, 'web-01').getByRole('button', { name: /^More/ }).tap();
    await tap(page, 'menuitem', 'Manage Image/Backup');
    await tap(page, 'menuitem', 'Create Server Backup');
    const dialog = page.getByRole('dialog', { name: /Create Server Backup/ });
    await dialog.getByRole('radio', { name: 'Create a vault' }).tap();
    await dialog.getByRole('textbox', { name: 'Vault name' }).fill(`touched-${Date.now() % 100_000}`);
    await accessible(page, 'vault step, narrow');
    await picture(page, 'create-server-backup-vault-narrow');
    await dialog.getByRole('button', { name: 'Next' }).tap();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('by-touch');
    await accessible(page, 'create server backup, narrow');
    await picture(page, 'create-server-backup-narrow');
    await dialog.getByRole('button', { name: 'OK', exact: true }).tap();
    await expect(dialog).toBeHidden();
    await becomes(api, 'by-touch', 'available');
    await page.goto(at('/server-backups?tab=backups&q=by-touch'));
    await row(page, 'by-touch').getByRole('button', { name: 'Restore Server' }).tap();
    const restore = page.getByRole('dialog', { name: 'Restore Server' });
    await accessible(page, 'restore server, narrow');
    await picture(page, 'restore-server-narrow');
    await restore.getByRole('button', { name: 'Restore web-01' }).tap();
    await expect(restore).toBeHidden();
    await expect(page.getByText('web-01 is restored.')).toBeVisible({ timeout: 120_000 });
    // Nothing scrolls sideways.
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  });

  test('what a finger has to hit is large enough', async ({ page, watch: _watch, api }) => {
    await inVault(api, 'web-01');
    await hasSession(page);
    await page.goto(at('/servers'));
    await expect(row(page, 'web-01')).toBeVisible();
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('main button, main a, header button')]
        .filter((element) => element.offsetParent !== null && !element.closest('p'))
        .map((element) => ({ box: element.getBoundingClientRect(), text: element.textContent }))
        .filter(({ box }) => box.height < 24 || box.width < 24)
        .map(({ box, text }) => `${text}: ${box.width} x ${box.height}`),
    );
    expect(small).toEqual([]);
  });
});
