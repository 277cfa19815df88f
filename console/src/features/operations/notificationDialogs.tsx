import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  changeSubscription,
  createSubscription,
  deleteSubscription,
  type EventName,
  type Subscription,
  subscriptionQuery,
  subscriptionsQuery,
} from '../../api/operations';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { useKept } from '../../app/useKept';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Confirm, Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { Group, Radios, TextField, Tick } from '../../ui/Form';
import { StatusWord } from '../../ui/StatusWord';
import { Age } from '../../ui/Time';
import css from './operations.module.css';

const events: readonly EventName[] = ['task_failed', 'vault_threshold', 'objective_missed', 'objective_met'];
/** Fewest and most characters of a secret, and most addresses of mails, as the server takes them. */
const secretLengths = { least: 16, most: 256 } as const;
const mostAddresses = 20;

/** Makes a subscription, or edits the one that the address names. */
export function EditNotification({ project, about, close }: DialogProps) {
  const { data } = useQuery({ ...subscriptionsQuery(project), enabled: Boolean(about.id) });
  const found = data?.find((each) => each.id === about.id);
  if (about.id && !found) return null;
  return <NotificationForm key={about.id ?? 'new'} project={project} before={found ?? null} close={close} />;
}

function NotificationForm({
  project,
  before,
  close,
}: {
  project: string;
  before: Subscription | null;
  close: () => void;
}) {
  const { t } = useWords();
  const [first] = useState(before);
  const [name, setName] = useState(first?.name ?? '');
  const [kind, setKind] = useState<'email' | 'webhook'>(first?.kind ?? 'email');
  const [addresses, setAddresses] = useState(first?.addresses?.join(', ') ?? '');
  const [url, setUrl] = useState(first?.url ?? '');
  const [secret, setSecret] = useState('');
  const [unsigned, setUnsigned] = useState(false);
  const [wanted, setWanted] = useState<readonly EventName[]>(first?.events ?? events);
  const [shown, setShown] = useState(false);
  const list = addresses
    .split(/[\s,;]+/)
    .map((each) => each.trim())
    .filter(Boolean);
  const wrongName = name.trim() && name.trim().length <= 64 ? null : t('notify.name_rule');
  const wrongMail =
    list.length >= 1 && list.length <= mostAddresses && list.every((each) => /^[^@\s]+@[^@\s]+$/.test(each))
      ? null
      : t('notify.addresses_rule', { n: mostAddresses });
  const wrongUrl = /^https?:\/\/\S+$/.test(url.trim()) ? null : t('notify.url_rule');
  const wrongSecret =
    secret === '' || (secret.length >= secretLengths.least && secret.length <= secretLengths.most)
      ? null
      : t('notify.secret_rule', secretLengths);
  const wrongEvents = wanted.length ? null : t('notify.events_rule');
  const wrong = wrongName ?? (kind === 'email' ? wrongMail : (wrongUrl ?? wrongSecret)) ?? wrongEvents;
  const dirty =
    name !== (first?.name ?? '') ||
    addresses !== (first?.addresses?.join(', ') ?? '') ||
    url !== (first?.url ?? '') ||
    secret !== '' ||
    unsigned ||
    [...wanted].sort().join() !== [...(first?.events ?? events)].sort().join();
  const save = useChange(
    () => {
      const body = {
        name: name.trim(),
        events: [...wanted],
        ...(kind === 'email'
          ? { addresses: list }
          : { url: url.trim(), ...(unsigned ? { secret: '' } : secret ? { secret } : {}) }),
      };
      return first ? changeSubscription(project, first.id, body) : createSubscription(project, body);
    },
    t('notify.saved', { name: name.trim() }),
    close,
  );
  return (
    <Dialog
      title={first ? t('notify.edit_title', { name: first.name }) : t('notify.create')}
      dirty={dirty}
      failure={save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrong && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t(first ? 'notify.save' : 'notify.create')}
        </Button>
      }
    >
      <TextField
        label={t('notify.name')}
        required
        maxLength={64}
        value={name}
        error={wrongName}
        shown={shown}
        onChange={setName}
      />
      {first ? null : (
        <Radios
          label={t('notify.kind')}
          value={kind}
          onChange={setKind}
          choices={[
            { value: 'email', label: t('notify.kind_email') },
            { value: 'webhook', label: t('notify.kind_webhook') },
          ]}
        />
      )}
      {kind === 'email' ? (
        <TextField
          label={t('notify.addresses')}
          required
          hint={t('notify.addresses_hint')}
          value={addresses}
          error={wrongMail}
          shown={shown}
          onChange={setAddresses}
        />
      ) : (
        <>
          <TextField
            label={t('notify.url')}
            required
            type="url"
            value={url}
            error={wrongUrl}
            shown={shown}
            onChange={setUrl}
          />
          {unsigned ? null : (
            <TextField
              label={t('notify.secret')}
              type="password"
              autoComplete="new-password"
              hint={t(first?.signed ? 'notify.secret_kept' : 'notify.secret_hint')}
              value={secret}
              error={wrongSecret}
              shown={shown}
              onChange={setSecret}
            />
          )}
          {first?.signed ? (
            <Tick label={t('notify.unsigned')} checked={unsigned} onChange={setUnsigned} />
          ) : null}
        </>
      )}
      <Group label={t('notify.events')}>
        {events.map((each) => (
          <Tick
            key={each}
            label={t(`notify.event_${each}`)}
            checked={wanted.includes(each)}
            onChange={(on) => setWanted(on ? [...wanted, each] : wanted.filter((other) => other !== each))}
          />
        ))}
        {shown && wrongEvents ? <Note tone="bad">{wrongEvents}</Note> : null}
      </Group>
    </Dialog>
  );
}

/** What was told to a subscription lately. */
export function Notification({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { data, error } = useQuery(subscriptionQuery(project, about.id ?? ''));
  return (
    <Dialog
      title={t('notify.deliveries_of', { name: data?.subscription.name ?? '…' })}
      width="wide"
      failure={error}
      onClose={close}
      cancelLabel={t('kit.close')}
    >
      {data?.deliveries.length === 0 ? <p className="soft">{t('notify.deliveries_none')}</p> : null}
      {data?.deliveries.length ? (
        <table className={css.deliveries}>
          <thead>
            <tr>
              <th scope="col">{t('notify.at')}</th>
              <th scope="col">{t('notify.subject')}</th>
              <th scope="col">{t('notify.status')}</th>
              <th scope="col">{t('notify.attempts')}</th>
            </tr>
          </thead>
          <tbody>
            {data.deliveries.map((each) => (
              <tr key={each.id}>
                <td>
                  <Age at={each.created_at} />
                </td>
                <th scope="row">{each.subject || each.event}</th>
                <td>
                  <StatusWord
                    look={
                      each.state === 'delivered'
                        ? { tone: 'good', key: 'notify.delivered' }
                        : each.state === 'failed'
                          ? { tone: 'bad', key: 'notify.failed' }
                          : { tone: 'busy', key: 'notify.waiting', passing: true }
                    }
                    detail={each.error}
                  />
                </td>
                <td className="number">{each.attempts}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </Dialog>
  );
}

export function DeleteNotification({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const { data } = useQuery(subscriptionsQuery(project));
  const found = useKept(data?.find((each) => each.id === about.id));
  const remove = useChange(
    () => deleteSubscription(project, about.id ?? ''),
    t('notify.deleted', { name: found?.name ?? '' }),
    close,
  );
  if (!found) return null;
  return (
    <Confirm
      level={1}
      title={t('notify.delete_title', { name: found.name })}
      action={t('notify.delete')}
      destroys
      busy={remove.isPending}
      failure={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={close}
    >
      <p>{t('notify.delete_text')}</p>
    </Confirm>
  );
}
