/**
 * A refused request: an HTTP status and, as JSON, `{ code, message, remedy }` and facts. The fact
 * `retryAfterSeconds` is sent as the header of that name too, which clients know.
 */
import type { Response } from 'express';

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly remedy: string,
    /** What a program needs to go on, beside the words. */
    readonly facts: Readonly<Record<string, number>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function sendRefusal(response: Response, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, code, message, remedy, facts } = refusal;
  for (const name of ['cache-control', 'etag', 'content-range', 'content-length']) {
    response.removeHeader(name);
  }
  const { retryAfterSeconds } = facts;
  if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
  response.status(status).json({ code, message, remedy, ...facts });
}
