/**
 * One line for each request, and for whatever failed: JSON objects with fixed fields, for programs to
 * search. What a stranger wrote comes in only as a digest or an account that was checked; its address is
 * in it (IPv6 to the network), so an operator answers for how long lines are kept.
 */
import type { NextFunction, Request, Response } from 'express';
import { isDigest, type Digest } from '../digest/digest.js';
import { groupOf } from './connection-counts.js';
import { routeOf, type Metrics, type MetricRoute } from './metrics.js';
import { codeOf, type RefusalCode } from './refusal.js';

export interface RequestLine {
  at: string;
  event: 'request';
  address: string;
  method: string;
  route: MetricRoute;
  digest: Digest | null;
  /** Who signed, when the signature was right. */
  account: string | null;
  /** 0: the client went away before an answer. */
  status: number;
  code: RefusalCode | null;
  ms: number;
  sentBytes: number;
  receivedBytes: number;
}

export interface FailureLine {
  at: string;
  event: 'failure';
  what: string;
  error: string;
}

/** A mirror and one of its peers. */
export interface PeerLine {
  at: string;
  event: 'peer';
  peer: string;
  digest: Digest;
  outcome: string;
  bytes: number;
}

export type LogLine = RequestLine | FailureLine | PeerLine;
export type Log = (line: LogLine) => void;

/** Watches each request to its end, for the metrics and the log. */
export function observeRequests(it: { metrics: Metrics; log: Log | null; now: () => number }) {
  const { metrics, log, now } = it;
  // A head and its body come together: what a socket moved since its last request is this one's.
  const moved = new WeakMap<object, { sent: number; received: number }>();
  return (request: Request, response: Response, next: NextFunction): void => {
    const { socket } = request;
    const began = performance.now();
    // Read now: a proxy's word on the address is gone when the socket is.
    const address = groupOf(request.ip ?? '');
    metrics.requestBegan();
    response.once('close', () => {
      const before = moved.get(socket) ?? { sent: 0, received: 0 };
      const { bytesWritten: sent, bytesRead: received } = socket;
      moved.set(socket, { sent, received });
      const outcome = {
        method: request.method,
        route: routeOf(request.path),
        status: response.headersSent ? response.statusCode : 0,
        code: codeOf(response),
        ms: Math.round(performance.now() - began),
        sentBytes: sent - before.sent,
        receivedBytes: received - before.received,
      };
      metrics.requestEnded(outcome);
      const account = accountOf(response);
      const line = { at: new Date(now()).toISOString(), event: 'request' as const, address };
      log?.({ ...line, ...outcome, digest: digestIn(request), account });
    });
    next();
  };
}

export function noteAccount(response: Response, account: string): void {
  response.locals['account'] = account;
}

function accountOf(response: Response): string | null {
  return (response.locals['account'] as string | undefined) ?? null;
}

function digestIn({ path }: Request): Digest | null {
  const last = path.slice(path.lastIndexOf('/') + 1);
  return isDigest(last) ? last : null;
}
