// Groups of users, and roles with what they allow.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components } from './schema';

type Schemas = components['schemas'];
export type GroupOfUsers = Schemas['GroupBody'];
export type Role = Schemas['RoleBody'];
export type PolicyDocument = Schemas['PolicyDocument'];
export type Statement = Schemas['PolicyStatement'];
/** A role that somebody has on a project, or on the domain where that is null. */
export type Granted = Schemas['Granted'];

export const groupsQuery = queryOptions({
  queryKey: ['admin', 'groups'] as const,
  queryFn: ({ signal }) => ask('GET', '/coffer/v1/groups', { signal }),
  select: (answer) => answer.groups,
});

export const rolesQuery = queryOptions({
  queryKey: ['admin', 'roles'] as const,
  queryFn: ({ signal }) => ask('GET', '/coffer/v1/roles', { signal }),
  select: (answer) => answer.roles,
});

/** The actions that policies can name. */
export const actionsQuery = queryOptions({
  queryKey: ['admin', 'actions'] as const,
  queryFn: ({ signal }) => ask('GET', '/coffer/v1/actions', { signal }),
  select: (answer) => answer.actions,
  staleTime: Number.POSITIVE_INFINITY,
});

const changed = (...what: ('users' | 'groups' | 'roles')[]) =>
  Promise.all(what.map((each) => queryClient.invalidateQueries({ queryKey: ['admin', each] })));
const ofGroup = (id: string) => ({ path: { group_id: id } });
const ofRole = (id: string) => ({ path: { role_id: id } });

/** Makes a group, or changes the one with the id. */
export async function saveGroup(
  id: string | null,
  group: { name: string; description: string },
): Promise<void> {
  if (id === null) await ask('POST', '/coffer/v1/groups', { body: { group } });
  else await ask('PATCH', '/coffer/v1/groups/{group_id}', { ...ofGroup(id), body: { group } });
  await changed('groups');
}

export async function deleteGroup(id: string): Promise<void> {
  await ask('DELETE', '/coffer/v1/groups/{group_id}', ofGroup(id));
  await changed('groups', 'users');
}

/** Takes a user into a group, or out of it. */
export async function setMember(group: string, user: string, member: boolean): Promise<void> {
  await ask(member ? 'PUT' : 'DELETE', '/coffer/v1/groups/{group_id}/users/{user_id}', {
    path: { group_id: group, user_id: user },
  });
  await changed('groups', 'users');
}

/** Gives a role to a user or a group, or takes it back: on a project, or on the domain where it is null. */
export async function setRole(
  to: { user: string } | { group: string },
  project: string | null,
  role: string,
  granted: boolean,
): Promise<void> {
  const method = granted ? 'PUT' : 'DELETE';
  if ('user' in to) {
    const path = { user_id: to.user, role };
    if (project === null) await ask(method, '/coffer/v1/domain/users/{user_id}/roles/{role}', { path });
    else
      await ask(method, '/coffer/v1/projects/{project_id}/users/{user_id}/roles/{role}', {
        path: { ...path, project_id: project },
      });
  } else {
    const path = { group_id: to.group, role };
    if (project === null) await ask(method, '/coffer/v1/domain/groups/{group_id}/roles/{role}', { path });
    else
      await ask(method, '/coffer/v1/projects/{project_id}/groups/{group_id}/roles/{role}', {
        path: { ...path, project_id: project },
      });
  }
  await changed('users', 'groups');
}

/** Makes a role, or changes the one with the id. */
export async function saveRole(
  id: string | null,
  role: { name: string; description: string; policy: PolicyDocument },
): Promise<void> {
  if (id === null) await ask('POST', '/coffer/v1/roles', { body: { role } });
  else await ask('PATCH', '/coffer/v1/roles/{role_id}', { ...ofRole(id), body: { role } });
  await changed('roles');
}

export async function deleteRole(id: string): Promise<void> {
  await ask('DELETE', '/coffer/v1/roles/{role_id}', ofRole(id));
  await changed('roles');
}
