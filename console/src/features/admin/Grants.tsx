import type { Project } from '../../api/admin';
import type { Granted } from '../../api/people';
import { useWords } from '../../messages';
import css from './admin.module.css';
import { useRoleName } from './parts';

/** Roles and where they hold, one a line. */
export function Grants({
  grants,
  projects,
}: {
  grants: readonly Granted[];
  projects: readonly Project[] | undefined;
}) {
  const { t } = useWords();
  const roleName = useRoleName();
  if (grants.length === 0) return <span className="soft">{t('admin.no_role')}</span>;
  const project = (id: string | null) =>
    id === null ? t('admin.all_projects') : (projects?.find((each) => each.id === id)?.name ?? id);
  return (
    <span className={css.list}>
      {grants.map((each) => (
        <span key={`${each.role_id} ${each.project_id ?? ''}`}>
          {t('admin.role_of', { role: roleName(each.role), project: project(each.project_id) })}
        </span>
      ))}
    </span>
  );
}
