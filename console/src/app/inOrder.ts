import type { NavigateOptions, RouterHistory } from '@tanstack/react-router';

interface Router {
  history: RouterHistory;
  navigate: (options: NavigateOptions) => Promise<void>;
}

/**
 * Puts a router's steps in order. A step back is not done when it is asked for: the browser takes it
 * later. Who leads on meanwhile, as by a key right after the one that closed a dialog, would build on
 * the address that is left, and have his own step taken back. So such steps wait until it is done.
 * `page`: where browsers say that it is.
 */
export function inOrder(router: Router, page: EventTarget): void {
  let waiting: (() => void)[] | null = null;
  const soon = (act: () => void) => {
    if (waiting) waiting.push(act);
    else act();
  };
  // Behind the router's own listener: it knows the new address by then. A page that comes out of the
  // browser's store shows where the step led to another document, and back.
  const done = () => {
    const acts = waiting ?? [];
    waiting = null;
    acts.forEach(soon);
  };
  page.addEventListener('popstate', done);
  page.addEventListener('pageshow', done);

  const { history } = router;
  const { back, push, replace } = history;
  history.back = (options) =>
    soon(() => {
      // At the first entry nothing would happen, and nothing would say so.
      if (!history.canGoBack()) return;
      waiting = [];
      back(options);
    });
  history.push = (...to) => soon(() => push(...to));
  history.replace = (...to) => soon(() => replace(...to));
  const { navigate } = router;
  router.navigate = (options) =>
    waiting
      ? new Promise<void>((led, failed) => soon(() => void navigate(options).then(led, failed)))
      : navigate(options);
}
