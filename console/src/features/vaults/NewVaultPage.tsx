import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { createVault, type Tag } from '../../api/vaults';
import { backupsSection, useSection } from '../../app/section';
import { isName, proposeName } from '../../lib/names';
import { useWords } from '../../messages';
import { announce } from '../../ui/announce';
import { Button } from '../../ui/Button';
import { Failure } from '../../ui/Failure';
import { TextArea, TextField, Tick } from '../../ui/Form';
import { Page, Section } from '../../ui/Page';
import { toast } from '../../ui/toasts';
import { mostRules } from './AutoAssociate';
import { AutoBackup, type AutoBackupChoice } from './AutoBackup';
import { capacities, mostResources } from './can';
import { type Picked, ResourcePicker, sumGib } from './ResourcePicker';
import { badTags, mostTags, TagFields } from './TagFields';
import css from './vaults.module.css';

/** Create Server Backup Vault, Create Disk Backup Vault: one page with its summary at the right. */
export default function NewVaultPage() {
  const { t } = useWords();
  const { project } = useParams({ from: '/p/$project/vaults/new' });
  const search = useSearch({ from: '/p/$project/vaults/new' });
  const navigate = useNavigate();
  const type = search.type === 'disk' ? 'disk' : 'server';
  const server = type === 'server';
  const [picked, setPicked] = useState<readonly Picked[]>([]);
  const [name, setName] = useState(() => proposeName('vault_'));
  const [description, setDescription] = useState('');
  const [typed, setTyped] = useState<string | null>(null);
  const [locked, setLocked] = useState(false);
  const [expand, setExpand] = useState(false);
  const [tags, setTags] = useState<Tag[]>([]);
  const [bind, setBind] = useState(false);
  const [bindTags, setBindTags] = useState<Tag[]>([]);
  const [policy, setPolicy] = useState<AutoBackupChoice>({ on: false, id: '' });
  const [shown, setShown] = useState(false);

  const need = sumGib(picked);
  const least = Math.max(capacities.least, need);
  const best = Math.max(100, need * 2);
  const text = typed ?? String(best);
  const size = Number(text);
  const filled = (all: Tag[]) => all.filter((tag) => tag.key !== '' || tag.value !== '');
  const wrongName = isName(name) ? null : t('vaults.name_rule');
  const wrongSize =
    Number.isInteger(size) && size >= least && size <= capacities.most
      ? null
      : t('vaults.size_rule', { least, most: capacities.most });
  const wrong =
    wrongName ??
    wrongSize ??
    (picked.length > mostResources ? t('reason.vault_count') : null) ??
    (policy.on && !policy.id ? t('policy.apply_pick') : null) ??
    (bind && badTags(filled(bindTags)) ? t('vaults.tag_key_rule') : null) ??
    (badTags(filled(tags)) ? t('vaults.tag_key_rule') : null);

  const create = useMutation({
    mutationFn: () =>
      createVault(project, {
        name,
        description,
        type,
        size_gib: size,
        resources: picked.map((each) => ({ id: each.id, exclude_volumes: [...each.out] })),
        locked,
        auto_expand: expand,
        policy: policy.on ? policy.id : null,
        tags: filled(tags),
        auto_bind: bind,
        bind_tags: filled(bindTags),
      }),
    onSuccess: (id) => {
      toast('good', t('vaults.new_done', { name }));
      void navigate({
        to: '/p/$project/vaults/$vault',
        params: { project, vault: id },
        search: {},
        replace: true,
      });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShown(true);
    if (wrong) announce(wrong);
    else if (!create.isPending) create.mutate();
  };
  const section = backupsSection(server);
  useSection(section);
  const title = t(server ? 'vaults.create_server' : 'vaults.create_disk');
  const list = server ? 'vaults.server_backups' : 'vaults.disk_backups';

  return (
    <Page
      title={title}
      trail={
        <Link to={section} params={{ project }} search={{}}>
          {t(list)}
        </Link>
      }
    >
      <form className={css.wizard} onSubmit={submit} noValidate aria-label={title}>
        <div>
          {create.error ? <Failure error={create.error} /> : null}
          <Section title={t('vaults.new_name')}>
            <div className="stack">
              <TextField
                label={t('vaults.name_field')}
                required
                value={name}
                maxLength={64}
                error={wrongName}
                shown={shown}
                onChange={setName}
              />
              <div className={css.narrowField}>
                <TextField
                  label={t('vaults.new_capacity')}
                  required
                  inputMode="numeric"
                  unit="GiB"
                  value={text}
                  error={wrongSize}
                  shown={shown || typed !== null}
                  hint={t('vaults.new_capacity_hint', { least, best })}
                  onChange={setTyped}
                />
              </div>
              <TextArea
                label={t('vaults.new_description')}
                value={description}
                longest={255}
                onChange={setDescription}
              />
            </div>
          </Section>
          <Section title={t(server ? 'vaults.new_resources_server' : 'vaults.new_resources_disk')}>
            <div className="stack">
              <p className="soft">{t('vaults.new_resources_hint')}</p>
              <ResourcePicker project={project} type={type} picked={picked} onChange={setPicked} />
            </div>
          </Section>
          <Section title={t('vaults.new_options')}>
            <div className="stack">
              <Tick
                label={t('vaults.auto_expand')}
                hint={t('vaults.auto_expand_hint')}
                checked={expand}
                onChange={setExpand}
              />
              <Tick
                label={t('vaults.new_lock')}
                hint={t('vaults.new_lock_hint')}
                checked={locked}
                onChange={setLocked}
              />
            </div>
          </Section>
          <Section title={t('policy.auto')}>
            <AutoBackup project={project} choice={policy} onChange={setPolicy} shown={shown} />
          </Section>
          <Section title={t('vaults.auto_bind')}>
            <div className="stack">
              <Tick
                label={t('vaults.auto_bind')}
                hint={t('vaults.auto_bind_text')}
                checked={bind}
                onChange={setBind}
              />
              {bind ? (
                <>
                  <p className="soft">{t('vaults.auto_bind_tags')}</p>
                  <TagFields tags={bindTags} onChange={setBindTags} most={mostRules} shown={shown} />
                </>
              ) : null}
            </div>
          </Section>
          <Section title={t('vaults.new_tags')}>
            <TagFields tags={tags} onChange={setTags} most={mostTags} shown={shown} />
          </Section>
        </div>
        <aside className={css.aside} aria-label={t('vaults.new_summary')}>
          <Section title={t('vaults.new_summary')}>
            <div className={css.summary}>
              <dl className={css.totals}>
                <dt>{t('vaults.name_field')}</dt>
                <dd>{name}</dd>
                <dt>{t('vaults.type')}</dt>
                <dd>{t('vaults.type_backup')}</dd>
                <dt>{t(server ? 'vaults.new_resources_server' : 'vaults.new_resources_disk')}</dt>
                <dd className="number">{picked.length}</dd>
                <dt>{t('vaults.needs')}</dt>
                <dd className="number">{need} GiB</dd>
                <dt>{t('vaults.new_capacity')}</dt>
                <dd className="number">{wrongSize ? '–' : `${size} GiB`}</dd>
                <dt>{t('vaults.new_lock')}</dt>
                <dd>{t(locked ? 'kit.yes' : 'kit.no')}</dd>
                <dt>{t('vaults.auto_expand')}</dt>
                <dd>{t(expand ? 'kit.yes' : 'kit.no')}</dd>
                <dt>{t('policy.auto')}</dt>
                <dd>{t(policy.on ? 'kit.yes' : 'kit.no')}</dd>
                <dt>{t('vaults.auto_bind')}</dt>
                <dd>{t(bind ? 'kit.yes' : 'kit.no')}</dd>
              </dl>
              {shown && wrong ? <p className={css.wrong}>{t('vaults.new_wrong')}</p> : null}
              <Button type="submit" kind="primary" busy={create.isPending}>
                {t('vaults.new_create')}
              </Button>
            </div>
          </Section>
        </aside>
      </form>
    </Page>
  );
}
