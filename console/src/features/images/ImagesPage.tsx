import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { type Image, imagesQuery } from '../../api/images';
import { nameColumn, ObjectLink } from '../../app/ObjectLink';
import { sorted } from '../../lib/sorted';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { ImageActions, imageLook } from './parts';

/** Image Management Service: backups of servers that stay, and that servers are made from. */
export default function ImagesPage() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/images' });
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(imagesQuery(project));
  const [sort, setSort] = useState('-created_at');
  const rows = useMemo(
    () =>
      data &&
      sorted(data, sort, {
        name: (image) => image.name.toLowerCase(),
        status: (image) => image.status,
        server: (image) => image.server.name.toLowerCase(),
        created_at: (image) => image.created_at,
      }),
    [data, sort],
  );
  const columns: Column<Image>[] = [
    nameColumn(t('image.name_id'), { page: { project, kind: 'image' } }),
    {
      id: 'status',
      header: t('image.status'),
      sort: 'status',
      cell: (row) => <StatusWord look={imageLook(row)} since={row.created_at} />,
    },
    { id: 'server', header: t('image.server'), sort: 'server', cell: (row) => row.server.name },
    {
      id: 'backup',
      header: t('image.backup'),
      cell: (row) => (
        <ObjectLink project={project} kind="backup" id={row.backup.id}>
          {row.backup.name}
        </ObjectLink>
      ),
    },
    {
      id: 'size',
      header: t('image.size'),
      align: 'right',
      cell: (row) => <Size bytes={row.size_bytes} />,
    },
    {
      id: 'tags',
      header: t('image.tags'),
      cell: (row) => row.tags.join(', ') || <span className="soft">–</span>,
    },
    {
      id: 'created',
      header: t('image.created'),
      sort: 'created_at',
      cell: (row) => <Age at={row.created_at} />,
    },
  ];
  return (
    <Page title={t('image.title')} about={data ? t('image.count', { n: data.length }) : null}>
      <Table
        label={t('image.title')}
        columns={columns}
        rows={rows}
        sort={sort}
        onSort={setSort}
        nameOf={(row) => row.name}
        links={(row) => <ImageActions image={row} kind="link" />}
        onOpen={(row) =>
          void navigate({ to: '/p/$project/images/$image', params: { project, image: row.id }, search: {} })
        }
        failure={error && !data ? error : null}
        onRetry={() => void refetch()}
        empty={
          <Empty
            title={t('image.none')}
            action={
              <Button
                onClick={() =>
                  void navigate({
                    to: '/p/$project/server-backups',
                    params: { project },
                    search: { tab: 'backups' },
                  })
                }
              >
                {t('image.to_backups')}
              </Button>
            }
          >
            {t('image.none_text')}
          </Empty>
        }
      />
    </Page>
  );
}
