import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { list } from '../../api/queries';
import type { Disk, Server } from '../../api/types';
import { allowed, backupDisk, backupDisksOf, backupServer } from '../../lib/can';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Group, TextField, Tick } from '../../ui/Form';
import css from './BackupDialog.module.css';
import { DiskRows } from './DiskRows';
import { type BackupPlan, MOST_RESOURCES } from './useBackupPlan';

/** Rows from which on the list can be narrowed. */
const MANY = 5;
/** Servers proposed at once where others are added. */
const PROPOSED = 8;

/** The Server List: rows with their disks, a filter where they are many, and others to add. */
export function ServerList({
  project,
  plan,
  aimed,
}: {
  project: string;
  plan: BackupPlan;
  /** Name of the vault that was chosen for those that have none. */
  aimed: string | null;
}) {
  const { t } = useWords();
  const reason = useReason();
  const [filter, setFilter] = useState('');
  const [others, setOthers] = useState(false);
  const { mode, servers, loose, left, estimate } = plan;
  const fits = (name: string, id: string) =>
    filter === '' || `${name} ${id}`.toLowerCase().includes(filter.trim().toLowerCase());
  const noVault = aimed ? t('backup.vault_of_step', { name: aimed }) : t('servers.no_vault');
  const whyDisk = (disk: Disk) => {
    const verdict = backupDisk(disk);
    return allowed(verdict) ? undefined : reason(verdict.reason);
  };
  const ofServer = (server: Server) => {
    const verdict = backupServer(server);
    const taking = server.disks.filter((each) => !left.has(each.id) && !each.excluded);
    return (
      <DiskRows
        key={server.id}
        server={server}
        estimate={estimate}
        checked={allowed(verdict) && plan.isIn(server)}
        reason={allowed(verdict) ? undefined : reason(verdict.reason)}
        onServer={() => plan.toggleServer(server.id)}
        isIn={(disk) => !left.has(disk.id) && !disk.excluded}
        mayDisk={(disk) =>
          disk.excluded
            ? t('backup.excluded')
            : !left.has(disk.id) && taking.length === 1
              ? t('backup.one_disk')
              : undefined
        }
        onDisk={(disk) => plan.toggleLeft(disk.id)}
        noVault={noVault}
        aimed={aimed !== null}
      />
    );
  };
  const disksOnly = {
    estimate,
    open: true,
    isIn: (disk: Disk) => plan.chosenDisks.has(disk.id),
    mayDisk: whyDisk,
    onDisk: (disk: Disk) => plan.toggleDisk(disk.id),
    showVault: true,
    noVault,
    aimed: aimed !== null,
  };
  const shownDisks = loose.filter((disk) => fits(disk.name, disk.id));
  return (
    <Group label={t('backup.server_list')}>
      {servers.length + loose.length >= MANY ? (
        <TextField
          label={t('backup.filter')}
          value={filter}
          onChange={setFilter}
          autoComplete="off"
          spellCheck={false}
        />
      ) : null}
      <div className={css.rows}>
        {servers
          .filter((server) => fits(server.name, server.id))
          .map((server) =>
            mode === 'server' ? (
              ofServer(server)
            ) : (
              <DiskRows key={server.id} server={server} {...disksOnly} />
            ),
          )}
        {shownDisks.length ? <DiskRows disks={shownDisks} {...disksOnly} /> : null}
      </div>
      <Tick label={t('backup.others')} checked={others} onChange={setOthers} />
      {others ? <Others project={project} plan={plan} /> : null}
    </Group>
  );
}

/** Servers that are not in the list yet. */
function Others({ project, plan }: { project: string; plan: BackupPlan }) {
  const { t } = useWords();
  const reason = useReason();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const found = useQuery(
    list('server', project, { q: q || undefined, limit: PROPOSED + plan.ids.size, sort: 'name' }),
  );
  const rows = (found.data?.items ?? []).filter((row) => !plan.ids.has(row.id)).slice(0, PROPOSED);
  const enough = plan.resources.length >= MOST_RESOURCES;
  return (
    <div className={css.others}>
      <TextField
        label={t('backup.find_other')}
        value={text}
        onChange={setText}
        autoComplete="off"
        spellCheck={false}
        onKeyDown={(event) => {
          // Enter here looks for servers; it does not start the backup.
          if (event.key === 'Enter') event.preventDefault();
        }}
      />
      <ul className={css.found} aria-label={t('backup.others_found')}>
        {rows.map((row) => {
          const verdict = plan.mode === 'server' ? backupServer(row) : backupDisksOf(row);
          return (
            <li key={row.id}>
              <span className="strong">{row.name}</span>
              <span className="soft grow">{row.vault?.name ?? t('servers.no_vault')}</span>
              <Button
                kind="link"
                icon="plus"
                aria-label={t('backup.add_named', { name: row.name })}
                reason={
                  enough
                    ? t('backup.most', { n: MOST_RESOURCES })
                    : allowed(verdict)
                      ? undefined
                      : reason(verdict.reason)
                }
                onClick={() => plan.add(row)}
              >
                {t('backup.add')}
              </Button>
            </li>
          );
        })}
      </ul>
      {found.data && rows.length === 0 ? <p className="soft">{t('backup.no_other')}</p> : null}
    </div>
  );
}
