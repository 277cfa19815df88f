/** What went wrong with a request; `status` 0 means that the server did not answer. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: string | null,
    readonly hint: string | null,
    readonly requestId: string | null,
  ) {
    super(message);
    this.name = 'ApiFailure';
  }
}

/** Whether a refusal says that there is no such object, or no longer. */
export const isGone = (error: unknown): boolean => error instanceof ApiFailure && error.status === 404;
