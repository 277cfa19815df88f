import { useParams, useSearch } from '@tanstack/react-router';
import { CbrPage } from './CbrPage';

export default function ServerBackupsPage() {
  const { project } = useParams({ from: '/p/$project/server-backups' });
  const search = useSearch({ from: '/p/$project/server-backups' });
  return <CbrPage project={project} type="server" search={search} />;
}
