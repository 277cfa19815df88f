import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { one } from '../../api/queries';
import { serverLook } from '../../lib/status';
import { useWords } from '../../messages';
import { Copyable } from '../../ui/Copyable';
import { Failure } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { StatusWord } from '../../ui/StatusWord';

export default function ServerPage() {
  const { t } = useWords();
  const { project, server: id } = useParams({ from: '/p/$project/servers/$server' });
  const { data: server, error, refetch } = useQuery(one('server', project, id));
  return (
    <Page
      title={server?.name ?? ''}
      label={t('servers.title')}
      trail={
        <Link to="/p/$project/servers" params={{ project }} search={{}}>
          {t('servers.title')}
        </Link>
      }
      status={server ? <StatusWord look={serverLook(server.status)} /> : null}
      about={<Copyable text={id} />}
    >
      {error ? <Failure error={error} retry={() => void refetch()} /> : null}
    </Page>
  );
}
