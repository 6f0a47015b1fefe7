/**
 * What is left of a request's body when it is answered. Somebody who announces a gigabyte and sends a
 * byte now and then would hold the connection for ever: it is neither silent nor done. So such a
 * connection ends with the answer, after a moment in which the client may still send and hear it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { drainBytesMax } from './limits.js';

const draining = new WeakSet<IncomingMessage>();

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Before an answer: unless all of the body has come, the connection ends with it. */
export function endUnread(
  request: IncomingMessage,
  response: ServerResponse,
  drainMs: number,
): void {
  if (!hasBody(request) || request.complete || draining.has(request)) return;
  draining.add(request);
  if (!response.headersSent) response.setHeader('connection', 'close');
  // Reads on for a moment, so that a client still sending gets the answer and not a reset.
  let left = drainBytesMax;
  const timer = setTimeout(() => request.destroy(), drainMs).unref();
  request.on('data', (piece: Uint8Array) => {
    left -= piece.length;
    if (left < 0) request.destroy();
  });
  request.once('close', () => clearTimeout(timer));
  request.resume();
}
