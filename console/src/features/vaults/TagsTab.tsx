import { useMutation } from '@tanstack/react-query';
import type { Tag, Vault } from '../../api/types';
import { deleteTag, setTags } from '../../api/vaults';
import { useOpenDialog } from '../../app/dialogs';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Empty } from '../../ui/Failure';
import { type Column, Table } from '../../ui/Table';
import { toast } from '../../ui/toasts';
import { mostTags } from './TagFields';
import css from './vaults.module.css';

/** The tags of a vault (TAG-01..05). Level 0: at once, with a way back. */
export function TagsTab({ project, vault }: { project: string; vault: Vault }) {
  const { t } = useWords();
  const open = useOpenDialog();
  const failed = (error: unknown) => toast('bad', error instanceof Error ? error.message : String(error));
  const restore = useMutation({
    mutationFn: (tag: Tag) => setTags(project, vault.id, [tag]),
    onError: failed,
  });
  const remove = useMutation({
    mutationFn: (tag: Tag) => deleteTag(project, vault.id, tag.key),
    onSuccess: (_, tag) =>
      toast('good', t('vaults.tag_deleted', { key: tag.key }), {
        label: t('vaults.undo'),
        onSelect: () => restore.mutate(tag),
      }),
    onError: failed,
  });
  const rows = vault.tags.map((tag) => ({ ...tag, id: tag.key }));
  const columns: Column<(typeof rows)[number]>[] = [
    {
      id: 'key',
      header: t('vaults.tag_key_field'),
      names: true,
      cell: (row) => (
        <span data-row="" tabIndex={-1}>
          {row.key}
        </span>
      ),
    },
    {
      id: 'value',
      header: t('vaults.tag_value_field'),
      cell: (row) => row.value || <span className="soft">–</span>,
    },
  ];
  const add = (
    <Button
      icon="plus"
      reason={vault.tags.length >= mostTags ? t('vaults.tags_most', { n: mostTags }) : undefined}
      onClick={() => open('add-tag', { vault: vault.id })}
    >
      {t('vaults.tag_add')}
    </Button>
  );
  return (
    <>
      {rows.length ? <div className={css.tools}>{add}</div> : null}
      <Table
        label={t('vaults.tags')}
        columns={columns}
        rows={rows}
        nameOf={(row) => row.key}
        onOpen={(row) => open('edit-tag', { vault: vault.id, id: row.key })}
        links={(row) => (
          <>
            <Button kind="link" onClick={() => open('edit-tag', { vault: vault.id, id: row.key })}>
              {t('vaults.tag_edit')}
            </Button>
            <Button
              kind="link"
              busy={remove.isPending && remove.variables.key === row.key}
              onClick={() => remove.mutate({ key: row.key, value: row.value })}
            >
              {t('vaults.tag_delete')}
            </Button>
          </>
        )}
        empty={
          <Empty title={t('vaults.no_tags')} action={add}>
            {t('vaults.tags_text')}
          </Empty>
        }
      />
    </>
  );
}
