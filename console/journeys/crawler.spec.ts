// Opens every link, tab, menu and dialog that it finds, in both themes: nothing may fail, and axe
// must find nothing. Whatever would act at once, without a dialog, is left alone.
import type { Page } from '@playwright/test';
import { accessible, at, expect, test } from './rig';
import { inVault, quiet } from './steps';

/** Buttons that act at once: pressed by the journeys that are about them. */
const acts =
  /^(Export|Copy|Sort by|Retry|Remove|Clear|First|Next page|Previous page|Log out|Select|Close|Zoom|Show all|Details of|Disable|Enable|Accept|Reject|Notifications|Menu$|Ctrl)/;
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/g;

/** Addresses that differ by ids, filters or the page's place alone are one page. */
function shape(address: string): string {
  const url = new URL(address, 'http://x');
  const tab = url.searchParams.get('tab') ?? url.searchParams.get('type') ?? '';
  return `${url.pathname.replace(uuid, '*')} ${tab}`;
}

/** Says what axe finds in both themes: in the dark one by contrast alone, as nothing else differs. */
async function accessibleInBoth(page: Page, where: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page, `${where}, dark`, ['color-contrast']);
  await page.emulateMedia({ colorScheme: 'light' });
  await accessible(page, where);
}

/** Waits until the page has what it shows. */
async function settled(page: Page): Promise<void> {
  // By its element, not by its role: what lies below a dialog has none.
  await expect(page.locator('h1').first()).not.toHaveText('');
  await expect(page.locator('table[aria-busy="true"]')).toHaveCount(0);
}

/** Closes whatever lies over the page. */
async function closeAll(page: Page): Promise<void> {
  const over = page.locator('[role=dialog], [role=menu], [role=alertdialog], [role=listbox][data-open]');
  for (let presses = 0; presses < 5 && (await over.count()) > 0; presses++) {
    await page.keyboard.press('Escape');
    const discard = page.getByRole('button', { name: 'Throw away' });
    if (await discard.isVisible()) await discard.click();
    await over
      .first()
      .waitFor({ state: 'hidden', timeout: 1000 })
      .catch(() => undefined);
  }
}

const names = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).evaluateAll((found) =>
    found
      .filter((element) => (element as HTMLElement).offsetParent !== null)
      .filter((element) => element.getAttribute('aria-disabled') !== 'true')
      .map(
        (element) =>
          element.getAttribute('aria-label') ??
          element.querySelector('span')?.textContent ??
          element.textContent ??
          '',
      )
      .map((text) => text.trim()),
  );

test('everything opens, and nothing is wrong with it', async ({ console: page, api }) => {
  test.setTimeout(400_000);
  await quiet(api);
  await inVault(api, 'web-01');
  const queue = [at('/overview')];
  const seen = new Set(queue.map(shape));
  const opened = new Set<string>();
  const dialogs = new Set<string>();
  const meet = (address: string) => {
    if (!address.startsWith('/console/p/') || seen.has(shape(address))) return;
    seen.add(shape(address));
    queue.push(address);
  };

  /** What a press led to: a dialog is looked at, another page is met; then back. */
  const after = async (where: string, from: string) => {
    const dialog = page.getByRole('dialog').first();
    await Promise.race([
      dialog.waitFor({ timeout: 1500 }),
      page.waitForURL((url) => shape(url.href) !== shape(from), { timeout: 1500 }),
      page.locator('[role=menu]').first().waitFor({ timeout: 1500 }),
    ]).catch(() => undefined);
    if (await dialog.isVisible()) {
      const name =
        (await dialog
          .getByRole('heading')
          .first()
          .textContent()
          .catch(() => '')) || where;
      await expect(dialog.getByText('Loading…')).toHaveCount(0);
      await accessibleInBoth(page, `${where}: ${name}`);
      dialogs.add(where);
    }
    await closeAll(page);
    const now = new URL(page.url());
    if (shape(now.href) !== shape(from)) {
      meet(now.pathname + now.search);
      await page.goto(from);
      await settled(page);
    }
  };

  for (let address = queue.shift(); address; address = queue.shift()) {
    await page.goto(address);
    await settled(page);
    const place = shape(address);
    await accessibleInBoth(page, place);
    for (const href of await page
      .locator('a[href]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? '')))
      meet(href);
    for (const tab of await names(page, '[role=tab]')) {
      await page.getByRole('tab', { name: tab }).first().click();
      await settled(page);
      const now = new URL(page.url());
      meet(now.pathname + now.search);
    }
    if (shape(page.url()) !== place) {
      await page.goto(address);
      await settled(page);
    }

    // Menus: each entry of each, sub-menus included. Rows share one menu: the first row's stands for all.
    for (const trigger of await names(page, '[aria-haspopup=menu]')) {
      const kind = trigger.startsWith('More for') ? `${place} row` : trigger.replace(/ .*/, '');
      if (opened.has(kind)) continue;
      opened.add(kind);
      const open = async () => {
        await page.getByRole('button', { name: trigger, exact: true }).first().click();
        await expect(page.getByRole('menu').first()).toBeVisible();
      };
      await open();
      await accessibleInBoth(page, `${place}: menu ${trigger}`);
      const entries: string[][] = [];
      for (const entry of await names(page, '[role=menu] [role^=menuitem]')) {
        const item = page.getByRole('menuitem', { name: entry }).first();
        if ((await item.getAttribute('aria-haspopup').catch(() => null)) === 'menu') {
          await item.hover();
          const inner = page.getByRole('menu').nth(1);
          await expect(inner).toBeVisible();
          await accessibleInBoth(page, `${place}: menu ${trigger}, ${entry}`);
          for (const each of await names(page, '[role=menu] [role^=menuitem]'))
            if (await inner.getByText(each, { exact: true }).count()) entries.push([entry, each]);
          await page.keyboard.press('ArrowLeft');
        } else entries.push([entry]);
      }
      await closeAll(page);
      for (const path of entries) {
        const last = path.at(-1) ?? '';
        if (acts.test(last) || opened.has(`${kind} ${path.join(' > ')}`)) continue;
        opened.add(`${kind} ${path.join(' > ')}`);
        await open();
        const [first = ''] = path;
        const roles = page.locator('[role^=menuitem]');
        if (path.length > 1) await roles.filter({ hasText: first }).first().hover();
        const item = roles.filter({ hasText: last }).last();
        // What is ticked is a choice: it is made and unmade elsewhere.
        if (/checkbox|radio/.test((await item.getAttribute('role')) ?? '')) {
          await closeAll(page);
          continue;
        }
        await item.click();
        await after(`${place}: ${trigger} > ${path.join(' > ')}`, address);
      }
    }

    // Buttons that open something.
    for (const name of await names(page, 'main button:not([aria-haspopup=menu]):not([role=tab])')) {
      const kind = `${place} button ${name.replace(uuid, '*').replace(/ of .*| for .*/, '')}`;
      if (!name || acts.test(name) || opened.has(kind)) continue;
      opened.add(kind);
      const button = page.getByRole('button', { name, exact: true }).first();
      if (!(await button.isVisible().catch(() => false))) continue;
      await button.click();
      await after(`${place}: ${name}`, address);
    }
  }
  console.log(`${seen.size} pages, ${dialogs.size} dialogs:\n${[...seen, ...dialogs].sort().join('\n')}`);
  expect(seen.size).toBeGreaterThan(12);
  expect(dialogs.size).toBeGreaterThan(12);
});
