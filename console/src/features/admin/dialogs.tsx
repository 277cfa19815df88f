import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  changeProject,
  createKey,
  createProject,
  deleteKey,
  keysQuery,
  type NewKey,
  type Project,
  projectsQuery,
} from '../../api/admin';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Failure, Note } from '../../ui/Failure';
import { TextField, Tick } from '../../ui/Form';
import { Facts } from '../../ui/Page';

/** Creates a project, or edits the one that the address names. */
export function EditProject({ about, close }: DialogProps) {
  const { data: projects, error } = useQuery(projectsQuery);
  const project = projects?.find((each) => each.id === about.id);
  if (about.id && !project) return error ? <Failure error={error} /> : null;
  return <ProjectForm key={about.id ?? 'new'} project={project ?? null} close={close} />;
}

function ProjectForm({ project, close }: { project: Project | null; close: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState(project?.name ?? '');
  const [description, setDescription] = useState(project?.description ?? '');
  const [enabled, setEnabled] = useState(project?.enabled ?? true);
  const [shown, setShown] = useState(false);
  const wrong = name.trim() === '' ? t('admin.name_missing') : null;
  const save = useChange(
    () =>
      project
        ? changeProject(project.id, { name: name.trim(), description, enabled })
        : createProject({ name: name.trim(), description }),
    t(project ? 'admin.project_saved' : 'admin.project_created', { name }),
    close,
  );
  const dirty =
    name !== (project?.name ?? '') ||
    description !== (project?.description ?? '') ||
    enabled !== (project?.enabled ?? true);
  return (
    <Dialog
      title={project ? t('admin.edit_project_title', { name: project.name }) : t('admin.create_project')}
      width="small"
      dirty={dirty}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrong && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t(project ? 'admin.save' : 'admin.create_project')}
        </Button>
      }
    >
      <TextField
        label={t('admin.name_field')}
        required
        value={name}
        error={wrong}
        shown={shown}
        onChange={setName}
      />
      <TextField label={t('admin.description')} value={description} onChange={setDescription} />
      {project ? (
        <Tick
          label={t('admin.project_enabled')}
          hint={t('admin.project_enabled_hint')}
          checked={enabled}
          onChange={setEnabled}
        />
      ) : null}
    </Dialog>
  );
}

/** Makes an access key and shows its secret, once. */
export function CreateKey({ close }: DialogProps) {
  const { t } = useWords();
  const [description, setDescription] = useState('');
  const [made, setMade] = useState<NewKey | null>(null);
  const create = useMutation({ mutationFn: () => createKey(description), onSuccess: setMade });
  if (made) {
    return (
      <Dialog title={t('admin.key_made')} onClose={close} cancelLabel={t('admin.done')}>
        <Note tone="warn">{t('admin.key_once')}</Note>
        <Facts
          facts={[
            [t('admin.access'), <Copyable key="a" text={made.access} name={t('admin.access')} />],
            [t('admin.secret'), <Copyable key="s" text={made.secret} name={t('admin.secret')} />],
          ]}
        />
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t('admin.create_key')}
      width="small"
      dirty={description !== ''}
      failure={create.error}
      onClose={close}
      onSubmit={() => {
        if (!create.isPending) create.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={create.isPending}>
          {t('admin.create_key')}
        </Button>
      }
    >
      <TextField
        label={t('admin.description')}
        value={description}
        maxLength={255}
        onChange={setDescription}
      />
    </Dialog>
  );
}

export function DeleteKey({ about, close }: DialogProps) {
  const { t } = useWords();
  const { data: keys, error } = useQuery(keysQuery);
  const key = keys?.find((each) => each.access === about.id);
  const remove = useChange(() => deleteKey(about.id ?? ''), t('admin.key_deleted'), close);
  return (
    <Confirm
      level={2}
      title={t('admin.delete_key_title', { name: key?.description || (about.id ?? '') })}
      action={t('admin.delete_key_action')}
      busy={remove.isPending || !key}
      failure={error ?? remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('admin.delete_key_text')}</p>
    </Confirm>
  );
}
