import { expect, test } from 'vitest';
import { inOrder } from './inOrder';

/** A router whose browser takes steps back when it is told to. */
function browser(first = true) {
  const page = new EventTarget();
  const did: string[] = [];
  const router = {
    history: {
      back: () => did.push('back asked'),
      push: (to: string) => did.push(`push ${to}`),
      replace: (to: string) => did.push(`replace ${to}`),
      canGoBack: () => first,
    },
    navigate: async ({ to }: { to: string }) => {
      did.push(`navigate ${to}`);
    },
  };
  inOrder(router as never, page);
  const take = (event = 'popstate') => {
    did.push('back done');
    page.dispatchEvent(new Event(event));
  };
  return { router, did, take };
}

test('without a step back, all is done at once', () => {
  const { router, did } = browser();
  router.history.push('/a');
  router.history.replace('/b');
  void router.navigate({ to: '/c' });
  expect(did).toEqual(['push /a', 'replace /b', 'navigate /c']);
});

test('what comes after a step back waits until it is done, in its order', async () => {
  const { router, did, take } = browser();
  router.history.back();
  const led = router.navigate({ to: '/a' });
  router.history.push('/b');
  router.history.replace('/c');
  expect(did).toEqual(['back asked']);
  take();
  await led;
  expect(did).toEqual(['back asked', 'back done', 'navigate /a', 'push /b', 'replace /c']);
});

test('a second step back is asked for after the first, and holds up what comes after it', () => {
  const { router, did, take } = browser();
  router.history.back();
  router.history.back();
  router.history.push('/a');
  take();
  expect(did).toEqual(['back asked', 'back done', 'back asked']);
  take('pageshow');
  expect(did).toEqual(['back asked', 'back done', 'back asked', 'back done', 'push /a']);
});

test('where no step back is possible, nothing waits for it', () => {
  const { router, did } = browser(false);
  router.history.back();
  router.history.push('/a');
  expect(did).toEqual(['push /a']);
});
