import { useWords } from '../messages';
import { Dialog } from '../ui/Dialog';
import { Section } from '../ui/Page';
import type { DialogProps } from './dialogs';
import css from './KeysDialog.module.css';
import { nav } from './nav';

/** All keys. */
export default function KeysDialog({ close }: DialogProps) {
  const { t } = useWords();
  const anywhere: [string, string][] = [
    ['Ctrl K', t('keys.palette')],
    ['/', t('keys.search')],
    ['?', t('keys.help')],
    ['Esc', t('keys.escape')],
    ...nav
      .flatMap((group) => group.pages)
      .filter((page) => page.letter)
      .map((page): [string, string] => [`g ${page.letter}`, t(page.key as 'nav.servers')]),
  ];
  const lists: [string, string][] = [
    ['j k ↑ ↓', t('keys.move')],
    ['Home End', t('keys.ends')],
    ['x', t('keys.tick')],
    ['Shift x', t('keys.tick_range')],
    ['Enter', t('keys.open')],
    ['.', t('keys.menu')],
    ['b', t('keys.backup')],
    ['Shift b', t('keys.disk_backup')],
    ['r', t('keys.restore')],
  ];
  const timeline: [string, string][] = [
    ['← →', t('keys.points')],
    ['c', t('keys.compare')],
    ['Enter', t('keys.restore_point')],
  ];
  const table = (title: string, keys: [string, string][]) => (
    <Section title={title} plain>
      <dl className={css.keys}>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
  return (
    <Dialog title={t('frame.keys')} onClose={close} cancelLabel={t('kit.close')}>
      {table(t('keys.anywhere'), anywhere)}
      {table(t('keys.lists'), lists)}
      {table(t('keys.timeline'), timeline)}
      <p className="soft">{t('keys.off')}</p>
    </Dialog>
  );
}
