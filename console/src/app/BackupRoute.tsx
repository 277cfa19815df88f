// A backup's page: with whom it is shared comes from the feature of sharing.
import { useParams } from '@tanstack/react-router';
import { BackupPage } from '../features/backups/BackupPage';
import { ShareList } from '../features/sharing/ShareList';

export default function BackupRoute() {
  const { project } = useParams({ from: '/p/$project/backups/$backup' });
  return <BackupPage shares={(backup) => <ShareList project={project} backup={backup} />} />;
}
