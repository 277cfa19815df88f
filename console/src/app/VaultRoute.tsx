// A vault's page: its backups come from the feature of backups.
import { useParams, useSearch } from '@tanstack/react-router';
import { BackupList } from '../features/backups/BackupList';
import { VaultPage } from '../features/vaults/VaultPage';

export default function VaultRoute() {
  const { project, vault: id } = useParams({ from: '/p/$project/vaults/$vault' });
  const search = useSearch({ from: '/p/$project/vaults/$vault' });
  return (
    <VaultPage
      project={project}
      id={id}
      tab={search.tab}
      backups={(vault) => <BackupList project={project} type={vault.type} vault={vault.id} search={search} />}
    />
  );
}
