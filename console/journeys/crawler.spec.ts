// Opens every link, tab, menu and dialog that it finds, in both themes: nothing may fail, and axe
// must find nothing. Whatever would act at once, without a dialog, is left alone. Two tabs of the
// browser share the work, and go from page to page as the console itself does, without loading it anew.
import type { Page } from '@playwright/test';
import { accessibleInBoth, at, expect, settled, test, type Watch } from './rig';
import { inVault, quiet } from './steps';

/** Buttons that act at once: pressed by the journeys that are about them. */
const acts =
  /^(Export$|Copy|Sort by|Retry|Remove|Clear|First|Next page|Previous page|Log out|Select|Close|Zoom|Show all|Details of|Disable|Enable|Accept|Reject|Notifications|Menu$|Ctrl)/i;
const uuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/g;

/** Addresses that differ by ids, filters or the page's place alone are one page. */
function shape(address: string): string {
  const url = new URL(address, 'http://x');
  const tab = url.searchParams.get('tab') ?? url.searchParams.get('type') ?? '';
  return `${url.pathname.replace(uuid, '*')} ${tab}`;
}

/** The page without its tab: what stands above the tabs is the same on each of them. */
const pageOf = (place: string): string => place.split(' ')[0] ?? place;

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

/** What is known by all walkers: what waits, what was met, and what was wrong. */
class Crawl {
  readonly seen = new Set<string>();
  readonly opened = new Set<string>();
  readonly dialogs = new Set<string>();
  /** Dialogs that axe has looked at, by their address and what they are about. */
  readonly judged = new Set<string>();
  /** All that is wrong is said at the end: one run shows the whole of it. */
  readonly wrong: string[] = [];
  private readonly queue: string[] = [];
  private walking = 0;
  private waiting: (() => void)[] = [];

  meet(address: string): void {
    if (!address.startsWith('/console/p/') || this.seen.has(shape(address))) return;
    this.seen.add(shape(address));
    this.queue.push(address);
    this.wake();
  }

  private wake(): void {
    for (const each of this.waiting.splice(0)) each();
  }

  /** Each page that is met, until none is left and nobody walks who could meet another. */
  async each(walk: (address: string) => Promise<void>): Promise<void> {
    for (;;) {
      const next = this.queue.shift();
      if (next !== undefined) {
        this.walking += 1;
        await walk(next).finally(() => {
          this.walking -= 1;
          this.wake();
        });
      } else if (this.walking === 0) return;
      else await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }
}

/** One tab of the browser that walks through the console. */
class Walker {
  constructor(
    private readonly page: Page,
    private readonly watch: Watch,
    private readonly crawl: Crawl,
  ) {}

  private async trying(what: string, from: string, act: () => Promise<void>): Promise<void> {
    await act().catch(async (error: Error) => {
      this.crawl.wrong.push(`${what}: ${error.message.split('\n').slice(0, 14).join(' ')}`);
      await this.page.goto(from);
      await settled(this.page);
    });
  }

  /** What a press led to: a dialog is looked at, another page is met; then back. */
  private async after(where: string, from: string): Promise<void> {
    const { page, watch, crawl } = this;
    const dialog = page.getByRole('dialog').first();
    const asked = (url: URL) => url.searchParams.has('do');
    await Promise.race([
      dialog.waitFor({ timeout: 1500 }),
      page.waitForURL((url) => asked(url) || shape(url.href) !== shape(from), { timeout: 1500 }),
      page.locator('[role=menu]').first().waitFor({ timeout: 1500 }),
    ]).catch(() => undefined);
    // What its address asks for comes, however long its code and its data take.
    if (asked(new URL(page.url()))) await expect(page.locator('[role=dialog]').first()).toBeVisible();
    if (await dialog.isVisible()) {
      await expect(dialog.getByText('Loading…')).toHaveCount(0);
      crawl.dialogs.add(where);
      const url = new URL(page.url());
      const name = url.searchParams.get('do');
      // One dialog may be opened from many places: about the same things it is the same.
      const key = name ? `${name} ${[...url.searchParams.keys()].sort().join(' ')}` : where;
      if (!crawl.judged.has(key)) {
        crawl.judged.add(key);
        await accessibleInBoth(page, `${where}: ${key}`, '[role=dialog]');
      }
    }
    await closeAll(page);
    const now = new URL(page.url());
    if (shape(now.href) !== shape(from)) {
      crawl.meet(now.pathname + now.search);
      await watch.go(page, from);
    }
  }

  async walk(address: string): Promise<void> {
    const { page, watch, crawl } = this;
    const place = shape(address);
    await this.trying(place, address, async () => {
      await watch.go(page, address);
      await accessibleInBoth(page, place);
    });
    for (const href of await page
      .locator('a[href]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href') ?? '')))
      crawl.meet(href);
    for (const tab of await names(page, '[role=tab]')) {
      await page.getByRole('tab', { name: tab }).first().click();
      await watch.calm(page);
      const now = new URL(page.url());
      crawl.meet(now.pathname + now.search);
    }
    if (shape(page.url()) !== place) await watch.go(page, address);

    // Menus: each entry of each, sub-menus included. Rows share one menu: the first row's stands for all.
    for (const trigger of await names(page, '[aria-haspopup=menu]')) {
      const kind = trigger.startsWith('More for') ? `${place} row` : trigger.replace(/ .*/, '');
      if (crawl.opened.has(kind)) continue;
      crawl.opened.add(kind);
      await this.menu(trigger, address);
    }

    // Buttons that open something.
    for (const name of await names(page, 'main button:not([aria-haspopup=menu], [role=tab], th *)')) {
      const kind = `${pageOf(place)} button ${name.replace(uuid, '*').replace(/ of .*| for .*/, '')}`;
      if (!name || acts.test(name) || crawl.opened.has(kind)) continue;
      crawl.opened.add(kind);
      const button = page.getByRole('button', { name: beginning(name), disabled: false }).first();
      if (!(await button.isVisible())) continue;
      await this.trying(`${place}: ${name}`, address, async () => {
        await button.click();
        await this.after(`${place}: ${name}`, address);
      });
    }
  }

  private async menu(trigger: string, address: string): Promise<void> {
    const { page, crawl } = this;
    const place = shape(address);
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
    await this.trying(`${place}: menu ${trigger}`, address, async () => {
      await open();
      await accessibleInBoth(page, `${place}: menu ${trigger}`, '[role=menu]');
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
        await accessibleInBoth(page, `${place}: menu ${trigger}, ${entry}`, '[role=menu]');
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
      if (acts.test(last) || crawl.opened.has(entry)) continue;
      crawl.opened.add(entry);
      const where = `${place}: ${trigger} > ${path.join(' > ')}`;
      await this.trying(where, address, async () => {
        await open();
        if (path.length > 1)
          await named(path[0] ?? '')
            .first()
            .hover();
        await (path.length > 1 ? named(last).last() : named(last).first()).click();
        await this.after(where, address);
      });
    }
  }
}

// One that waits for what is not there should not keep all others.
test.use({ actionTimeout: 15_000 });

test('everything opens, and nothing is wrong with it', async ({ console: page, api, watch }) => {
  test.setTimeout(600_000);
  await quiet(api);
  await inVault(api, 'web-01');
  const crawl = new Crawl();
  crawl.meet(at('/overview'));
  const second = await page.context().newPage();
  second.setDefaultTimeout(15_000);
  await watch.look(second);
  await second.goto(at('/servers'));
  await settled(second);
  await Promise.all(
    [page, second].map((tab) => {
      const walker = new Walker(tab, watch, crawl);
      return crawl.each((address) => walker.walk(address));
    }),
  );
  const { seen, dialogs, wrong } = crawl;
  console.log(`${seen.size} pages, ${dialogs.size} dialogs:\n${[...seen, ...dialogs].sort().join('\n')}`);
  expect(wrong).toEqual([]);
  expect(seen.size).toBeGreaterThan(30);
  expect(dialogs.size).toBeGreaterThan(60);
});
