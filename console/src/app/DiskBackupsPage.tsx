import { useParams, useSearch } from '@tanstack/react-router';
import { CbrPage } from './CbrPage';

export default function DiskBackupsPage() {
  const { project } = useParams({ from: '/p/$project/disk-backups' });
  const search = useSearch({ from: '/p/$project/disk-backups' });
  return <CbrPage project={project} type="disk" search={search} />;
}
