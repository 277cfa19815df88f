// Users, projects, roles and access keys. Paths of the domain, not of a project.
import { queryOptions } from '@tanstack/react-query';
import { ask } from './client';
import { queryClient } from './queries';
import type { components } from './schema';

type Schemas = components['schemas'];
export type User = Schemas['User'];
export type Project = Schemas['Project'];
export type AccessKey = Schemas['AccessKey'];
export type NewKey = Schemas['NewKey'];

export const usersQuery = queryOptions({
  queryKey: ['admin', 'users'] as const,
  queryFn: ({ signal }) => ask('GET', '/coffer/v1/users', { signal }),
  select: (answer) => answer.users,
});

/** Projects of the domain; for all but administrators those in which one has a role. */
export const projectsQuery = queryOptions({
  queryKey: ['admin', 'projects'] as const,
  queryFn: ({ signal }) => ask('GET', '/v3/projects', { signal }),
  select: (answer) => answer.projects,
});

export const keysQuery = queryOptions({
  queryKey: ['admin', 'keys'] as const,
  queryFn: ({ signal }) => ask('GET', '/coffer/v1/access-keys', { signal }),
  select: (answer) => answer.access_keys,
});

const changed = (what: 'users' | 'projects' | 'keys') =>
  queryClient.invalidateQueries({ queryKey: ['admin', what] });
const at = (id: string) => ({ path: { user_id: id } });

export async function createUser(body: {
  name: string;
  description: string;
  password: string;
}): Promise<void> {
  await ask('POST', '/coffer/v1/users', { body: { user: body } });
  await changed('users');
}

export async function changeUser(
  id: string,
  body: { description?: string; enabled?: boolean },
): Promise<void> {
  await ask('PATCH', '/coffer/v1/users/{user_id}', { ...at(id), body: { user: body } });
  await changed('users');
}

export async function deleteUser(id: string): Promise<void> {
  await ask('DELETE', '/coffer/v1/users/{user_id}', at(id));
  await changed('users');
}

/** Sets a password; one's own needs the old one. */
export async function setPassword(id: string, password: string, original: string | null): Promise<void> {
  await ask('POST', '/coffer/v1/users/{user_id}/password', {
    ...at(id),
    body: { password, ...(original === null ? {} : { original_password: original }) },
  });
}

export async function createProject(body: { name: string; description: string }): Promise<void> {
  await ask('POST', '/coffer/v1/projects', { body: { project: body } });
  await changed('projects');
}

export async function changeProject(
  id: string,
  body: { name?: string; description?: string; enabled?: boolean },
): Promise<void> {
  await ask('PATCH', '/coffer/v1/projects/{project_id}', {
    path: { project_id: id },
    body: { project: body },
  });
  await changed('projects');
}

/** Makes an access key. Its secret is in this answer and nowhere else. */
export async function createKey(description: string): Promise<NewKey> {
  const answer = await ask('POST', '/coffer/v1/access-keys', { body: { access_key: { description } } });
  await changed('keys');
  return answer.access_key;
}

export async function deleteKey(access: string): Promise<void> {
  await ask('DELETE', '/coffer/v1/access-keys/{access}', { path: { access } });
  await changed('keys');
}
