import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type Image, imagesQuery } from '../../api/images';
import { nameColumn, ObjectLink } from '../../app/ObjectLink';
import { useWords } from '../../messages';
import { Copyable } from '../../ui/Copyable';
import { Empty, Failure } from '../../ui/Failure';
import { Facts, Page, Section } from '../../ui/Page';
import { Size } from '../../ui/Size';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { ExportImageButton, ImageActions, imageLook } from './parts';

/** An image: what it is made of, and its disks. */
export default function ImagePage() {
  const { t } = useWords();
  const { project, image: id } = useParams({ from: '/p/$project/images/$image' });
  const { data, error, refetch } = useQuery(imagesQuery(project));
  const image = data?.find((each) => each.id === id);
  return (
    <Page
      title={image?.name ?? (data ? t('kind.image') : '')}
      label={t('image.title')}
      trail={
        <Link to="/p/$project/images" params={{ project }} search={{}}>
          {t('image.title')}
        </Link>
      }
      status={image ? <StatusWord look={imageLook(image)} since={image.created_at} /> : null}
      about={<Copyable text={id} />}
      actions={
        image ? (
          <>
            <ExportImageButton image={image} kind="plain" />
            <ImageActions image={image} kind="plain" />
          </>
        ) : null
      }
    >
      {error && !data ? <Failure error={error} retry={() => void refetch()} /> : null}
      {data && !image ? <Empty title={t('image.is_gone')} /> : null}
      {image ? <Details project={project} image={image} /> : null}
    </Page>
  );
}

function Details({ project, image }: { project: string; image: Image }) {
  const { t } = useWords();
  const columns: Column<Image['disks'][number]>[] = [
    nameColumn(t('image.name_id')),
    {
      id: 'used_as',
      header: t('backup_pages.used_as'),
      cell: (row) => t(row.system ? 'backup_pages.system_disk' : 'backup_pages.data_disk'),
    },
    {
      id: 'size',
      header: t('backup_pages.capacity'),
      align: 'right',
      cell: (row) => <Size bytes={row.size_bytes} />,
    },
  ];
  return (
    <>
      <Section title={t('backup_pages.properties')}>
        <Facts
          facts={[
            [t('image.server'), image.server.name],
            [
              t('image.backup'),
              <ObjectLink key="b" project={project} kind="backup" id={image.backup.id}>
                {image.backup.name}
              </ObjectLink>,
            ],
            [t('backup_pages.instant'), <Age key="i" at={image.instant} absolute />],
            [t('image.created'), <Age key="c" at={image.created_at} absolute />],
            [t('image.architecture'), image.architecture ?? '–'],
            [t('image.size'), <Size key="s" bytes={image.size_bytes} />],
            [t('backup_pages.stored'), <Size key="t" bytes={image.stored_bytes} />],
            [t('image.tags'), image.tags.join(', ') || t('kit.none')],
            [t('backup_pages.description'), image.description || t('kit.none')],
          ]}
        />
      </Section>
      <Section title={t('backup_pages.disks')}>
        <Table
          label={t('backup_pages.disks')}
          columns={columns.map(({ sort: _, ...column }) => column)}
          rows={image.disks}
          nameOf={(row) => row.name}
          links={(row) => (
            <ExportImageButton
              image={image}
              kind="link"
              disk={row.id}
              label={t('portable.export_disk', { name: row.name })}
            />
          )}
          empty={<Empty title={t('image.no_disks')} />}
        />
      </Section>
    </>
  );
}
