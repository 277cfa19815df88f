import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router';
import { useWords } from '../messages';
import { Failure } from '../ui/Failure';
import css from './Login.module.css';

/** A page that could not be shown: what failed, and Retry. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const { t } = useWords();
  const router = useRouter();
  return (
    <main className={css.page}>
      <div className={css.card}>
        <h1>{t('frame.broken')}</h1>
        <Failure
          error={error}
          retry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </div>
    </main>
  );
}

export function NotFound() {
  const { t } = useWords();
  return (
    <main className={css.page}>
      <div className={css.card}>
        <h1>{t('frame.not_found')}</h1>
        <p>{t('frame.not_found_text')}</p>
        <Link to="/">{t('frame.to_start')}</Link>
      </div>
    </main>
  );
}
