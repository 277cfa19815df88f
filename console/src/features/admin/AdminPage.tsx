import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sessionQuery } from '../../api/queries';
import { useWords } from '../../messages';
import { Empty } from '../../ui/Failure';
import { Page } from '../../ui/Page';

/** Whether the user administers the domain; undefined until that is known. */
export const useAdmin = (): boolean | undefined => useQuery(sessionQuery).data?.domain_admin;

/** A page for administrators of the domain alone. */
export function AdminPage({
  title,
  about,
  actions,
  children,
}: {
  title: string;
  about?: string;
  actions: ReactNode;
  children: ReactNode;
}) {
  const { t } = useWords();
  const admin = useAdmin();
  return (
    <Page title={title} about={about} actions={admin ? actions : null}>
      {admin === false ? (
        <Empty title={t('admin.not_allowed')}>{t('admin.not_allowed_text')}</Empty>
      ) : (
        children
      )}
    </Page>
  );
}
