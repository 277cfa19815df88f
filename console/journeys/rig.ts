// What every journey stands on: a page that is watched, a login, and the API beside it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type APIRequestContext, test as base, expect, type Page, type Request } from '@playwright/test';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the journeys by \`cargo xtask journeys\``);
  return value;
};

export const rig = {
  endpoint: need('COFFER_ENDPOINT'),
  user: need('OS_USERNAME'),
  password: need('OS_PASSWORD'),
  project: need('OS_PROJECT_ID'),
  output: process.env.COFFER_RIG_OUTPUT ?? 'test-results',
  freeServer: need('COFFER_DEMO_SERVER_ID'),
  freeDisks: need('COFFER_DEMO_DISK_IDS').split(','),
};

/** Path of a page of the demo's project. */
export const at = (path: string): string => `/console/p/${rig.project}${path}`;

/** The public API with the administrator's token: to look at what the console did. */
export class Api {
  constructor(
    private readonly request: APIRequestContext,
    private readonly token: string,
    private readonly project: string,
  ) {}

  /** Logged in to a project: the demo's where none is named. */
  static async logIn(request: APIRequestContext, project = rig.project): Promise<Api> {
    const answer = await request.post(`${rig.endpoint}/v3/auth/tokens`, {
      data: {
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: rig.user, password: rig.password, domain: { name: 'Default' } } },
          },
          scope: { project: { id: project } },
        },
      },
    });
    expect(answer.status()).toBe(201);
    return new Api(request, answer.headers()['x-subject-token'] ?? '', project);
  }

  async call<T>(method: string, path: string, data?: unknown): Promise<T> {
    const answer = await this.request.fetch(`${rig.endpoint}${path.replace('{project}', this.project)}`, {
      method,
      headers: { 'x-auth-token': this.token },
      ...(data === undefined ? {} : { data }),
    });
    const text = await answer.text();
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}

/** What must not happen on any page. */
export class Watch {
  readonly seen: string[] = [];
  /** Answers that a journey provokes on purpose. */
  readonly expected: RegExp[] = [];
  /** Requests that have had no answer yet. */
  readonly open = new Set<Request>();

  /** Watches a page from now on. */
  async look(page: Page): Promise<void> {
    const { goto } = page;
    page.goto = async (...to) => {
      await closed(page);
      return goto.apply(page, to);
    };
    page.on('console', (message) => {
      if (message.type() === 'error') this.add(`console: ${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => this.add(`exception: ${error.message}`));
    page.on('requestfinished', (request) => this.open.delete(request));
    page.on('requestfailed', (request) => this.open.delete(request));
    page.on('request', (request) => {
      const url = request.url();
      this.open.add(request);
      if (!/^(data|blob):/.test(url) && !url.startsWith(rig.endpoint)) this.add(`outside request: ${url}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) this.add(`answer ${response.status()}: ${response.url()}`);
    });
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`CSP ${event.violatedDirective}: ${event.blockedURI}`),
      );
    });
  }

  /** Waits until a page has drawn what it has, and asks for nothing more. */
  async calm(page: Page): Promise<void> {
    const asks = () =>
      [...this.open].some((each) => !each.url().includes('/events') && each.frame().page() === page);
    do {
      await page.evaluate(
        () => new Promise<void>((done) => requestIdleCallback(() => done(), { timeout: 1_000 })),
      );
    } while (asks());
  }

  /** Leads a page to another address by the console's own router, without loading it anew. */
  async go(page: Page, address: string): Promise<void> {
    await closed(page);
    await page.evaluate((to) => history.pushState({}, '', to), address);
    await this.calm(page);
    await settled(page);
  }

  private add(what: string): void {
    if (!this.expected.some((each) => each.test(what))) this.seen.push(what);
  }
}

/**
 * Waits until the address asks for no dialog that is closed. It goes at once, and the address follows by
 * a step back, which would take back what leads elsewhere meanwhile.
 */
async function closed(page: Page): Promise<void> {
  await page.waitForFunction(
    () => !new URLSearchParams(location.search).has('do') || document.querySelector('[role=dialog]') !== null,
  );
}

/** Waits until the page has a heading, and its tables have their rows. */
export async function settled(page: Page): Promise<void> {
  // By its element, not by its role: what lies below a dialog has none.
  await expect(page.locator('h1').first()).not.toHaveText('');
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
}

interface Fixtures {
  watch: Watch;
  api: Api;
  /** Logged in, on the list of servers. */
  console: Page;
}

export const test = base.extend<Fixtures>({
  watch: async ({ page }, use, info) => {
    const watch = new Watch();
    await watch.look(page);
    // Nobody is logged in at first, and the console asks.
    watch.expected.push(/401.*\/coffer\/v1\/session/, /console: .*401.*\/coffer\/v1\/session/);
    await use(watch);
    if (info.status !== info.expectedStatus) await tell(page, watch);
    expect(watch.seen).toEqual([]);
  },
  api: async ({ request }, use) => use(await Api.logIn(request)),
  console: async ({ page, watch: _ }, use) => {
    await hasSession(page);
    await page.goto(at('/servers'));
    await expect(page.getByRole('heading', { level: 1, name: 'Elastic Cloud Server' })).toBeVisible();
    await use(page);
  },
});

/** Prints what a failed journey saw last: where only its output is kept, that is all there is. */
async function tell(page: Page, watch: Watch): Promise<void> {
  const text = await page
    .locator('body')
    .ariaSnapshot({ timeout: 2_000 })
    .catch((error: Error) => error.message);
  process.stdout.write(`    at ${page.url()}\n    seen: ${watch.seen.join(' | ') || 'nothing'}\n`);
  const open = [...watch.open].map((request) => `${request.method()} ${new URL(request.url()).pathname}`);
  process.stdout.write(`    without an answer: ${open.join(' | ') || 'nothing'}\n`);
  const whole = text.replace(/\s+/g, ' ');
  const shown = whole.length > 2_000 ? `${whole.slice(0, 600)} … ${whole.slice(-1_400)}` : whole;
  process.stdout.write(`    page: ${shown}\n`);
}

/** Gives the page's browser a session, without the login page: that has journeys of its own. */
export async function hasSession(
  page: Page,
  who: { user: string; password: string } = { user: rig.user, password: rig.password },
): Promise<void> {
  const answer = await page.request.post(`${rig.endpoint}/coffer/v1/session`, {
    headers: { 'x-coffer-console': '1', origin: rig.endpoint },
    data: who,
  });
  expect(answer.ok()).toBe(true);
}

/** To another page once the dialog is closed. */
export async function onTo(page: Page, path: string): Promise<void> {
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.goto(path);
}

/** Fills the login page. */
export async function logIn(page: Page): Promise<void> {
  await page.getByLabel('User name').fill(rig.user);
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill(rig.password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Puts axe into a page. Evaluated, not added as a script element: the page's policy would refuse that. */
async function withAxe(page: Page): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
}

interface Axe {
  run(on: Document | string, options: unknown): Promise<{ violations: Violation[] }>;
}
interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Says what axe finds on the page as it is: by all rules, or by those named. */
export async function accessible(page: Page, where: string, rules?: string[]): Promise<void> {
  await withAxe(page);
  const runOnly = rules ? { type: 'rule', values: rules } : { type: 'tag', values: tags };
  const found = await page.evaluate(
    async (options) => {
      const { violations } = await (window as unknown as { axe: Axe }).axe.run(document, options);
      return violations.map((v) => `${v.id}: ${v.nodes[0]?.html} ${v.nodes[0]?.failureSummary}`);
    },
    { runOnly },
  );
  expect(found, where).toEqual([]);
}

/**
 * The same in both themes at once: in the dark one by contrast alone, as nothing else differs. `part`: a
 * selector of what is looked at; all of the page where absent.
 */
export async function accessibleInBoth(page: Page, where: string, part?: string): Promise<void> {
  await withAxe(page);
  const found = await page.evaluate(
    async ({ tags, part }) => {
      const { axe } = window as unknown as { axe: Axe };
      const root = document.documentElement;
      const before = root.dataset.theme;
      const all: string[] = [];
      for (const theme of ['dark', 'light']) {
        root.dataset.theme = theme;
        const runOnly =
          theme === 'dark' ? { type: 'rule', values: ['color-contrast'] } : { type: 'tag', values: tags };
        // Only what is wrong is worked out in full; style sheets are not read over and over.
        const options = { runOnly, resultTypes: ['violations'], preload: false };
        const { violations } = await axe.run(part ?? document, options);
        all.push(
          ...violations.map((v) => `${theme} ${v.id}: ${v.nodes[0]?.html} ${v.nodes[0]?.failureSummary}`),
        );
      }
      if (before === undefined) delete root.dataset.theme;
      else root.dataset.theme = before;
      return all;
    },
    { tags, part },
  );
  expect(found, where).toEqual([]);
}

/** Keeps a picture of the page as build output. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${rig.output}/pictures/${name}.png` });
}

export { expect };
