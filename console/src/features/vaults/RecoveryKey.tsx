import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { one } from '../../api/queries';
import { confirmRecoveryKey, makeRecoveryKey, type RecoveryKey } from '../../api/safety';
import type { DialogProps } from '../../app/dialogs';
import { useChange } from '../../app/useChange';
import { saveText } from '../../lib/csv';
import { useWords } from '../../messages';
import { Button } from '../../ui/Button';
import { Copyable } from '../../ui/Copyable';
import { Dialog } from '../../ui/Dialog';
import { Note } from '../../ui/Failure';
import { TextField } from '../../ui/Form';
import { Facts } from '../../ui/Page';
import css from './vaults.module.css';

/** Makes a recovery key and shows it, once. */
export function MakeRecoveryKey({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const id = about.vault ?? '';
  const { data: vault, error } = useQuery(one('vault', project, id));
  const [key, setKey] = useState<RecoveryKey | null>(null);
  const make = useMutation({ mutationFn: () => makeRecoveryKey(project, id), onSuccess: setKey });
  if (!vault) return null;
  const title = t('recovery.title_of', { name: vault.name });
  if (key) {
    return (
      <Dialog
        title={title}
        onClose={close}
        cancelLabel={t('kit.close')}
        actions={
          <Button
            kind="primary"
            icon="export"
            onClick={() => saveText(`${vault.name}-recovery-key.txt`, key.text, 'text/plain')}
          >
            {t('recovery.save')}
          </Button>
        }
      >
        <Note tone="warn">{t('recovery.once')}</Note>
        <Facts
          facts={[
            [
              t('recovery.fingerprint'),
              <Copyable key="f" text={key.fingerprint} name={t('recovery.fingerprint')} />,
            ],
          ]}
        />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <pre className={css.secret} tabIndex={0} role="region" aria-label={t('recovery.title')}>
          {key.text}
        </pre>
        <p>{t('recovery.then')}</p>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={title}
      failure={error ?? make.error}
      onClose={close}
      onSubmit={() => {
        if (!make.isPending) make.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={make.isPending}>
          {t('recovery.make')}
        </Button>
      }
    >
      <p>{t('recovery.about')}</p>
      <p>{t('recovery.earlier')}</p>
    </Dialog>
  );
}

/** Shows that the key is kept: by its fingerprint, read from where it is kept. */
export function ConfirmRecoveryKey({ project, about, close }: DialogProps) {
  const { t } = useWords();
  const id = about.vault ?? '';
  const { data: vault, error } = useQuery(one('vault', project, id));
  const [typed, setTyped] = useState('');
  const [shown, setShown] = useState(false);
  const wrong = typed.trim() ? null : t('recovery.fingerprint_rule');
  const save = useChange(
    () => confirmRecoveryKey(project, id, typed.trim()),
    t('recovery.confirmed_done', { name: vault?.name ?? '' }),
    close,
  );
  if (!vault) return null;
  return (
    <Dialog
      title={t('recovery.confirm_of', { name: vault.name })}
      width="small"
      dirty={typed !== ''}
      failure={error ?? save.error}
      onClose={close}
      onSubmit={() => {
        setShown(true);
        if (!wrong && !save.isPending) save.mutate();
      }}
      actions={
        <Button type="submit" kind="primary" busy={save.isPending}>
          {t('recovery.confirm')}
        </Button>
      }
    >
      <TextField
        label={t('recovery.fingerprint')}
        required
        mono
        autoComplete="off"
        hint={t('recovery.fingerprint_hint')}
        value={typed}
        error={wrong}
        shown={shown}
        onChange={setTyped}
      />
    </Dialog>
  );
}
