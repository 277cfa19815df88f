// Live data: one stream of events per browser. The tab that holds a Web Lock reads it and passes
// what comes to the others by BroadcastChannel, since HTTP/1.1 allows six connections per host.
import type { Query, QueryClient } from '@tanstack/react-query';
import { isGone } from '../lib/failure';
import { store } from '../lib/store';
import { base } from './queries';
import type { Kind, Kinds, Page } from './types';

/** `live`: events come; `late`: none since over 5 s, lists are asked every 5 s. */
export type LiveState = 'live' | 'connecting' | 'late';

type Change = {
  type: Kind;
  id: string;
  object?: { id: string } & Record<string, unknown>;
  removed?: boolean;
};
type Message = { change: Change } | { resync: true } | { state: LiveState };

const kinds: readonly Kind[] = ['server', 'disk', 'vault', 'backup', 'task'];

/** How live the page is. */
export const live = store<LiveState>('connecting');

const watchers = new Set<(kind: Kind, object: Kinds[Kind] | null, id: string) => void>();
/** Calls `watcher` for every change of an object; null means that it is gone. */
export function watchChanges(
  watcher: (kind: Kind, object: Kinds[Kind] | null, id: string) => void,
): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Follows the project's events and patches the query cache until the returned function is called. */
export function follow(client: QueryClient, project: string): () => void {
  const name = `coffer.events.${project}`;
  const channel = new BroadcastChannel(name);
  const stopped = new AbortController();
  let source: EventSource | null = null;
  let late: ReturnType<typeof setTimeout> | undefined;
  let poll: ReturnType<typeof setInterval> | undefined;
  let reads = false;

  const refetchInView = () => void client.invalidateQueries({ refetchType: 'active', predicate: isData });
  const become = (next: LiveState) => {
    if (stopped.signal.aborted) return;
    clearTimeout(late);
    late = undefined;
    if (next === 'live') {
      clearInterval(poll);
      poll = undefined;
      // What happened while nothing came is asked for once.
      if (live.get() === 'late') refetchInView();
    } else if (next === 'late' && poll === undefined) poll = setInterval(refetchInView, 5000);
    live.set(next);
    if (reads) channel.postMessage({ state: next } satisfies Message);
  };
  const lost = () => {
    late ??= setTimeout(() => become('late'), 5000);
  };
  const stale = new StaleLists(client);
  const apply = (message: Message) => {
    if ('state' in message) become(message.state);
    else if ('resync' in message) void client.invalidateQueries({ predicate: isData });
    else patch(client, project, message.change, stale);
  };
  channel.onmessage = (event: MessageEvent<Message | { ask: true }>) => {
    if ('ask' in event.data) {
      if (reads) channel.postMessage({ state: live.get() } satisfies Message);
    } else apply(event.data);
  };
  channel.postMessage({ ask: true });

  const read = () =>
    new Promise<void>((done) => {
      reads = true;
      let wait: ReturnType<typeof setTimeout> | undefined;
      const open = () => {
        source = new EventSource(`${base(project)}/events`);
        source.onopen = () => become('live');
        source.onerror = () => {
          lost();
          // A browser does not try again by itself after an answer that is no stream.
          if (source?.readyState === EventSource.CLOSED) {
            clearTimeout(wait);
            wait = setTimeout(open, 2000);
          }
        };
        const hear = (type: Kind) => (event: MessageEvent<string>) => {
          if (live.get() !== 'live') become('live');
          const message: Message = { change: { type, ...(JSON.parse(event.data) as Omit<Change, 'type'>) } };
          channel.postMessage(message);
          apply(message);
        };
        for (const kind of kinds) source.addEventListener(kind, hear(kind));
        source.addEventListener('resync', () => {
          channel.postMessage({ resync: true } satisfies Message);
          apply({ resync: true });
        });
      };
      open();
      lost();
      stopped.signal.addEventListener('abort', () => {
        clearTimeout(wait);
        source?.close();
        done();
      });
    });

  lost();
  if (navigator.locks) {
    navigator.locks.request(name, { signal: stopped.signal }, read).catch(() => undefined);
  } else {
    // Without Web Locks (a plain address that is not the local host) every tab reads by itself.
    void read();
  }
  return () => {
    stopped.abort();
    clearTimeout(late);
    clearInterval(poll);
    stale.stop();
    channel.close();
    live.set('connecting');
  };
}

/**
 * Queries to ask again. One that knows its object gone would only flicker, and its dialog would not
 * take a press in that moment.
 */
const isData = ({ queryKey, state }: Query): boolean =>
  queryKey[0] !== 'session' && !(queryKey[0] === 'one' && isGone(state.error));

/** Lists to ask again since an object came that they do not hold: at most once a second each kind. */
class StaleLists {
  private readonly timers = new Map<Kind, ReturnType<typeof setTimeout>>();
  constructor(private readonly client: QueryClient) {}
  mark(kind: Kind): void {
    if (this.timers.has(kind)) return;
    this.timers.set(
      kind,
      setTimeout(() => {
        this.timers.delete(kind);
        void this.client.invalidateQueries({ queryKey: ['list', kind] });
      }, 400),
    );
  }
  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}

function patch(client: QueryClient, project: string, change: Change, stale: StaleLists): void {
  const { type, id, object } = change;
  for (const watcher of watchers) watcher(type, (object as Kinds[Kind] | undefined) ?? null, id);
  const lists = client.getQueriesData<Page<{ id: string }>>({ queryKey: ['list', type, project] });
  for (const [key, page] of lists) {
    if (!page) continue;
    const at = page.items.findIndex((item) => item.id === id);
    if (at < 0) {
      if (!change.removed) stale.mark(type);
      continue;
    }
    const items = page.items.slice();
    if (change.removed || !object) items.splice(at, 1);
    else items[at] = { ...items[at], ...object };
    client.setQueryData(key, {
      ...page,
      items,
      total: change.removed ? Math.max(0, page.total - 1) : page.total,
    });
    // Whether it still belongs to a filtered list only the server knows.
    const query = key[3] as { filter?: object } | undefined;
    if (query?.filter && Object.keys(query.filter).length > 0) stale.mark(type);
  }
  const one = ['one', type, project, id];
  if (change.removed) void client.invalidateQueries({ queryKey: one, predicate: isData });
  else if (object)
    client.setQueryData(one, (before: object | undefined) => (before ? { ...before, ...object } : before));
  // The overview counts everything; a server's disks and a vault's resources lie inside other objects.
  void client.invalidateQueries({ queryKey: ['overview', project] });
}
