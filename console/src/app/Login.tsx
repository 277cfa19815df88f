import { useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { sessionQuery } from '../api/queries';
import { useWords } from '../messages';
import { Note } from '../ui/Failure';
import { Icon } from '../ui/icons';
import css from './Login.module.css';
import { LoginForm } from './LoginForm';

/** The page of those who have no session. */
export default function Login() {
  const { t } = useWords();
  const router = useRouter();
  const client = useQueryClient();
  const { next, none } = useSearch({ from: '/login' });
  useEffect(() => {
    document.title = `${t('login.title')} – Coffer`;
    document.querySelector<HTMLInputElement>('input[name=user]')?.focus();
  }, [t]);
  return (
    <main className={css.page}>
      <div className={css.card}>
        <p className={css.brand}>
          <Icon name="vault" size={22} /> Coffer
        </p>
        <h1>{t('login.title')}</h1>
        {none ? <Note tone="warn">{t('login.no_project')}</Note> : null}
        <LoginForm
          onDone={(session) => {
            client.clear();
            client.setQueryData(sessionQuery.queryKey, session);
            // Only an address of the console itself, never one from elsewhere.
            const inside = next?.startsWith('/') && !next.startsWith('//') ? next : '/';
            router.history.replace(inside.startsWith('/console') ? inside : `/console${inside}`);
          }}
        />
      </div>
    </main>
  );
}
