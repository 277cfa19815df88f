// Users, projects, roles and access keys. Paths of the domain, not of a project.
import { queryOptions } from '@tanstack/react-query';
import { call } from './client';
import { queryClient } from './queries';

export interface Granted {
  role: string;
  /** Null for the domain, and so for all of its projects. */
  project_id: string | null;
}

export interface User {
  id: string;
  name: string;
  domain_id: string;
  description: string;
  enabled: boolean;
  has_password: boolean;
  default_project_id: string | null;
  created_at: string;
  roles: Granted[];
}

export interface Project {
  id: string;
  name: string;
  description: string;
  enabled: boolean;
}

export interface AccessKey {
  access: string;
  description: string;
  enabled: boolean;
  created_at: string;
}

/** Roles in a project. */
export const roles = ['admin', 'user', 'readonly'] as const;

const user = (id: string, rest = '') => `/coffer/v1/users/${encodeURIComponent(id)}${rest}`;

export const usersQuery = queryOptions({
  queryKey: ['admin', 'users'] as const,
  queryFn: ({ signal }) => call<{ users: User[] }>('GET', '/coffer/v1/users', undefined, signal),
  select: (answer) => answer.users,
});

/** Projects of the domain; for all but administrators those in which one has a role. */
export const projectsQuery = queryOptions({
  queryKey: ['admin', 'projects'] as const,
  queryFn: ({ signal }) => call<{ projects: Project[] }>('GET', '/v3/projects', undefined, signal),
  select: (answer) => answer.projects,
});

export const keysQuery = queryOptions({
  queryKey: ['admin', 'keys'] as const,
  queryFn: ({ signal }) =>
    call<{ access_keys: AccessKey[] }>('GET', '/coffer/v1/access-keys', undefined, signal),
  select: (answer) => answer.access_keys,
});

const changed = (what: 'users' | 'projects' | 'keys') =>
  queryClient.invalidateQueries({ queryKey: ['admin', what] });

export async function createUser(body: {
  name: string;
  description: string;
  password: string;
}): Promise<void> {
  await call('POST', '/coffer/v1/users', { user: body });
  await changed('users');
}

export async function changeUser(
  id: string,
  body: { description?: string; enabled?: boolean },
): Promise<void> {
  await call('PATCH', user(id), { user: body });
  await changed('users');
}

export async function deleteUser(id: string): Promise<void> {
  await call('DELETE', user(id));
  await changed('users');
}

/** Sets a password; one's own needs the old one. */
export async function setPassword(id: string, password: string, original: string | null): Promise<void> {
  await call('POST', user(id, '/password'), {
    password,
    ...(original === null ? {} : { original_password: original }),
  });
}

export async function setRole(project: string, id: string, role: string, granted: boolean): Promise<void> {
  await call(
    granted ? 'PUT' : 'DELETE',
    `/coffer/v1/projects/${encodeURIComponent(project)}/users/${encodeURIComponent(id)}/roles/${encodeURIComponent(role)}`,
  );
  await changed('users');
}

export async function createProject(body: { name: string; description: string }): Promise<void> {
  await call('POST', '/coffer/v1/projects', { project: body });
  await changed('projects');
}

export async function changeProject(
  id: string,
  body: { name?: string; description?: string; enabled?: boolean },
): Promise<void> {
  await call('PATCH', `/coffer/v1/projects/${encodeURIComponent(id)}`, { project: body });
  await changed('projects');
}

export interface NewKey {
  access: string;
  secret: string;
}

/** Makes an access key. Its secret is in this answer and nowhere else. */
export async function createKey(description: string): Promise<NewKey> {
  const answer = await call<{ access_key: NewKey }>('POST', '/coffer/v1/access-keys', {
    access_key: { description },
  });
  await changed('keys');
  return answer.access_key;
}

export async function deleteKey(access: string): Promise<void> {
  await call('DELETE', `/coffer/v1/access-keys/${encodeURIComponent(access)}`);
  await changed('keys');
}
