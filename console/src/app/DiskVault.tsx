// The vault of a disk: its own, or that of its server.
import type { Disk } from '../api/types';
import { useWords } from '../messages';
import { ObjectLink } from './ObjectLink';

/** The vault of a disk, and whether it is there by itself. */
export function DiskVault({ project, disk }: { project: string; disk: Disk }) {
  const { t } = useWords();
  if (!disk.vault) return <span className="soft">{t('servers.no_vault')}</span>;
  return (
    <>
      <div>
        <ObjectLink project={project} kind="vault" id={disk.vault.id}>
          {disk.vault.name}
        </ObjectLink>
      </div>
      {disk.excluded ? (
        <div className="soft">{t('disk_pages.excluded')}</div>
      ) : disk.vault.type === 'server' ? (
        <div className="soft">{t('disk_pages.by_server')}</div>
      ) : null}
    </>
  );
}
