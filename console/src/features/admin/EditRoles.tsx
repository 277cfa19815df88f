import type { DialogProps } from '../../app/dialogs';
import { RolesTable } from './RolesTable';
import { useUser } from './userDialogs';

/** Roles of a user. */
export default function EditRoles({ about, close }: DialogProps) {
  const { user, error } = useUser(about.id);
  return (
    <RolesTable
      of={{ user: about.id ?? '' }}
      name={user?.name ?? '…'}
      held={user?.roles ?? []}
      failure={error}
      close={close}
    />
  );
}
