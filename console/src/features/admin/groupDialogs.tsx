import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { usersQuery } from '../../api/admin';
import { deleteGroup, type GroupOfUsers, groupsQuery, saveGroup, setMember } from '../../api/people';
import type { DialogProps } from '../../app/dialogs';
import { useAtOnce } from '../../app/useAtOnce';
import { useChange } from '../../app/useChange';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Failure, Note } from '../../ui/Failure';
import { TextField, Tick } from '../../ui/Form';
import { RolesTable } from './RolesTable';

/** The group that a dialog is about. */
function useGroup(id: string | undefined): { group: GroupOfUsers | undefined; error: unknown } {
  const { data, error } = useQuery(groupsQuery);
  return { group: data?.find((each) => each.id === id), error };
}

/** Creates a group, or edits the one that the address names. */
export function EditGroup({ about, close }: DialogProps) {
  const { group, error } = useGroup(about.id);
  if (about.id && !group) return error ? <Failure error={error} /> : null;
  return <GroupForm key={about.id ?? 'new'} group={group ?? null} close={close} />;
}

function GroupForm({ group, close }: { group: GroupOfUsers | null; close: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState(group?.name ?? '');
  const [description, setDescription] = useState(group?.description ?? '');
  const [shown, setShown] = useState(false);
  const wrong = name.trim() === '' ? t('admin.name_missing') : null;
  const save = useChange(
    () => saveGroup(group?.id ?? null, { name: name.trim(), description }),
    t(group ? 'admin.group_saved' : 'admin.group_created', { name }),
    close,
  );
  return (
    <Dialog
      title={group ? t('admin.edit_group', { name: group.name }) : t('admin.create_group')}
      width="small"
      dirty={name !== (group?.name ?? '') || description !== (group?.description ?? '')}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrong && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t(group ? 'admin.save' : 'admin.create_group')}
        </Button>
      }
    >
      <TextField
        label={t('admin.name_field')}
        required
        maxLength={64}
        value={name}
        error={wrong}
        shown={shown}
        onChange={setName}
      />
      <TextField label={t('admin.description')} value={description} onChange={setDescription} />
    </Dialog>
  );
}

/** Who is in a group: every tick acts at once. */
export function GroupMembers({ about, close }: DialogProps) {
  const { t } = useWords();
  const { group, error } = useGroup(about.id);
  const { data: users } = useQuery(usersQuery);
  const change = useAtOnce((wanted: { user: string; member: boolean }) =>
    setMember(about.id ?? '', wanted.user, wanted.member),
  );
  const { asked } = change;
  return (
    <Dialog
      title={t('admin.members_of', { name: group?.name ?? '…' })}
      width="small"
      failure={error ?? change.error}
      onClose={close}
      cancelLabel={t('admin.done')}
    >
      {group?.roles.length ? <Note>{t('admin.members_note')}</Note> : null}
      {users?.map((user) => (
        <Tick
          key={user.id}
          label={user.name}
          checked={
            asked?.user === user.id
              ? asked.member
              : (group?.members.some((each) => each.id === user.id) ?? false)
          }
          reason={asked || !group ? t('kit.loading') : undefined}
          onChange={(member) => change.ask({ user: user.id, member })}
        />
      ))}
    </Dialog>
  );
}

export function GroupRoles({ about, close }: DialogProps) {
  const { group, error } = useGroup(about.id);
  return (
    <RolesTable
      of={{ group: about.id ?? '' }}
      name={group?.name ?? '…'}
      held={group?.roles ?? []}
      failure={error}
      close={close}
    />
  );
}

export function DeleteGroup({ about, close }: DialogProps) {
  const { t } = useWords();
  const { group, error } = useGroup(about.id);
  const name = group?.name ?? '…';
  const remove = useChange(() => deleteGroup(group?.id ?? ''), t('admin.group_deleted', { name }), close);
  return (
    <Confirm
      level={2}
      title={t('admin.delete_group_title', { name })}
      action={t('admin.delete_group')}
      busy={remove.isPending || !group}
      failure={error ?? remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('admin.delete_group_text', { n: group?.members.length ?? 0 })}</p>
    </Confirm>
  );
}
