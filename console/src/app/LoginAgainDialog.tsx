import { Dialog as Base } from '@base-ui/react/dialog';
import { useQueryClient } from '@tanstack/react-query';
import { sessionQuery } from '../api/queries';
import { useWords } from '../messages';
import dialog from '../ui/Dialog.module.css';
import { usePortal } from '../ui/portal';
import { LoginForm } from './LoginForm';

/** A login over the page, which keeps what was typed into it. */
export default function LoginAgainDialog({ onDone }: { onDone: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const container = usePortal();
  const user = client.getQueryData(sessionQuery.queryKey)?.user.name;
  return (
    <Base.Root open disablePointerDismissal onOpenChange={(_open, details) => details.cancel()}>
      <Base.Portal container={container}>
        <Base.Backdrop className={dialog.veil} />
        <Base.Viewport className={dialog.viewport}>
          <Base.Popup
            data-modal=""
            className={`${dialog.popup} ${dialog.small}`}
            initialFocus={() => document.querySelector<HTMLInputElement>('[data-again] input[name=password]')}
          >
            <header className={dialog.head}>
              <Base.Title className={dialog.title}>{t('login.again')}</Base.Title>
            </header>
            <div className={dialog.body} data-again="">
              <p>{t('login.again_text')}</p>
              <LoginForm
                {...(user ? { user } : {})}
                onDone={(session) => {
                  client.setQueryData(sessionQuery.queryKey, session);
                  onDone();
                  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
                }}
              />
            </div>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
