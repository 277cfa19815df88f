// What is not safe: the overview begins with it, and so does the protection report.
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Overview, UnsafeGroup } from '../api/overview';
import type { ResourceRef } from '../api/types';
import { useWords } from '../messages';
import { Button } from '../ui/Button';
import { Icon } from '../ui/icons';
import { Section } from '../ui/Page';
import { useOpenDialog } from './dialogs';
import css from './Unsafe.module.css';

/** Servers and disks that are not safe, by reason; and how many nothing is asked of. */
export function Unsafe({
  project,
  data,
  report = true,
}: {
  project: string;
  data: Overview;
  /** Whether to lead to the protection report. */
  report?: boolean;
}) {
  const { t } = useWords();
  // Servers, and disks that belong to none: what can be unsafe.
  const safe = data.unsafe_total === 0;
  const nothing = data.servers.total === 0 && data.disks.total === 0;
  return (
    <Section
      title={
        nothing
          ? t('overview.nothing')
          : safe
            ? t('overview.all_safe')
            : t('overview.unsafe', { n: data.unsafe_total })
      }
      aside={
        report && !nothing ? (
          <Link to="/p/$project/report" params={{ project }} search={{}}>
            {t('nav.report')}
          </Link>
        ) : null
      }
    >
      {nothing ? <p className="soft">{t('overview.nothing_text')}</p> : null}
      {safe && !nothing ? <p className="soft">{t('overview.all_safe_text')}</p> : null}
      {data.nothing_asked > 0 ? (
        <p className="soft">{t('overview.nothing_asked', { n: data.nothing_asked })}</p>
      ) : null}
      <ul className={css.groups}>
        {data.unsafe.map((group) => (
          <Group key={group.reason} project={project} group={group} />
        ))}
      </ul>
    </Section>
  );
}

/** A server leads to its page, a disk to the list with it. */
export function ResourceLink({ project, resource }: { project: string; resource: ResourceRef }) {
  return resource.type === 'server' ? (
    <Link to="/p/$project/servers/$server" params={{ project, server: resource.id }} search={{}}>
      {resource.name}
    </Link>
  ) : (
    <Link to="/p/$project/disks" params={{ project }} search={{ q: resource.id }}>
      {resource.name}
    </Link>
  );
}

/** One reason, whom it concerns, and what helps. */
function Group({ project, group }: { project: string; group: UnsafeGroup }) {
  const { t } = useWords();
  const open = useOpenDialog();
  const [all, setAll] = useState(false);
  const shown = all ? group.resources : group.resources.slice(0, 5);
  const servers = group.resources.filter((each) => each.type === 'server').map((each) => each.id);
  const disks = group.resources.filter((each) => each.type === 'disk').map((each) => each.id);
  const backs = group.reason !== 'vault_full';
  return (
    <li className={css.group}>
      <span className={group.severity === 'error' ? css.bad : css.warn}>
        <Icon name={group.severity === 'error' ? 'cross' : 'warn'} />
      </span>
      <div className="grow">
        <p className="strong">{t(`overview.reason_${group.reason}`, { n: group.total })}</p>
        {group.reason === 'backup_too_old' ? <p className="soft">{t('overview.too_old_means')}</p> : null}
        <p className={css.names}>
          {shown.map((each, index) => (
            <span key={each.id}>
              {index ? ', ' : ''}
              <ResourceLink project={project} resource={each} />
            </span>
          ))}
          {group.total > shown.length ? (
            group.resources.length > shown.length ? (
              <>
                {' '}
                <Button kind="link" onClick={() => setAll(true)}>
                  {t('overview.more', { n: group.total - shown.length })}
                </Button>
              </>
            ) : (
              <span className="soft"> {t('overview.more', { n: group.total - shown.length })}</span>
            )
          ) : null}
        </p>
      </div>
      <span className={css.fix}>
        {backs && servers.length ? (
          <Button onClick={() => open('backup-server', { server: servers })}>
            {t('overview.backup_servers')}
          </Button>
        ) : null}
        {backs && disks.length ? (
          <Button onClick={() => open('backup-disk', { disk: disks })}>{t('overview.backup_disks')}</Button>
        ) : null}
      </span>
    </li>
  );
}
