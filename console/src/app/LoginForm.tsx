import { useRef, useState } from 'react';
import { ApiFailure, ask } from '../api/client';
import type { Session } from '../api/types';
import { useWords } from '../messages';
import { Button } from '../ui/Button';
import { Failure, Note } from '../ui/Failure';
import { TextField } from '../ui/Form';
import css from './Login.module.css';

/** Name and password; the rest is the browser's cookie. */
export function LoginForm({ user: fixed, onDone }: { user?: string; onDone: (session: Session) => void }) {
  const { t } = useWords();
  const [user, setUser] = useState(fixed ?? '');
  const [domain, setDomain] = useState('');
  const [withDomain, setWithDomain] = useState(false);
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const secret = useRef<HTMLInputElement>(null);

  const submit = async () => {
    setTried(true);
    if (!user || !password || busy) return;
    setBusy(true);
    setFailure(null);
    try {
      const body = { user, password, ...(withDomain && domain ? { domain } : {}) };
      onDone(await ask('POST', '/coffer/v1/session', { body }));
    } catch (error) {
      setFailure(error);
      setPassword('');
      setTried(false);
      secret.current?.focus();
    } finally {
      setBusy(false);
    }
  };

  const refused = failure instanceof ApiFailure && failure.status === 401;
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        void submit();
      }}
    >
      {refused ? (
        <div role="alert">
          <Note tone="bad">{t('login.refused')}</Note>
        </div>
      ) : failure ? (
        <Failure error={failure} />
      ) : null}
      <TextField
        label={t('login.user')}
        value={user}
        onChange={setUser}
        readOnly={fixed !== undefined}
        autoComplete="username"
        name="user"
        autoCapitalize="none"
        spellCheck={false}
        required
        shown={tried}
        error={user ? null : t('login.user_missing')}
      />
      <TextField
        ref={secret}
        label={t('login.password')}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        name="password"
        required
        shown={tried}
        error={password ? null : t('login.password_missing')}
      />
      {withDomain ? (
        <TextField
          label={t('login.domain')}
          value={domain}
          onChange={setDomain}
          name="domain"
          autoCapitalize="none"
          spellCheck={false}
        />
      ) : (
        <Button kind="link" className={css.other} onClick={() => setWithDomain(true)}>
          {t('login.other_domain')}
        </Button>
      )}
      <Button type="submit" kind="primary" busy={busy}>
        {t('login.submit')}
      </Button>
    </form>
  );
}
