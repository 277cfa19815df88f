import { Dialog as Base } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useEffect, useState } from 'react';
import { policiesQuery } from '../api/policies';
import { findObjects } from '../api/queries';
import { formatTime } from '../lib/times';
import { splitWhen } from '../lib/when';
import { type Key, useWords } from '../messages';
import { Icon, type IconName } from '../ui/icons';
import { usePortal } from '../ui/portal';
import { useOpenDialog } from './dialogs';
import { type NavPage, nav } from './nav';
import css from './Palette.module.css';
import { objectPath } from './paths';

interface Entry {
  id: string;
  label: string;
  hint: string;
  icon: IconName;
  run: () => void;
}

/** Pages that the left side does not show. */
const more: NavPage[] = [{ key: 'frame.api', to: '/p/$project/api', icon: 'info' }];

interface Deed {
  key: Key;
  icon: IconName;
  dialog?: string;
  to?: string;
  search?: Record<string, string>;
}
const deeds: Deed[] = [
  {
    key: 'vaults.create_server',
    icon: 'plus',
    to: '/p/$project/vaults/new',
    search: { type: 'server' },
  },
  { key: 'vaults.create_disk', icon: 'plus', to: '/p/$project/vaults/new', search: { type: 'disk' } },
  { key: 'policy.create', icon: 'plus', dialog: 'create-policy' },
  { key: 'admin.create_key', icon: 'plus', dialog: 'create-key' },
  { key: 'frame.zone', icon: 'gear', dialog: 'zone' },
  { key: 'frame.keys', icon: 'gear', dialog: 'keys' },
];

/** Ctrl K: pages, objects by name or id, and verbs before a name: "backup db-01". */
export default function Palette({
  project,
  open,
  onClose,
}: {
  project: string;
  open: boolean;
  onClose: () => void;
}) {
  const { t } = useWords();
  const container = usePortal();
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal container={container}>
        <Base.Backdrop className={css.veil} />
        <Base.Popup data-modal="" className={css.popup} aria-label={t('frame.jump')}>
          <Finder project={project} onClose={onClose} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Finder({ project, onClose }: { project: string; onClose: () => void }) {
  const { t, locale, zone } = useWords();
  const navigate = useNavigate();
  const router = useRouter();
  const openDialog = useOpenDialog();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const verbs = [
    {
      words: ['backup', 'sichern', t('palette.verb_backup')],
      label: t('palette.verb_backup'),
      dialog: 'backup-server',
      kind: 'server',
    },
    {
      words: ['restore', 'wiederherstellen', t('palette.verb_restore')],
      label: t('palette.verb_restore'),
      dialog: 'restore-latest',
      kind: 'server',
    },
  ];
  const [first = '', ...others] = text.trim().split(/\s+/);
  const verb =
    others.length > 0 || text.endsWith(' ')
      ? verbs.find((each) => each.words.some((word) => word.toLowerCase() === first.toLowerCase()))
      : undefined;
  const { rest, until } =
    verb?.dialog === 'restore-latest' ? splitWhen(others, zone, Date.now()) : { rest: others, until: null };
  const typed = verb ? rest.join(' ') : text.trim();
  const wanted = useDeferredValue(typed);
  const found = useQuery({
    queryKey: ['search', project, wanted],
    queryFn: ({ signal }) => findObjects(project, wanted, signal),
    enabled: wanted.length > 0,
    staleTime: 5000,
    placeholderData: (before) => before,
  });

  const leave = (go: () => void) => () => {
    onClose();
    go();
  };
  const policies = useQuery({ ...policiesQuery(project), enabled: wanted.length > 0 });
  // What is known here answers to what is typed at once; only the server's finds come later.
  const fits = (label: string) => label.toLowerCase().includes(typed.toLowerCase());
  const pages: Entry[] = verb
    ? []
    : [...nav.flatMap((group) => group.pages), ...more]
        .map((page) => ({ page, label: t(page.key as 'nav.servers') }))
        .filter(({ label }) => fits(label))
        .map(({ page, label }) => ({
          id: page.to,
          label,
          hint: page.letter ? `g ${page.letter}` : t('palette.page'),
          icon: page.icon,
          run: leave(() => void navigate({ to: page.to, params: { project }, search: {} } as never)),
        }));
  const objects: Entry[] = (typed ? (found.data ?? []) : [])
    .filter((object) => !verb || object.kind === verb.kind)
    .flatMap((object) => {
      const path = objectPath(project, object.kind, object.id);
      if (verb) {
        return {
          id: object.id,
          label: `${verb.label} ${object.name}`,
          hint: until
            ? t('palette.until', { time: formatTime(until, { locale, zone }) })
            : object.id.slice(0, 13),
          icon: 'backup' as const,
          run: leave(() =>
            openDialog(verb.dialog, { server: [object.id], ...(until ? { before: until } : {}) }),
          ),
        };
      }
      return path
        ? {
            id: object.id,
            label: object.name || object.id,
            hint: `${t(`kind.${object.kind}` as 'kind.server')} · ${object.id.slice(0, 13)}`,
            icon: object.kind === 'task' ? ('tasks' as const) : (object.kind as 'server'),
            run: leave(() => router.history.push(path)),
          }
        : [];
    });
  // What can be made without an object, and policies, which no search of the server finds.
  const deedsAndPolicies: Entry[] = verb
    ? []
    : [
        ...deeds.map((deed) => ({
          id: deed.key,
          label: t(deed.key as 'policy.create'),
          hint: t('palette.deed'),
          icon: deed.icon,
          run: leave(() =>
            deed.dialog
              ? openDialog(deed.dialog)
              : void navigate({ to: deed.to, params: { project }, search: deed.search ?? {} } as never),
          ),
        })),
        ...(typed ? (policies.data ?? []) : []).map((policy) => ({
          id: policy.id,
          label: policy.name,
          hint: t('kind.policy'),
          icon: 'calendar' as const,
          run: leave(() => openDialog('edit-policy', { policy: policy.id })),
        })),
      ].filter((each) => typed !== '' && (fits(each.label) || each.id.startsWith(typed)));
  const entries = [...pages, ...deedsAndPolicies, ...objects];
  const at = Math.min(active, entries.length - 1);
  // Who types fast presses Enter before the finds are there: it is kept until they are.
  const [entered, setEntered] = useState(false);
  const answered = wanted === typed && found.isFetched && !found.isPlaceholderData && policies.isFetched;
  const settled = typed === '' || at < pages.length + deedsAndPolicies.length || answered;
  const ready = entered && settled ? entries[at] : undefined;
  useEffect(() => {
    if (!ready) return;
    setEntered(false);
    ready.run();
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step) {
      event.preventDefault();
      setActive(entries.length ? (at + step + entries.length) % entries.length : 0);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      setEntered(true);
    }
  };

  return (
    <>
      <div className={css.field}>
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label={t('frame.jump')}
          aria-expanded={entries.length > 0}
          aria-controls="palette"
          aria-autocomplete="list"
          aria-activedescendant={entries[at] ? `palette-${at}` : undefined}
          placeholder={t('palette.placeholder')}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
            setEntered(false);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd>Esc</kbd>
      </div>
      <div id="palette" role="listbox" aria-label={t('palette.results')} className={css.list}>
        {entries.map((entry, index) => (
          <div
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            className={css.option}
            onPointerMove={() => setActive(index)}
            onClick={entry.run}
            onKeyDown={() => undefined}
          >
            <Icon name={entry.icon} />
            <span className="grow">{entry.label}</span>
            <span className={css.hint}>{entry.hint}</span>
          </div>
        ))}
      </div>
      {entries.length === 0 ? (
        <p className={css.none}>{typed ? t('palette.nothing') : t('palette.verbs')}</p>
      ) : null}
    </>
  );
}
