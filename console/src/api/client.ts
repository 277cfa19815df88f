// The one door to the server: cookie session, the header that no form can send, errors with
// message, hint, code and request id.
import { ApiFailure } from '../lib/failure';
import type { paths } from './schema';

export { ApiFailure };

const lostSession = new Set<() => void>();

/** Calls `listener` whenever an answer says that the session has ended. */
export function onSessionLost(listener: () => void): () => void {
  lostSession.add(listener);
  return () => lostSession.delete(listener);
}

/** Tells that an answer said so. */
export function lost(): void {
  for (const listener of lostSession) listener();
}

async function send(input: Request): Promise<Response> {
  const request = new Request(input, { credentials: 'same-origin' });
  if (request.method !== 'GET' && request.method !== 'HEAD') request.headers.set('X-Coffer-Console', '1');
  let response: Response;
  try {
    response = await fetch(request);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiFailure(0, '', null, null, null);
  }
  // A refused login is an answer to the login form, not the end of a session.
  if (response.status === 401 && !new URL(request.url).pathname.endsWith('/session')) lost();
  return response;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Reads the failure out of an answer of any of the API's families. */
export function failureOf(response: Response, body: unknown): ApiFailure {
  let found = (body ?? {}) as Record<string, unknown>;
  // Keystone and Nova wrap the message in an object named after the fault.
  const inner = Object.values(found).find((value) => value && typeof value === 'object');
  if (text(found.error_msg) === null && inner) found = { ...found, ...(inner as object) };
  const message = text(found.error_msg) ?? text(found.message) ?? `${response.status} ${response.statusText}`;
  return new ApiFailure(
    response.status,
    message,
    text(found.error_code),
    text(found.hint),
    response.headers.get('x-request-id'),
  );
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What the document says of a method on a path; never where it knows none. */
type Operation<M extends Method, P extends keyof paths> =
  paths[P] extends Record<Lowercase<M>, infer Found> ? Found : never;
/** Paths of the document that have the method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: [Operation<M, P>] extends [never] ? never : P;
}[keyof paths];

type InPath<O> = O extends { parameters: { path: infer Found } } ? { path: Found } : { path?: undefined };
type InQuery<O> = O extends { parameters: { query?: infer Found } } ? { query?: Found } : unknown;
type InBody<O> = O extends { requestBody: { content: { 'application/json': infer Found } } }
  ? { body: Found }
  : { body?: undefined };
type Question<O> = InPath<O> & InQuery<O> & InBody<O> & { signal?: AbortSignal };

type Json<R> = R extends { content: { 'application/json': infer Found } } ? Found : undefined;
type Good<R> = { [S in Extract<keyof R, 200 | 201 | 202 | 204>]: Json<R[S]> }[Extract<
  keyof R,
  200 | 201 | 202 | 204
>];
/** What a method on a path answers when all went well. */
export type Answer<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { responses: infer R } ? Good<R> : never;

/** Asks the API in the document's words: path, parameters, body and answer are of its types. */
export function ask<M extends Method, P extends PathOf<M>>(
  method: M,
  path: P,
  question: Question<Operation<M, P>>,
): Promise<Answer<M, P>> {
  const {
    path: inPath = {},
    query = {},
    body,
    signal,
  } = question as {
    path?: Record<string, string | number>;
    query?: Record<string, unknown>;
    body?: unknown;
    signal?: AbortSignal;
  };
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(inPath[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') search.append(name, String(one));
    }
  }
  const text = search.toString();
  return call<Answer<M, P>>(method, text ? `${filled}?${text}` : filled, body, signal);
}

/** A call by path where the path is not known beforehand; else {@link ask}. */
export async function call<T>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const response = await send(
    new Request(new URL(path, location.origin), {
      method,
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    }),
  );
  const raw = await response.text();
  let parsed: unknown = null;
  try {
    parsed = raw ? JSON.parse(raw) : null;
  } catch {
    parsed = null;
  }
  if (!response.ok) throw failureOf(response, parsed);
  return parsed as T;
}
