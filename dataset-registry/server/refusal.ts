/** A refused request: an HTTP status and, as JSON, `{ code, message, remedy }`. */
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
  response.status(status).json({ code, message, remedy, ...facts });
}
