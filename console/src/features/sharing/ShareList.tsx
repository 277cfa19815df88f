import { useQuery } from '@tanstack/react-query';
import { type Share, sharesQuery } from '../../api/sharing';
import type { Backup } from '../../api/types';
import { useOpenDialog } from '../../app/dialogs';
import { allowed, shareBackup } from '../../lib/can';
import { cbrTime } from '../../lib/times';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Empty } from '../../ui/Failure';
import { StatusWord } from '../../ui/StatusWord';
import { type Column, NameCell, Table } from '../../ui/Table';
import { Age } from '../../ui/Time';
import { shareLook, useProjects } from './parts';

/** With whom a backup is shared (SHR-04). */
export function ShareList({ project, backup }: { project: string; backup: Backup }) {
  const { t } = useWords();
  const say = useReason();
  const open = useOpenDialog();
  const { nameOf } = useProjects();
  const { data, error, refetch } = useQuery(sharesQuery(project, backup.id));
  const verdict = shareBackup(backup);
  const share = (
    <Button
      icon="share"
      reason={allowed(verdict) ? undefined : say(verdict.reason)}
      onClick={() => open('share-backup', { backup: [backup.id] })}
    >
      {t('sharing.share')}
    </Button>
  );
  const columns: Column<Share>[] = [
    {
      id: 'project',
      header: t('sharing.project'),
      names: true,
      cell: (row) => {
        const name = nameOf(row.dest_project_id);
        return (
          <NameCell
            link={
              <span data-row="" tabIndex={-1}>
                {name}
              </span>
            }
            id={<Copyable text={row.dest_project_id} short name={name} />}
          />
        );
      },
    },
    { id: 'status', header: t('sharing.status'), cell: (row) => <StatusWord look={shareLook(row.status)} /> },
    { id: 'since', header: t('sharing.since'), cell: (row) => <Age at={cbrTime(row.created_at)} /> },
    { id: 'changed', header: t('sharing.answered'), cell: (row) => <Age at={cbrTime(row.updated_at)} /> },
  ];
  return (
    <>
      {data?.length ? <p className="row">{share}</p> : null}
      <Table
        label={t('sharing.list')}
        columns={columns}
        rows={data}
        nameOf={(row) => nameOf(row.dest_project_id)}
        links={(row) => (
          <Button
            kind="link"
            onClick={() => open('end-share', { backup: [backup.id], id: row.dest_project_id })}
          >
            {t('sharing.end')}
          </Button>
        )}
        failure={data ? null : error}
        onRetry={() => void refetch()}
        empty={<Empty title={t('sharing.none')} action={share} />}
      />
    </>
  );
}
