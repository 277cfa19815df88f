import type { Disk, Server } from '../../api/types';
import { DiskVault } from '../../app/DiskVault';
import { diskLook } from '../../lib/status';
import { useWords } from '../../messages';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NameCell, Table } from '../../ui/Table';

export function ServerDisks({ project, server }: { project: string; server: Server }) {
  const { t } = useWords();
  const columns: Column<Disk>[] = [
    {
      id: 'name',
      header: t('disks.name'),
      names: true,
      cell: (row) => <NameCell link={row.name} id={<Copyable text={row.id} short name={row.name} />} />,
    },
    {
      id: 'status',
      header: t('disks.status'),
      cell: (row) => <StatusWord look={diskLook(row.status)} detail={row.unsupported} />,
    },
    {
      id: 'used',
      header: t('disks.used_as'),
      cell: (row) => (row.system ? t('backup.system_disk') : t('backup.data_disk')),
    },
    { id: 'size', header: t('disks.size'), align: 'right', cell: (row) => <Size bytes={row.size_bytes} /> },
    { id: 'bus', header: t('disks.bus'), cell: (row) => `${row.bus} ${row.device}` },
    {
      id: 'vault',
      header: t('disks.vault'),
      cell: (row) => <DiskVault project={project} disk={row} />,
    },
  ];
  return (
    <Table
      label={t('servers.disks')}
      columns={columns}
      rows={server.disks}
      nameOf={(row) => row.name}
      empty={<Empty title={t('server.no_disks')} />}
    />
  );
}
