import { ApiFailure } from '../lib/failure';
import { useWords } from '../messages';
import { Button } from './Button';
import css from './Failure.module.css';
import { Icon } from './icons';
import { Prose } from './Prose';

/** What an error says to people: message, hint, code, request id. */
export function useFailureText(error: unknown): { message: string; hint: string | null; detail: string } {
  const { t } = useWords();
  if (error instanceof ApiFailure) {
    if (error.status === 0) return { message: t('kit.no_answer'), hint: t('kit.no_answer_hint'), detail: '' };
    const detail = [error.code, error.requestId ? `${t('kit.request')} ${error.requestId}` : null]
      .filter(Boolean)
      .join(' · ');
    return { message: error.message, hint: error.hint, detail };
  }
  return {
    message: t('kit.console_failed'),
    hint: null,
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** The banner of a refused request on top of a dialog or page. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useWords();
  const { message, hint, detail } = useFailureText(error);
  const all = [message, hint, detail].filter(Boolean).join('\n');
  return (
    <div role="alert" className={`${css.banner} ${css.bad}`}>
      <Icon name="cross" />
      <div className="grow">
        <strong>
          <Prose text={message} />
        </strong>
        {hint ? (
          <p>
            <Prose text={hint} />
          </p>
        ) : null}
        {detail ? <p className={css.detail}>{detail}</p> : null}
      </div>
      {retry ? <Button onClick={retry}>{t('kit.retry')}</Button> : null}
      <Button
        kind="quiet"
        icon="copy"
        aria-label={t('kit.copy_error')}
        onClick={() => navigator.clipboard?.writeText(all)}
      />
    </div>
  );
}

/** A remark in a page or dialog. */
export function Note({
  tone = 'info',
  children,
  action,
}: {
  tone?: 'info' | 'warn' | 'bad' | 'good';
  children: React.ReactNode;
  action?: React.ReactNode;
}) {
  const icon = tone === 'info' ? 'info' : tone === 'good' ? 'tick' : tone === 'warn' ? 'warn' : 'cross';
  return (
    <div className={`${css.banner} ${css[tone]}`}>
      <Icon name={icon} />
      <div className="grow">{children}</div>
      {action}
    </div>
  );
}

/** Why a list is empty, and the next step. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: React.ReactNode;
  action?: React.ReactNode;
}) {
  return (
    <div className={css.empty}>
      <p className="strong">{title}</p>
      {children ? <p className="soft">{children}</p> : null}
      {action}
    </div>
  );
}
