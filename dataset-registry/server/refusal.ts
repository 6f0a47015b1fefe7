/**
 * A refused request: an HTTP status and, as JSON, `{ code, message, remedy }` and facts. The fact
 * `retryAfterSeconds` is sent as the header of that name too, which clients know. The codes are a closed
 * list, which the description at `/openapi.json` and the metrics repeat.
 */
import type { Response } from 'express';

/** Each with the statuses that it comes with. */
export const refusalStatuses = {
  BAD_DIGEST: [400],
  BAD_PATH: [400],
  BAD_LIST: [400],
  BAD_RANGE: [400, 416],
  WRONG_LENGTH: [400],
  NOT_SIGNED: [401],
  UPLOADS_OFF: [403],
  NOT_ALLOWED: [403],
  NO_SUCH_PATH: [404],
  BLOB_MISSING: [404],
  UPLOAD_CUT_OFF: [408],
  UPLOAD_RUNNING: [409],
  TOO_MANY_LISTS: [409],
  LIST_IS_NEWER: [409],
  WRONG_OFFSET: [409],
  LENGTH_REQUIRED: [411],
  BLOB_TOO_LARGE: [413],
  QUOTA_EXCEEDED: [413],
  ENCODED_BODY: [415],
  WRONG_DIGEST: [422],
  NOT_A_MANIFEST: [422],
  TOO_MANY_REQUESTS: [429],
  TOO_MANY_UPLOADS: [429],
  BLOB_DENIED: [451],
  REGISTRY_FAILED: [500],
  TOO_MANY_PARTS: [503],
  BLOB_COMING: [503],
  CHAIN_SILENT: [503],
  TOO_MANY_STREAMS: [503],
  STORE_AWAY: [503],
  REGISTRY_FULL: [507],
} as const satisfies Record<string, readonly number[]>;

export type RefusalCode = keyof typeof refusalStatuses;

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: RefusalCode,
    message: string,
    readonly remedy: string,
    /** What a program needs to go on, beside the words. */
    readonly facts: Readonly<Record<string, number>> = {},
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

const blobHeaders = ['cache-control', 'etag', 'content-type', 'content-disposition'];

export function sendRefusal(response: Response, refusal: Refusal): void {
  noteCode(response, refusal.code);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, code, message, remedy, facts } = refusal;
  // What was meant for the blob would make a client take the refusal for it.
  for (const name of [...blobHeaders, 'content-range', 'content-length', 'content-encoding']) {
    response.removeHeader(name);
  }
  const { retryAfterSeconds, size } = facts;
  if (status === 416) response.set('content-range', `bytes */${size}`);
  if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
  response.status(status).json({ code, message, remedy, ...facts });
}

/** For the log and the metrics. */
function noteCode(response: Response, code: RefusalCode): void {
  response.locals['code'] = code;
}

export function codeOf(response: Response): RefusalCode | null {
  return (response.locals['code'] as RefusalCode | undefined) ?? null;
}
