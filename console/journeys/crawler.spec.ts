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

/** The page without its tab: what stands above the tabs is the same on each of them. */
const pageOf = (place: string): string => place.split(' ')[0] ?? place;

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

/** A name by what it begins with: a part of it may be written small below. */
const beginning = (name: string): RegExp => new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);

const names = (page: Page, selector: string): Promise<string[]> =>
  page.locator(selector).evaluateAll((found) =>
    found
      .filter((element) => (element as HTMLElement).offsetParent !== null)
      .filter((element) => element.getAttribute('aria-disabled') !== 'true')
      .map((element) => {
        const label = element.getAttribute('aria-label');
        if (label) return label;
        // The first words alone: reasons and keys stand behind them.
        const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        return texts.nextNode()?.textContent ?? '';
      })
      .map((text) => text.trim())
      .filter((text) => text !== ''),
  );

// One that waits for what is not there should not keep all others.
test.use({ actionTimeout: 15_000 });

test('everything opens, and nothing is wrong with it', async ({ console: page, api }) => {
  test.setTimeout(600_000);
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

  // All that is wrong is said at the end: one run shows the whole of it.
  const wrong: string[] = [];
  const trying = async (what: string, from: string, act: () => Promise<void>) => {
    await act().catch(async (error: Error) => {
      wrong.push(`${what}: ${error.message.split('\n').slice(0, 14).join(' ')}`);
      await page.goto(from);
      await settled(page);
    });
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

  for (let here = queue.shift(); here; here = queue.shift()) {
    const address = here;
    const place = shape(address);
    await trying(place, address, async () => {
      await page.goto(address);
      await settled(page);
      await accessibleInBoth(page, place);
    });
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
        await page
          .getByRole('button', { name: beginning(trigger) })
          .first()
          .click();
        await expect(page.getByRole('menu').first()).toBeVisible();
      };
      const entries: string[][] = [];
      const roles = page.locator('[role^=menuitem]');
      const named = (name: string) => roles.filter({ hasText: beginning(name) });
      await trying(`${place}: menu ${trigger}`, address, async () => {
        await open();
        await accessibleInBoth(page, `${place}: menu ${trigger}`);
        // What is ticked is a choice: it is made and unmade elsewhere.
        for (const entry of await names(page, '[role=menu] [role=menuitem]')) {
          const item = named(entry).first();
          if ((await item.getAttribute('aria-haspopup')) !== 'menu') {
            entries.push([entry]);
            continue;
          }
          // By keys: a sub-menu opened by the pointer may lie over the entries that follow.
          await item.focus();
          await page.keyboard.press('ArrowRight');
          const inner = page.getByRole('menu').nth(1);
          await expect(inner).toBeVisible();
          await accessibleInBoth(page, `${place}: menu ${trigger}, ${entry}`);
          for (const each of await names(page, '[role=menu] [role=menuitem]'))
            if (await inner.getByText(each, { exact: true }).count()) entries.push([entry, each]);
          await page.keyboard.press('ArrowLeft');
          await expect(inner).toBeHidden();
        }
        await closeAll(page);
      });
      for (const path of entries) {
        const last = path.at(-1) ?? '';
        const entry = `${pageOf(place)} ${path.join(' > ')}`;
        if (acts.test(last) || opened.has(entry)) continue;
        opened.add(entry);
        const where = `${place}: ${trigger} > ${path.join(' > ')}`;
        await trying(where, address, async () => {
          await open();
          if (path.length > 1)
            await named(path[0] ?? '')
              .first()
              .hover();
          await (path.length > 1 ? named(last).last() : named(last).first()).click();
          await after(where, address);
        });
      }
    }

    // Buttons that open something.
    for (const name of await names(page, 'main button:not([aria-haspopup=menu], [role=tab], th *)')) {
      const kind = `${pageOf(place)} button ${name.replace(uuid, '*').replace(/ of .*| for .*/, '')}`;
      if (!name || acts.test(name) || opened.has(kind)) continue;
      opened.add(kind);
      const buttons = page.getByRole('button', { name: beginning(name), disabled: false });
      const button = buttons.first();
      if (!(await button.isVisible())) continue;
      await trying(`${place}: ${name}`, address, async () => {
        await button.click();
        await after(`${place}: ${name}`, address);
      });
    }
  }
  console.log(`${seen.size} pages, ${dialogs.size} dialogs:\n${[...seen, ...dialogs].sort().join('\n')}`);
  expect(wrong).toEqual([]);
  expect(seen.size).toBeGreaterThan(30);
  expect(dialogs.size).toBeGreaterThan(60);
});
