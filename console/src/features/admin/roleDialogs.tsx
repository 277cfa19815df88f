import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { actionsQuery, deleteRole, type Role, rolesQuery, type Statement, saveRole } from '../../api/people';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Failure, Note } from '../../ui/Failure';
import { Group, SelectField, TextArea, TextField } from '../../ui/Form';
import css from './admin.module.css';

/** What the server takes: statements of a policy, actions of a statement, their form. */
const mostStatements = 8;
const mostActions = 100;
const version = '1.1';
const action = /^[\w*-]+:[\w*-]+:[\w*-]+$/;

function useRole(id: string | undefined): { role: Role | undefined; error: unknown } {
  const { data, error } = useQuery(rolesQuery);
  return { role: data?.find((each) => each.id === id), error };
}

/** Creates a role, or edits the one that the address names. */
export function EditRole({ about, close }: DialogProps) {
  const { role, error } = useRole(about.id);
  if (about.id && !role) return error ? <Failure error={error} /> : null;
  return <RoleForm key={about.id ?? 'new'} role={role ?? null} close={close} />;
}

/** A statement as it is typed: one action a line. */
interface Typed {
  key: number;
  effect: Statement['Effect'];
  text: string;
}
const actionsOf = (typed: Typed): string[] => typed.text.split(/[\s,]+/).filter(Boolean);

function RoleForm({ role, close }: { role: Role | null; close: () => void }) {
  const { t } = useWords();
  const { data: actions } = useQuery(actionsQuery);
  const [first] = useState<Typed[]>(() =>
    (role?.policy.Statement ?? [{ Effect: 'Allow' as const, Action: [] }]).map((each, key) => ({
      key,
      effect: each.Effect,
      text: each.Action.join('\n'),
    })),
  );
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [statements, setStatements] = useState(first);
  const [shown, setShown] = useState(false);
  const wrongName = name.trim() === '' ? t('admin.name_missing') : null;
  const wrongOf = (typed: Typed): string | null => {
    const list = actionsOf(typed);
    return list.length >= 1 && list.length <= mostActions && list.every((each) => action.test(each))
      ? null
      : t('admin.actions_rule', { most: mostActions });
  };
  const wrong = wrongName ?? statements.map(wrongOf).find(Boolean);
  const change = (key: number, next: Partial<Typed>) =>
    setStatements(statements.map((each) => (each.key === key ? { ...each, ...next } : each)));
  const save = useChange(
    () =>
      saveRole(role?.id ?? null, {
        name: name.trim(),
        description,
        policy: {
          Version: version,
          Statement: statements.map((each) => ({ Effect: each.effect, Action: actionsOf(each) })),
        },
      }),
    t(role ? 'admin.role_saved' : 'admin.role_created', { name }),
    close,
  );
  const dirty =
    name !== (role?.name ?? '') ||
    description !== (role?.description ?? '') ||
    JSON.stringify(statements) !== JSON.stringify(first);
  return (
    <Dialog
      title={role ? t('admin.edit_role', { name: role.name }) : t('admin.create_role')}
      dirty={dirty}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrong && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t(role ? 'admin.save' : 'admin.create_role')}
        </Button>
      }
    >
      {role ? (
        <p className="soft">
          {t('admin.role_id')} <Copyable text={role.id} />
        </p>
      ) : null}
      <TextField
        label={t('admin.name_field')}
        required
        maxLength={64}
        value={name}
        error={wrongName}
        shown={shown}
        onChange={setName}
      />
      <TextField label={t('admin.description')} value={description} onChange={setDescription} />
      {statements.map((each, index) => (
        <Group
          key={each.key}
          label={t('admin.statement', { n: index + 1 })}
          aside={
            statements.length > 1 ? (
              <Button
                kind="link"
                onClick={() => setStatements(statements.filter((other) => other.key !== each.key))}
              >
                {t('admin.remove_statement', { n: index + 1 })}
              </Button>
            ) : null
          }
        >
          <SelectField
            label={t('admin.effect', { n: index + 1 })}
            value={each.effect}
            onChange={(effect) => change(each.key, { effect: effect as Statement['Effect'] })}
            choices={[
              { value: 'Allow', label: t('admin.allows') },
              { value: 'Deny', label: t('admin.denies') },
            ]}
          />
          <TextArea
            label={t('admin.actions', { n: index + 1 })}
            hint={t('admin.actions_hint')}
            rows={4}
            longest={10_000}
            value={each.text}
            onChange={(text) => change(each.key, { text })}
          />
          {shown && wrongOf(each) ? <Note tone="bad">{wrongOf(each)}</Note> : null}
        </Group>
      ))}
      <div>
        <Button
          icon="plus"
          reason={
            statements.length >= mostStatements
              ? t('admin.most_statements', { n: mostStatements })
              : undefined
          }
          onClick={() =>
            setStatements([
              ...statements,
              { key: Math.max(...statements.map((each) => each.key)) + 1, effect: 'Allow', text: '' },
            ])
          }
        >
          {t('admin.add_statement')}
        </Button>
      </div>
      <details>
        <summary>{t('admin.all_actions', { n: actions?.length ?? 0 })}</summary>
        <ul className={css.actions}>
          {actions?.map((each) => (
            <li key={each}>
              <code>{each}</code>
            </li>
          ))}
        </ul>
      </details>
    </Dialog>
  );
}

export function DeleteRole({ about, close }: DialogProps) {
  const { t } = useWords();
  const { role, error } = useRole(about.id);
  const name = role?.name ?? '…';
  const remove = useChange(() => deleteRole(role?.id ?? ''), t('admin.role_deleted', { name }), close);
  return (
    <Confirm
      level={2}
      title={t('admin.delete_role_title', { name })}
      action={t('admin.delete_role')}
      busy={remove.isPending || !role}
      failure={error ?? remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('admin.delete_role_text')}</p>
    </Confirm>
  );
}
