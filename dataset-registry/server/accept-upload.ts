/** An upload from its head to its answer: who signs, what it may take, where it goes. */
import type { Request, Response } from 'express';
import { authenticate } from './authenticate.js';
import { blobBytesMax } from './limits.js';
import { readersHeader } from '../store/http-store.js';
import { notYours, ownerOf, readListName } from './private-shelf.js';
import type { Reservation } from './quota.js';
import type { RegistryParts } from './registry-parts.js';
import { noteAccount } from './request-log.js';
import { checkTotal, readContentRange } from './resumable.js';
import { readDigest } from './serve-blob.js';
import { endUnread } from './unread-body.js';
import { announcedBytes, receiveBlob, uploadTimesDefault } from './upload.js';
import type { RunningUpload } from './upload-slots.js';

export async function acceptUpload(
  it: RegistryParts,
  request: Request,
  response: Response,
): Promise<void> {
  const { parts, slots, quota, room, options, metrics, changes, shelf } = it;
  const digest = readDigest(request);
  const readers = readReaders(request);
  const store = readers === undefined ? it.store : shelf.store;
  const range = readContentRange(request);
  const sent = announcedBytes(request, options.maxBlobBytes ?? blobBytesMax);
  const bytes = range ? checkTotal(range, sent, options.maxBlobBytes ?? blobBytesMax) : sent;
  const act = { method: 'PUT', digest, ...(readers === undefined ? {} : { readers }) } as const;
  const { accountId } = await authenticate(request, act, options);
  noteAccount(response, accountId);
  if (readers !== undefined && ownerOf(readers) !== accountId) throw notYours(readers);
  // A blob of another size has rotted here: it is received again, and so mended. One that is not for everybody is
  // had by sending all of it only, or its digest alone would open it.
  const isHere = (await store.size(digest)) === bytes;
  if (isHere && (readers === undefined || (await shelf.isFor(digest, readers)))) {
    endUnread(request, response, it.times.drainMs);
    response.json({ digest, stored: false });
    return;
  }
  const times = options.uploadTimes ?? uploadTimesDefault;
  const held = await parts.bytesHeld(digest, accountId);
  const place = await room.reserve(bytes, held.byAll);
  let reservation: Reservation | undefined;
  let leave: (() => void) | undefined;
  try {
    reservation = quota.reserve(accountId, bytes, held.byAccount);
    const nowMs = it.now();
    // Last, so that only an upload that may begin takes another's slot.
    leave = slots.take(accountId, watch(request), nowMs);
    if (range) {
      const piece = { request, store, accountId, digest, range, times, nowMs };
      if (!(await parts.receive(piece)).complete) {
        response.status(202).json({ digest, stored: false, offset: range.end });
        return;
      }
    } else await receiveBlob(request, store, { digest, bytes }, times);
    if (readers !== undefined) await shelf.add(digest, readers);
    place.use();
    metrics.blobStored(bytes);
    changes.blobStored();
    await reservation.use();
  } finally {
    leave?.();
    reservation?.release();
    place.release();
  }
  // Where all of it was here before, nobody read it again.
  endUnread(request, response, it.times.drainMs);
  response.status(201).json({ digest, stored: true });
}

/** The list that it is for; undefined: everybody. */
function readReaders(request: Request): string | undefined {
  const text = request.headers[readersHeader];
  return text === undefined ? undefined : readListName(String(text));
}

/** The socket counts for us; on a reused one, the slot takes the difference. */
function watch(request: Request): RunningUpload {
  return {
    receivedBytes: () => request.socket.bytesRead,
    isReceived: () => request.complete,
    cutOff: () => void request.destroy(),
  };
}
