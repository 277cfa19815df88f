import { useId, useState } from 'react';
import type { BackupEstimate, Disk, Server } from '../../api/types';
import { formatSize } from '../../lib/sizes';
import { diskLook, serverLook } from '../../lib/status';
import { formatAge } from '../../lib/times';
import { useWords } from '../../messages';
import { Tick } from '../../ui/Form';
import { Icon } from '../../ui/icons';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { useNow } from '../../ui/Time';
import css from './BackupDialog.module.css';

interface Props {
  server?: Server;
  /** Disks that stand without their server. */
  disks?: Disk[];
  estimate: BackupEstimate | undefined;
  /** Whether the server is ticked; without it only its disks can be. */
  checked?: boolean;
  reason?: string | undefined;
  onServer?: () => void;
  open?: boolean;
  isIn: (disk: Disk) => boolean;
  /** Why a disk cannot be ticked or unticked. */
  mayDisk: (disk: Disk) => string | undefined;
  onDisk: (disk: Disk) => void;
  showVault?: boolean;
  /** What is said of a vault where there is none yet. */
  noVault: string;
  /** Whether a vault was chosen for what has none. */
  aimed: boolean;
}

/** A server of the Server List with its disks, which unfold. */
export function DiskRows({
  server,
  disks = server?.disks ?? [],
  estimate,
  checked,
  reason,
  onServer,
  open: opened = false,
  isIn,
  mayDisk,
  onDisk,
  showVault = false,
  noVault,
  aimed,
}: Props) {
  const { t, locale, zone } = useWords();
  const now = useNow();
  const id = useId();
  const [open, setOpen] = useState(opened);
  const vault = server?.vault;
  const changes = (about: BackupEstimate['disks'][number]): string => {
    if (about.changed_bytes === null) return about.reason ?? '';
    const size = formatSize(about.changed_bytes, locale);
    return about.since
      ? t('backup.changed_since', { size, age: formatAge(about.since, { locale, zone, now }) })
      : t('backup.changed', { size });
  };
  const vaultOf = (disk: Disk): string => {
    if (disk.vault?.type === 'disk') return disk.vault.name;
    // Its server's vault takes no backups of single disks, but it is not unprotected either.
    if (disk.vault && !disk.excluded && !aimed) return t('backup.with_server', { vault: disk.vault.name });
    return noVault;
  };
  return (
    <div className={css.card}>
      {server ? (
        <div className={css.head}>
          <button
            type="button"
            className={css.open}
            aria-expanded={open}
            aria-controls={id}
            aria-label={t('backup.disks_of', { name: server.name })}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'down' : 'right'} size={14} />
          </button>
          {onServer ? (
            <Tick label={server.name} checked={checked ?? false} reason={reason} onChange={onServer} />
          ) : (
            <span className="strong">{server.name}</span>
          )}
          <code className="soft" title={server.id}>
            {server.id.slice(0, 13)}…
          </code>
          <StatusWord look={serverLook(server.status)} />
          <span className="grow" />
          {onServer ? (
            <span className="soft">
              {vault?.type === 'server'
                ? t('backup.vault_of', {
                    name: vault.name,
                    used: formatSize(vault.used_bytes, locale),
                    size: formatSize(vault.size_bytes, locale),
                  })
                : noVault}
            </span>
          ) : null}
          <span className="number">
            {t('backup.disks_in', { in: disks.filter(isIn).length, all: disks.length })}
          </span>
        </div>
      ) : null}
      <div id={id} hidden={server !== undefined && !open}>
        {disks.map((disk) => {
          const about = estimate?.disks.find((each) => each.disk_id === disk.id);
          return (
            <div key={disk.id} className={css.disk}>
              <Tick
                label={disk.name}
                hint={disk.encrypted ? t('backup.encrypted') : undefined}
                checked={isIn(disk)}
                reason={mayDisk(disk)}
                onChange={() => onDisk(disk)}
              />
              <span className="soft">{disk.system ? t('backup.system_disk') : t('backup.data_disk')}</span>
              <span className={css.right}>
                <Size bytes={disk.size_bytes} />
              </span>
              <StatusWord look={diskLook(disk.status)} />
              <span className="soft">
                {showVault ? <span className={css.block}>{vaultOf(disk)}</span> : null}
                {about && isIn(disk) ? <span className={css.block}>{changes(about)}</span> : null}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
