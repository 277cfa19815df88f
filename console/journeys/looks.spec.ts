// Pages and dialogs of policies, sharing and the API's document: both themes, wide and narrow.
import { accessible, at, expect, picture, test } from './rig';

const operation = encodeURIComponent('post /v3/{project_id}/policies');
const pages: [string, string][] = [
  ['policies', '/policies'],
  ['create-policy', '/policies?do=create-policy'],
  ['shared-with-me', '/server-backups?tab=shared'],
  ['api-document', `/api?q=policies&operation=${operation}`],
];
for (const theme of ['light', 'dark'] as const)
  for (const [shape, width] of [
    ['wide', 1280],
    ['narrow', 390],
  ] as const)
    test(`policies, shares and the API's document in ${theme}, ${shape}`, async ({ console: page }) => {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 900 });
      for (const [name, path] of pages) {
        await page.goto(at(path));
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        if (path.includes('do=')) await expect(page.getByRole('list', { name: 'Next runs' })).toBeVisible();
        await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
        await accessible(page, `${name} ${theme} ${shape}`);
        await picture(page, `${name}-${theme}-${shape}`);
      }
    });
