// The one door to the server: cookie session, the header that no form can send, errors with
// message, hint, code and request id.
import createClient from 'openapi-fetch';
import { ApiFailure } from '../lib/failure';
import type { paths } from './schema';

export { ApiFailure };

const lostSession = new Set<() => void>();

/** Calls `listener` whenever an answer says that the session has ended. */
export function onSessionLost(listener: () => void): () => void {
  lostSession.add(listener);
  return () => lostSession.delete(listener);
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
  if (response.status === 401 && !new URL(request.url).pathname.endsWith('/session')) {
    for (const listener of lostSession) listener();
  }
  return response;
}

/** Typed client over the OpenAPI document. Use with {@link must}. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', fetch: send });

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

/** The data of a successful answer; throws {@link ApiFailure} otherwise. */
export async function must<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw failureOf(response, error);
  return data as T;
}

/** A call by path for endpoints whose type is given at the call. */
export async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
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
