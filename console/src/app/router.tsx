// The pages and what their addresses may carry. Every page is a chunk of its own.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { queryClient, sessionQuery } from '../api/queries';
import { type ListSearch, listSearch, parseSearch, stringifySearch, text, texts } from '../lib/search';
import { lastProject } from '../lib/settings';
import { withTexts } from '../messages';
import { pageChanged } from '../ui/focus';
import { Broken, NotFound } from './Broken';
import { whereIs } from './find';
import { inOrder } from './inOrder';
import { home } from './nav';
import { Shell } from './Shell';

/** What opens a dialog over the page: its name and the ids of what it is about. */
export interface DialogSearch {
  do?: string | undefined;
  server?: string[] | undefined;
  disk?: string[] | undefined;
  vault?: string | undefined;
  backup?: string[] | undefined;
  task?: string | undefined;
  policy?: string | undefined;
  /** The latest moment that is wanted of something. */
  before?: string | undefined;
  /** Of what has no parameter of its own: a user, a project, an access key. */
  id?: string | undefined;
}

const dialogSearch = (raw: Record<string, unknown>): DialogSearch => {
  const found: DialogSearch = {};
  const name = text(raw.do);
  if (!name) return found;
  found.do = name;
  const set = <K extends keyof DialogSearch>(key: K, value: DialogSearch[K]) => {
    if (value !== undefined) found[key] = value;
  };
  set('server', texts(raw.server));
  set('disk', texts(raw.disk));
  set('backup', texts(raw.backup));
  set('vault', text(raw.vault));
  set('task', text(raw.task));
  set('policy', text(raw.policy));
  set('before', text(raw.before));
  set('id', text(raw.id));
  return found;
};

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Broken });

/** The project to show first: the last one, else the user's own. */
async function firstProject(): Promise<string> {
  const session = await queryClient.ensureQueryData(sessionQuery);
  if (!session) throw redirect({ to: '/login', search: {} });
  const last = session.projects.find((each) => each.id === lastProject());
  const id = last?.id ?? session.home_project_id;
  if (!id) throw redirect({ to: '/login', search: { none: '1' } });
  return id;
}

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: async () => {
    throw redirect({ to: home, params: { project: await firstProject() }, search: {} });
  },
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (
    raw: Record<string, unknown>,
  ): { next?: string | undefined; none?: string | undefined } => ({
    ...(text(raw.next) ? { next: text(raw.next) } : {}),
    ...(text(raw.none) ? { none: text(raw.none) } : {}),
  }),
  component: lazyRouteComponent(() => import('./Login')),
});

const find = createRoute({
  getParentRoute: () => root,
  path: '/s/$id',
  beforeLoad: async ({ params, location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/login', search: { next: location.href } });
    const where = await whereIs(session, params.id);
    throw where ? redirect(where as never) : notFound();
  },
});

const project = createRoute({
  getParentRoute: () => root,
  path: '/p/$project',
  validateSearch: dialogSearch,
  beforeLoad: async ({ params, location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/login', search: { next: location.href } });
    if (!session.projects.some((each) => each.id === params.project)) throw redirect({ to: '/' });
  },
  component: Shell,
  errorComponent: Broken,
});

const projectIndex = createRoute({
  getParentRoute: () => project,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: home, params, search: {} });
  },
});

export const serverFilters = ['status', 'host', 'vault_id', 'protected'] as const;

const servers = createRoute({
  getParentRoute: () => project,
  path: '/servers',
  validateSearch: listSearch(serverFilters),
  component: lazyRouteComponent(() => withTexts(import('../features/servers/ServersPage'))),
});

const server = createRoute({
  getParentRoute: () => project,
  path: '/servers/$server',
  validateSearch: (raw: Record<string, unknown>) =>
    ({
      ...(text(raw.tab) ? { tab: text(raw.tab) } : {}),
      ...(text(raw.point) ? { point: text(raw.point) } : {}),
      ...(text(raw.compare) ? { compare: text(raw.compare) } : {}),
    }) as { tab?: string; point?: string; compare?: string },
  component: lazyRouteComponent(() => withTexts(import('../features/servers/ServerPage'))),
});

/** Filters of the lists of vaults and of backups, in one address. */
const cbrFilters = [
  'state',
  'resource_name',
  'resource_id',
  'vault_id',
  'incremental',
  'auto_trigger',
  'created_after',
  'created_before',
] as const;
const tabbed =
  (filters: readonly string[]) =>
  (raw: Record<string, unknown>): ListSearch & { tab?: string | undefined } => ({
    ...listSearch(filters)(raw),
    ...(text(raw.tab) ? { tab: text(raw.tab) } : {}),
  });

const serverBackups = createRoute({
  getParentRoute: () => project,
  path: '/server-backups',
  validateSearch: tabbed(cbrFilters),
  component: lazyRouteComponent(() => withTexts(import('./ServerBackupsPage'))),
});

const diskBackups = createRoute({
  getParentRoute: () => project,
  path: '/disk-backups',
  validateSearch: tabbed(cbrFilters),
  component: lazyRouteComponent(() => withTexts(import('./DiskBackupsPage'))),
});

const disks = createRoute({
  getParentRoute: () => project,
  path: '/disks',
  validateSearch: listSearch(['status', 'server_id', 'host', 'vault_id', 'protected']),
  component: lazyRouteComponent(() => withTexts(import('../features/disks/DisksPage'))),
});

const images = createRoute({
  getParentRoute: () => project,
  path: '/images',
  component: lazyRouteComponent(() => withTexts(import('../features/images/ImagesPage'))),
});

const image = createRoute({
  getParentRoute: () => project,
  path: '/images/$image',
  component: lazyRouteComponent(() => withTexts(import('../features/images/ImagePage'))),
});

const newVault = createRoute({
  getParentRoute: () => project,
  path: '/vaults/new',
  validateSearch: (raw: Record<string, unknown>): { type?: string | undefined } =>
    text(raw.type) ? { type: text(raw.type) } : {},
  component: lazyRouteComponent(() => withTexts(import('../features/vaults/NewVaultPage'))),
});

const vault = createRoute({
  getParentRoute: () => project,
  path: '/vaults/$vault',
  validateSearch: tabbed(cbrFilters),
  component: lazyRouteComponent(() => withTexts(import('./VaultRoute'))),
});

const backup = createRoute({
  getParentRoute: () => project,
  path: '/backups/$backup',
  validateSearch: (raw: Record<string, unknown>): { tab?: string | undefined } =>
    text(raw.tab) ? { tab: text(raw.tab) } : {},
  component: lazyRouteComponent(() => withTexts(import('./BackupRoute'))),
});

const compare = createRoute({
  getParentRoute: () => project,
  path: '/backups/$backup/compare/{-$other}',
  validateSearch: (
    raw: Record<string, unknown>,
  ): { of?: string | undefined; exact?: string | undefined } => ({
    ...(text(raw.of) ? { of: text(raw.of) } : {}),
    ...(text(raw.exact) ? { exact: '1' } : {}),
  }),
  component: lazyRouteComponent(() => withTexts(import('../features/backups/ComparePage'))),
});

const tasks = createRoute({
  getParentRoute: () => project,
  path: '/tasks',
  validateSearch: listSearch([
    'state',
    'kind',
    'resource_name',
    'resource_id',
    'vault_id',
    'backup_id',
    'started_after',
    'started_before',
  ]),
  component: lazyRouteComponent(() => withTexts(import('../features/tasks/TasksPage'))),
});

const task = createRoute({
  getParentRoute: () => project,
  path: '/tasks/$task',
  component: lazyRouteComponent(() => withTexts(import('../features/tasks/TaskPage'))),
});

const overview = createRoute({
  getParentRoute: () => project,
  path: '/overview',
  component: lazyRouteComponent(() => import('../features/overview/OverviewPage')),
});

const users = createRoute({
  getParentRoute: () => project,
  path: '/admin/users',
  component: lazyRouteComponent(() => withTexts(import('../features/admin/UsersPage'))),
});

const projects = createRoute({
  getParentRoute: () => project,
  path: '/admin/projects',
  component: lazyRouteComponent(() => withTexts(import('../features/admin/ProjectsPage'))),
});

const groups = createRoute({
  getParentRoute: () => project,
  path: '/admin/groups',
  component: lazyRouteComponent(() => withTexts(import('../features/admin/GroupsPage'))),
});

const roles = createRoute({
  getParentRoute: () => project,
  path: '/admin/roles',
  component: lazyRouteComponent(() => withTexts(import('../features/admin/RolesPage'))),
});

const keys = createRoute({
  getParentRoute: () => project,
  path: '/admin/keys',
  component: lazyRouteComponent(() => withTexts(import('../features/admin/KeysPage'))),
});

/** Properties by which the audit trail can be narrowed: one value each. */
export const auditFilters = [
  'user',
  'action',
  'resource',
  'resource_type',
  'kind',
  'result',
  'request_id',
  'from',
  'to',
] as const;
export type AuditSearch = { [name in (typeof auditFilters)[number]]?: string | undefined };

const audit = createRoute({
  getParentRoute: () => project,
  path: '/admin/audit',
  validateSearch: (raw: Record<string, unknown>): AuditSearch => {
    const found: AuditSearch = {};
    for (const name of auditFilters) {
      const value = text(raw[name]);
      if (value) found[name] = value;
    }
    return found;
  },
  component: lazyRouteComponent(() => withTexts(import('../features/operations/AuditPage'))),
});

const notifications = createRoute({
  getParentRoute: () => project,
  path: '/admin/notifications',
  component: lazyRouteComponent(() => withTexts(import('../features/operations/NotificationsPage'))),
});

const quotas = createRoute({
  getParentRoute: () => project,
  path: '/admin/quotas',
  component: lazyRouteComponent(() => withTexts(import('../features/operations/QuotasPage'))),
});

const hosts = createRoute({
  getParentRoute: () => project,
  path: '/admin/hosts',
  component: lazyRouteComponent(() => withTexts(import('../features/operations/HostsPage'))),
});

const report = createRoute({
  getParentRoute: () => project,
  path: '/report',
  component: lazyRouteComponent(() => withTexts(import('../features/operations/ReportPage'))),
});

const policies = createRoute({
  getParentRoute: () => project,
  path: '/policies',
  validateSearch: (
    raw: Record<string, unknown>,
  ): { tab?: string | undefined; q?: string | undefined; sort?: string | undefined } => ({
    ...(text(raw.tab) ? { tab: text(raw.tab) } : {}),
    ...(text(raw.q) ? { q: text(raw.q) } : {}),
    ...(text(raw.sort) ? { sort: text(raw.sort) } : {}),
  }),
  component: lazyRouteComponent(() => withTexts(import('../features/policies/PoliciesPage'))),
});

const apiDocument = createRoute({
  getParentRoute: () => project,
  path: '/api',
  validateSearch: (
    raw: Record<string, unknown>,
  ): { q?: string | undefined; operation?: string | undefined } => ({
    ...(text(raw.q) ? { q: text(raw.q) } : {}),
    ...(text(raw.operation) ? { operation: text(raw.operation) } : {}),
  }),
  component: lazyRouteComponent(() => withTexts(import('../features/document/ApiPage'))),
});

const routes = root.addChildren([
  index,
  login,
  find,
  project.addChildren([
    projectIndex,
    servers,
    server,
    disks,
    images,
    image,
    serverBackups,
    diskBackups,
    newVault,
    vault,
    backup,
    compare,
    tasks,
    task,
    overview,
    policies,
    apiDocument,
    users,
    groups,
    roles,
    projects,
    keys,
    audit,
    notifications,
    quotas,
    hosts,
    report,
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  basepath: '/console',
  parseSearch,
  stringifySearch,
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

inOrder(router as never, window);

router.subscribe('onBeforeNavigate', (event) => {
  if (event.pathChanged && event.fromLocation) pageChanged();
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
