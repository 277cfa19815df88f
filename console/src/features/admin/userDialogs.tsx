import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { changeUser, createUser, deleteUser, setPassword, type User, usersQuery } from '../../api/admin';
import { sessionQuery } from '../../api/queries';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { TextField } from '../../ui/Form';

const leastPassword = 8;

export function CreateUser({ close }: DialogProps) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [password, setPasswordText] = useState('');
  const [shown, setShown] = useState(false);
  const wrongName = name.trim() === '' ? t('admin.name_missing') : null;
  const wrong = password !== '' && password.length < leastPassword ? t('admin.password_rule') : null;
  const save = useChange(
    () => createUser({ name: name.trim(), description, password }),
    t('admin.user_created', { name }),
    close,
  );
  return (
    <Dialog
      title={t('admin.create_user')}
      width="small"
      dirty={name !== '' || password !== '' || description !== ''}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrongName && !wrong && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t('admin.create_user')}
        </Button>
      }
    >
      <TextField
        label={t('admin.name_field')}
        required
        autoComplete="off"
        value={name}
        error={wrongName}
        shown={shown}
        onChange={setName}
      />
      <TextField label={t('admin.description')} value={description} onChange={setDescription} />
      <TextField
        label={t('admin.password')}
        type="password"
        autoComplete="new-password"
        hint={t('admin.password_hint')}
        value={password}
        error={wrong}
        shown={shown}
        onChange={setPasswordText}
      />
    </Dialog>
  );
}

/** The user that a dialog is about. */
export function useUser(id: string | undefined): { user: User | undefined; error: unknown } {
  const { data, error } = useQuery(usersQuery);
  return { user: data?.find((each) => each.id === id), error };
}

export function SetPassword({ about, close }: DialogProps) {
  const { t } = useWords();
  const { data: session } = useQuery(sessionQuery);
  // Somebody who is no administrator sees no list of users, but may set the own password.
  const { data: users } = useQuery({ ...usersQuery, enabled: session?.domain_admin === true });
  const id = about.id ?? '';
  const own = session?.user.id === id;
  const name = own ? (session?.user.name ?? '') : (users?.find((each) => each.id === id)?.name ?? '');
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [shown, setShown] = useState(false);
  const wrongOld = own && old === '' ? t('admin.password_old_missing') : null;
  const wrong = next.length < leastPassword ? t('admin.password_rule') : null;
  const save = useChange(
    () => setPassword(id, next, own ? old : null),
    t('admin.password_set', { name }),
    close,
  );
  return (
    <Dialog
      title={t('admin.password_of', { name })}
      width="small"
      dirty={old !== '' || next !== ''}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrongOld && !wrong && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t('admin.set_password')}
        </Button>
      }
    >
      {own ? (
        <TextField
          label={t('admin.password_old')}
          type="password"
          autoComplete="current-password"
          required
          value={old}
          error={wrongOld}
          shown={shown}
          onChange={setOld}
        />
      ) : null}
      <TextField
        label={t('admin.password_new')}
        type="password"
        autoComplete="new-password"
        required
        hint={t('admin.password_rule')}
        value={next}
        error={wrong}
        shown={shown}
        onChange={setNext}
      />
    </Dialog>
  );
}

/** Disables a user (level 1). */
export function DisableUser({ about, close }: DialogProps) {
  const { t } = useWords();
  const { user, error } = useUser(about.id);
  const name = user?.name ?? '…';
  const save = useChange(
    () => changeUser(user?.id ?? '', { enabled: false }),
    t('admin.disabled_done', { name }),
    close,
  );
  return (
    <Confirm
      level={1}
      title={t('admin.disable_title', { name })}
      action={t('admin.disable')}
      destroys
      busy={save.isPending || !user}
      failure={error ?? save.error}
      onConfirm={() => save.mutate()}
      onClose={close}
    >
      <p>{t('admin.disable_text')}</p>
    </Confirm>
  );
}

export function DeleteUser({ about, close }: DialogProps) {
  const { t } = useWords();
  const { user, error } = useUser(about.id);
  const name = user?.name ?? '…';
  const remove = useChange(() => deleteUser(user?.id ?? ''), t('admin.user_deleted', { name }), close);
  return (
    <Confirm
      level={2}
      title={t('admin.delete_user_title', { name })}
      action={t('admin.delete_user')}
      busy={remove.isPending || !user}
      failure={error ?? remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('admin.delete_user_text')}</p>
    </Confirm>
  );
}
