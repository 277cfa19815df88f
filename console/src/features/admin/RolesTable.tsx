import { useQuery } from '@tanstack/react-query';
import { projectsQuery } from '../../api/admin';
import { type Granted, rolesQuery, setRole } from '../../api/people';
import { useAtOnce } from '../../app/useAtOnce';
import { useWords } from '../../messages';
import { Dialog } from '../../ui/Dialog';
import { Tick } from '../../ui/Form';
import css from './admin.module.css';
import { useRoleName } from './parts';

/** The roles of a user or a group, on each project and on all of them: every tick acts at once. */
export function RolesTable({
  of,
  name,
  held,
  failure,
  close,
}: {
  of: { user: string } | { group: string };
  name: string;
  held: readonly Granted[];
  failure: unknown;
  close: () => void;
}) {
  const { t } = useWords();
  const roleName = useRoleName();
  const { data: projects } = useQuery(projectsQuery);
  const { data: roles, error } = useQuery(rolesQuery);
  const change = useAtOnce((wanted: { project: string | null; role: string; granted: boolean }) =>
    setRole(of, wanted.project, wanted.role, wanted.granted),
  );
  const { asked } = change;
  // What was ticked shows at once; the answer corrects it.
  const has = (project: string | null, role: string): boolean =>
    asked?.project === project && asked.role === role
      ? asked.granted
      : held.some((each) => each.project_id === project && each.role_id === role);
  const places = [{ id: null, name: t('admin.all_projects') }, ...(projects ?? [])];
  return (
    <Dialog
      title={t('admin.roles_of', { name })}
      width="wide"
      failure={failure ?? error ?? change.error}
      onClose={close}
      cancelLabel={t('admin.done')}
    >
      <div className={css.wide}>
        <table className={css.roles}>
          <thead>
            <tr>
              <th scope="col">{t('admin.project')}</th>
              {roles?.map((role) => (
                <th key={role.id} scope="col">
                  {roleName(role.name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {places.map((place) => (
              <tr key={place.id}>
                <th scope="row">{place.name}</th>
                {roles?.map((role) => (
                  <td key={role.id}>
                    <Tick
                      label={t('admin.role_of', { role: roleName(role.name), project: place.name })}
                      hiddenLabel
                      checked={has(place.id, role.id)}
                      reason={asked ? t('kit.loading') : undefined}
                      onChange={(granted) => change.ask({ project: place.id, role: role.id, granted })}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Dialog>
  );
}
