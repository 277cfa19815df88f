// Every text comes from a catalog, and longer ones fit: English in disguise on every page.
import type { Page } from '@playwright/test';
import { type Api, at, expect, picture, rig, test, type Watch } from './rig';

/** All texts that come from the server: names, states, hosts. */
async function dataOf(api: Api): Promise<string[]> {
  const found = new Set<string>(['Coffer', 'English', 'Deutsch', 'Ctrl K', rig.user, 'curl']);
  const walk = (value: unknown): void => {
    if (typeof value === 'string') found.add(value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (value && typeof value === 'object') Object.values(value).forEach(walk);
  };
  const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' });
  for (let day = 1; day <= 7; day += 1) found.add(weekday.format(Date.UTC(2026, 0, day)));
  for (const path of ['servers', 'disks', 'vaults', 'backups', 'tasks', 'overview'])
    walk(await api.call('GET', `/coffer/v1/{project}/${path}`));
  for (const path of ['/coffer/v1/users', '/v3/projects', '/v3/{project}/policies'])
    walk(await api.call('GET', path));
  return [...found].filter((each) => /\p{L}{2}/u.test(each)).sort((a, b) => b.length - a.length);
}

/** Visible texts that neither a catalog nor the server gave. */
async function strangers(page: Page, data: string[]): Promise<string[]> {
  return page.evaluate((known) => {
    const found: string[] = [];
    const skip = 'code, kbd, time, svg, script, style, noscript, option, .number, datalist';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      let text = walker.currentNode.textContent ?? '';
      if (!parent || parent.closest(skip) || !parent.checkVisibility()) continue;
      for (let before = ''; before !== text; ) {
        before = text;
        text = text.replace(/\[[^[\]]*\]/g, ' ');
      }
      for (const each of known) text = text.split(each).join(' ');
      // What the browser's own tables and units give, proposed names, beginnings of ids.
      text = text
        .replace(/\d{1,2} \p{L}{3,4} \d{4}, [\d:]+ \S+( \(\S+\))?/gu, ' ')
        .replace(/\b([KMGT]iB|[0-9a-f]{8}|(vault|policy|manualbk)_[0-9a-f]+)\b/g, ' ');
      if (/\p{L}{3}/u.test(text)) found.push(`no catalog has: ${text.trim()}`);
    }
    return found;
  }, data);
}

/** Texts that are cut off, and pages that are wider than the window. */
async function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const style = getComputedStyle(element);
      if (!/hidden|clip/.test(style.overflowX) || style.clipPath !== 'none') continue;
      if (style.textOverflow === 'ellipsis' || !element.checkVisibility()) continue;
      if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
        found.push(`cut off: ${element.className} ${element.textContent?.slice(0, 60)}`);
    }
    if (document.documentElement.scrollWidth > innerWidth + 1)
      found.push(`wider than the window: ${document.documentElement.scrollWidth}`);
    return found;
  });
}

const pages = [
  '/overview',
  '/servers',
  `/servers/${rig.freeServer}`,
  '/disks',
  '/server-backups',
  '/server-backups?tab=backups',
  '/server-backups?tab=shared',
  '/disk-backups',
  '/vaults/new?type=server',
  '/policies',
  '/policies?do=create-policy',
  '/tasks',
  '/admin/users',
  '/admin/projects',
  '/admin/keys',
  '/servers?do=zone',
];

/** Pages about a backup of the stage. */
async function backupPages(api: Api): Promise<string[]> {
  const { backups } = await api.call<{ backups: { id: string; vault: { id: string } }[] }>(
    'GET',
    '/coffer/v1/{project}/backups?q=demo-incremental',
  );
  const [backup] = backups;
  if (!backup) throw new Error('the stage has no backup');
  return [
    `/backups/${backup.id}`,
    `/backups/${backup.id}?tab=disks`,
    `/backups/${backup.id}?do=export-backup&backup=${backup.id}`,
    `/backups/${backup.id}/compare/`,
    `/vaults/${backup.vault.id}?do=import-backup&vault=${backup.vault.id}`,
  ];
}

/** What is wrong with each page in a language, wide and narrow. */
async function flaws(
  page: Page,
  watch: Watch,
  api: Api,
  language: string,
  find: (page: Page) => Promise<string[]>,
): Promise<string[]> {
  await page.evaluate((chosen) => localStorage.setItem('coffer.language', chosen), language);
  await page.goto(at('/overview'));
  const found = new Set<string>();
  for (const path of [...pages, ...(await backupPages(api))]) {
    await watch.go(page, at(path));
    // What lies below a dialog has no roles.
    if (path.includes('do=')) await expect(page.getByRole('dialog')).toBeVisible();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      for (const each of await find(page)) found.add(`${path}, ${width} px: ${each}`);
    }
  }
  return [...found];
}

test('no text is hard-coded, none is cut off, wide and narrow', async ({ console: page, api, watch }) => {
  const data = await dataOf(api);
  const found = await flaws(page, watch, api, 'pseudo', async () => {
    await expect(page.locator('nav a').first()).toContainText('[');
    return [...(await strangers(page, data)), ...(await cutOff(page))];
  });
  expect(found).toEqual([]);
});

test('German shows on every page and is not cut off, wide and narrow', async ({
  console: page,
  api,
  watch,
}) => {
  const found = await flaws(page, watch, api, 'de', async () => {
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    return cutOff(page);
  });
  expect(found).toEqual([]);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await watch.go(page, at('/policies'));
    await expect(page.getByRole('heading', { level: 1, name: 'Richtlinien' })).toBeVisible();
    await picture(page, `policies-german-${width}`);
  }
});
