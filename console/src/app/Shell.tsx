import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react';
import { ask } from '../api/client';
import { follow, live } from '../api/live';
import { sessionQuery } from '../api/queries';
import {
  compact,
  setCompact,
  setLastProject,
  setSingleKeysStored,
  setTheme,
  singleKeys,
  theme,
} from '../lib/settings';
import { useWords, withTexts } from '../messages';
import { setAnnouncer } from '../ui/announce';
import { Icon } from '../ui/icons';
import { MenuButton, type MenuEntry } from '../ui/Menu';
import { PortalContext } from '../ui/portal';
import { Toasts } from '../ui/toasts';
import { useChoices } from './App';
import { useBegun } from './begun';
import { Dialogs, useOpenDialog } from './dialogs';
import { useKeys } from './keys';
import { LoginAgain } from './LoginAgain';
import { nav } from './nav';
import css from './Shell.module.css';
import { useCurrentSection } from './section';
import { Tray } from './Tray';

const Palette = lazy(() => withTexts(import('./Palette')));
const News = lazy(() => import('./News'));

/** The frame around every page of a project. */
export function Shell() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project' });
  const client = useQueryClient();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [popups, setPopups] = useState<HTMLElement | null>(null);
  const [drawer, setDrawer] = useState(false);
  // Null until it is asked for: its code comes then, and it stays to give the focus back.
  const [palette, setPalette] = useState<boolean | null>(null);
  useEffect(() => {
    setLastProject(project);
    return follow(client, project);
  }, [client, project]);
  const section = useCurrentSection();
  const begun = useBegun().length > 0;
  useKeys({ project, openPalette: () => setPalette(true) });
  return (
    <PortalContext.Provider value={popups}>
      <a className={css.skip} href="#content">
        {t('frame.skip')}
      </a>
      <header className={css.bar}>
        <button
          type="button"
          className={`${css.bare} ${css.burger}`}
          aria-label={t('frame.menu')}
          aria-expanded={drawer}
          onClick={() => setDrawer(!drawer)}
        >
          <Icon name="menu" size={18} />
        </button>
        <Link to="/p/$project" params={{ project }} className={css.brand}>
          <Icon name="vault" size={20} />
          <span>Coffer</span>
        </Link>
        <Projects project={project} />
        <button type="button" className={css.jump} onClick={() => setPalette(true)} aria-haspopup="dialog">
          <Icon name="search" size={14} />
          <span>{t('frame.jump')}</span>
          <kbd>Ctrl K</kbd>
        </button>
        <span className="grow" />
        <Tray project={project} />
        <LiveSign />
        <UserMenu project={project} />
      </header>
      <div className={css.columns}>
        <nav className={`${css.nav} ${drawer ? css.open : ''}`} aria-label={t('frame.pages')}>
          {nav.map((group) => (
            <div key={group.key ?? 'top'} className={css.group}>
              {group.key ? <p className={css.heading}>{t(group.key as 'nav.computing')}</p> : null}
              <ul>
                {group.pages
                  .filter((page) => !page.admin || session?.domain_admin)
                  .map((page) => (
                    <li key={page.to}>
                      <Link
                        to={page.to as '/p/$project/servers'}
                        params={{ project }}
                        className={`${css.link} ${page.to === section ? css.active : ''}`}
                        activeProps={{ className: css.active, 'aria-current': 'page' }}
                        onClick={() => setDrawer(false)}
                      >
                        <Icon name={page.icon} />
                        <span>{t(page.key as 'nav.servers')}</span>
                      </Link>
                    </li>
                  ))}
              </ul>
            </div>
          ))}
        </nav>
        {drawer ? (
          <button
            type="button"
            className={css.veil}
            aria-label={t('frame.close_menu')}
            onClick={() => setDrawer(false)}
          />
        ) : null}
        <main id="content" className={css.main} tabIndex={-1}>
          <Suspense>
            <Outlet />
          </Suspense>
          <div ref={setPopups} />
          {popups ? (
            <>
              <Dialogs />
              <Suspense>
                {palette === null ? null : (
                  <Palette project={project} open={palette} onClose={() => setPalette(false)} />
                )}
              </Suspense>
              <LoginAgain />
              <Suspense>{begun ? <News project={project} /> : null}</Suspense>
            </>
          ) : null}
          <Toasts />
          <div ref={setAnnouncer} className="hidden" aria-live="polite" />
        </main>
      </div>
    </PortalContext.Provider>
  );
}

/** Region and project, top left. */
function Projects({ project }: { project: string }) {
  const { t } = useWords();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const navigate = useNavigate();
  if (!session) return null;
  const name = session.projects.find((each) => each.id === project)?.name ?? project;
  return (
    <MenuButton
      className={css.choice}
      entries={[
        { heading: session.region },
        ...session.projects.map((each) => ({
          label: each.name,
          checked: each.id === project,
          onSelect: () => void navigate({ to: '/p/$project', params: { project: each.id }, search: {} }),
        })),
      ]}
    >
      <span className="hidden">{t('frame.project_of')}</span>
      <span className={css.region}>{session.region} /</span>
      <span className={css.project}>{name}</span>
      <Icon name="more" size={14} />
    </MenuButton>
  );
}

function LiveSign() {
  const { t } = useWords();
  const state = useSyncExternalStore(live.subscribe, live.get);
  const word =
    state === 'live' ? t('frame.live') : state === 'late' ? t('frame.late') : t('frame.connecting');
  return (
    <span
      className={`${css.sign} ${css[state]}`}
      role="status"
      title={state === 'late' ? t('frame.late_hint') : word}
    >
      <span className={css.dot} aria-hidden="true" />
      <span className={css.word}>{word}</span>
    </span>
  );
}

function UserMenu({ project }: { project: string }) {
  const { t, language } = useWords();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { chooseLanguage } = useChoices();
  const open = useOpenDialog();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [, redraw] = useState(0);
  const set = (change: () => void) => () => {
    change();
    redraw((n) => n + 1);
  };
  const leave = async (everywhere: boolean) => {
    await ask('DELETE', everywhere ? '/coffer/v1/sessions' : '/coffer/v1/session', {}).catch(() => undefined);
    await navigate({ to: '/login', search: {} });
    client.clear();
  };
  const entries: MenuEntry[] = [
    { heading: session ? `${session.user.name} · ${session.user.domain_name}` : '' },
    {
      label: t('frame.theme'),
      entries: (['system', 'light', 'dark'] as const).map((each) => ({
        label: t(`frame.theme_${each}`),
        checked: theme() === each,
        onSelect: set(() => setTheme(each)),
      })),
    },
    {
      label: t('frame.language'),
      entries: [
        { label: 'English', checked: language === 'en', onSelect: () => chooseLanguage('en') },
        // Names of languages are their own.
        { label: 'Deutsch', checked: language === 'de', onSelect: () => chooseLanguage('de') },
      ],
    },
    { label: t('frame.zone'), onSelect: () => open('zone') },
    { label: t('frame.compact'), checked: compact(), onSelect: set(() => setCompact(!compact())) },
    {
      label: t('frame.single_keys'),
      checked: singleKeys(),
      onSelect: set(() => setSingleKeysStored(!singleKeys())),
    },
    { label: t('frame.keys'), keys: '?', onSelect: () => open('keys') },
    {
      label: t('frame.api'),
      onSelect: () => void navigate({ to: '/p/$project/api', params: { project }, search: {} }),
    },
    { divider: true },
    { label: t('frame.log_out'), onSelect: () => void leave(false) },
    { label: t('frame.log_out_everywhere'), onSelect: () => void leave(true) },
  ];
  return (
    <MenuButton
      className={css.user}
      label={t('frame.user_menu', { name: session?.user.name ?? '' })}
      entries={entries}
    >
      <Icon name="user" />
      <span className={css.word}>{session?.user.name}</span>
      <Icon name="more" size={14} />
    </MenuButton>
  );
}
