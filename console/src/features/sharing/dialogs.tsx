import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { list, one, sessionQuery } from '../../api/queries';
import {
  answerShare,
  endShare,
  mostShares,
  sharedQuery,
  sharesQuery,
  shareBackup as shareWith,
} from '../../api/sharing';
import type { DialogProps } from '../../app/dialogs';
import { allowed } from '../../lib/can';
import { isId } from '../../lib/names';
import { formatSize } from '../../lib/sizes';
import { useWords } from '../../messages';
import { useReason } from '../../messages/words';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Empty } from '../../ui/Failure';
import { Radios, TextField } from '../../ui/Form';
import { Facts } from '../../ui/Page';
import { toast } from '../../ui/toasts';
import { acceptInto } from './can';
import { useProjects } from './parts';
import { resourceTypes } from './SharedWithMe';
import css from './sharing.module.css';

/** Shares a backup with other projects (SHR-03). */
export function ShareBackup({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const id = about.backup?.[0] ?? '';
  const { data: backup, error } = useQuery(one('backup', project, id));
  const { data: shares } = useQuery(sharesQuery(project, id));
  const { data: session } = useQuery(sessionQuery);
  const { known, nameOf } = useProjects();
  const [typed, setTyped] = useState('');
  const [shown, setShown] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const have = (shares ?? []).map((each) => each.dest_project_id);
  const more = mostShares - have.length - chosen.length;
  const wanted = typed.trim();
  const wrong =
    wanted === '' || !isId(wanted)
      ? t('sharing.not_id')
      : wanted === project
        ? t('sharing.own')
        : [...have, ...chosen].includes(wanted)
          ? t('sharing.twice')
          : null;
  const add = () => {
    setShown(true);
    if (wrong || more <= 0) return;
    setChosen([...chosen, wanted]);
    setTyped('');
    setShown(false);
  };
  const share = useMutation({
    mutationFn: () => shareWith(project, id, [...chosen]),
    onSuccess: () => {
      toast('good', t('sharing.done', { n: chosen.length, name: backup?.name ?? '' }));
      close();
    },
  });
  if (!backup) return null;
  const server = backup.type === 'server';
  return (
    <Dialog
      title={t('sharing.share')}
      dirty={chosen.length > 0 || typed !== ''}
      failure={error ?? share.error}
      onClose={close}
      onSubmit={() => {
        // Enter in the field adds what it holds.
        if (wanted) add();
        else if (chosen.length && !share.isPending) share.mutate();
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={share.isPending}
          reason={chosen.length || wanted ? undefined : t('sharing.add_first')}
        >
          {t('sharing.share')}
        </Button>
      }
    >
      <Facts
        facts={[
          [t('sharing.backup'), backup.name],
          [t('sharing.id'), <Copyable key="id" text={backup.id} short name={backup.name} />],
          [t(server ? 'sharing.server' : 'sharing.disk'), backup.resource_name],
          [t('sharing.type'), t(server ? 'sharing.type_server' : 'sharing.type_disk')],
          [t('sharing.region'), session?.region ?? ''],
        ]}
      />
      <p className="soft">{t('sharing.what')}</p>
      <div className={css.add}>
        <TextField
          label={t('sharing.project')}
          list="known-projects"
          autoComplete="off"
          spellCheck={false}
          mono
          value={typed}
          error={wanted ? wrong : null}
          shown={shown}
          hint={more > 0 ? t('sharing.project_hint', { n: more }) : t('sharing.most', { n: mostShares })}
          onChange={setTyped}
        />
        <Button
          icon="plus"
          reason={more > 0 ? undefined : t('sharing.most', { n: mostShares })}
          onClick={add}
        >
          {t('sharing.add')}
        </Button>
        <datalist id="known-projects">
          {known
            .filter((each) => each.id !== project && ![...have, ...chosen].includes(each.id))
            .map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
        </datalist>
      </div>
      {chosen.length ? (
        <div>
          <p className="strong">{t('sharing.chosen', { n: chosen.length })}</p>
          <ul className={css.chips}>
            {chosen.map((each) => (
              <li key={each} className={css.chip}>
                {nameOf(each)}
                <Button
                  kind="quiet"
                  icon="close"
                  aria-label={t('kit.remove', { what: nameOf(each) })}
                  onClick={() => setChosen(chosen.filter((other) => other !== each))}
                />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </Dialog>
  );
}

/** Ends a share, by the sharer or by its recipient: level 1. */
export function EndShare({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { nameOf } = useProjects();
  const id = about.backup?.[0] ?? '';
  const member = about.id ?? '';
  const leaving = member === project;
  const own = useQuery({ ...one('backup', project, id), enabled: !leaving });
  const shared = useShared(project, id, leaving);
  const name = (leaving ? shared?.name : own.data?.name) ?? '';
  const end = useMutation({
    mutationFn: () => endShare(project, id, member),
    onSuccess: () => {
      toast(
        'good',
        leaving ? t('sharing.left', { name }) : t('sharing.ended', { name, project: nameOf(member) }),
      );
      close();
    },
  });
  return (
    <Confirm
      level={1}
      title={
        leaving
          ? t('sharing.leave_title', { name })
          : t('sharing.end_title', { name, project: nameOf(member) })
      }
      action={t(leaving ? 'sharing.remove' : 'sharing.end')}
      destroys
      busy={end.isPending}
      failure={own.error ?? end.error}
      onConfirm={() => end.mutate()}
      onClose={close}
    >
      <p>{t(leaving ? 'sharing.leave_text' : 'sharing.end_text')}</p>
    </Confirm>
  );
}

/** A backup that is shared with the project, whatever it made of it. */
function useShared(project: string, id: string, ask = true) {
  const pending = useQuery({ ...sharedQuery(project, 'pending'), enabled: ask });
  const accepted = useQuery({ ...sharedQuery(project, 'accepted'), enabled: ask });
  const rejected = useQuery({ ...sharedQuery(project, 'rejected'), enabled: ask });
  const found = [pending, accepted, rejected]
    .flatMap((each) => each.data ?? [])
    .find((each) => each.id === id);
  // It leaves the lists before the dialog closes.
  const [kept, setKept] = useState(found);
  if (!kept && found) setKept(found);
  return kept ?? found;
}

/** Accepts a shared backup into a vault with room (SHR-06). */
export function AcceptShare({ project, about, close }: DialogProps) {
  const { t, locale } = useWords();
  const say = useReason();
  const id = about.backup?.[0] ?? '';
  const backup = useShared(project, id);
  const server = backup?.resource_type === resourceTypes.server;
  const vaults = useQuery({
    ...list('vault', project, {
      sort: 'name',
      limit: 200,
      filter: { type: server ? 'server' : 'disk' },
    }),
    enabled: backup !== undefined,
  });
  const [chosen, setChosen] = useState('');
  const accept = useMutation({
    mutationFn: () => answerShare(project, id, 'accepted', chosen),
    onSuccess: () => {
      const vault = vaults.data?.items.find((each) => each.id === chosen);
      toast('good', t('sharing.accepted_done', { name: backup?.name ?? '', vault: vault?.name ?? '' }));
      close();
    },
  });
  if (!backup) return null;
  return (
    <Dialog
      title={t('sharing.accept_title', { name: backup.name })}
      width="small"
      failure={vaults.error ?? accept.error}
      onClose={close}
      onSubmit={() => {
        if (chosen && !accept.isPending) accept.mutate();
      }}
      actions={
        <Button
          type="submit"
          kind="primary"
          busy={accept.isPending}
          reason={chosen ? undefined : t('sharing.accept_pick')}
        >
          {t('sharing.accept')}
        </Button>
      }
    >
      <p>{t('sharing.accept_text')}</p>
      {vaults.data?.items.length === 0 ? (
        <Empty title={t(server ? 'sharing.accept_none_server' : 'sharing.accept_none_disk')} />
      ) : (
        <Radios
          label={t('sharing.accept_vault')}
          value={chosen}
          onChange={setChosen}
          choices={(vaults.data?.items ?? []).map((each) => {
            const verdict = acceptInto(each);
            return {
              value: each.id,
              label: each.name,
              hint: t('sharing.room', {
                free: formatSize(Math.max(0, each.size_bytes - each.used_bytes), locale),
                size: formatSize(each.size_bytes, locale),
              }),
              reason: allowed(verdict) ? undefined : say(verdict.reason),
            };
          })}
        />
      )}
    </Dialog>
  );
}
