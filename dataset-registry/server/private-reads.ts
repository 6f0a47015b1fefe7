/** Blobs that are not for everybody: who is shown them, and who says who is. */
import type { Request, Response } from 'express';
import { digestOf } from '../digest/digest.js';
import type { ReceivingStore } from '../store/blob-store.js';
import { authenticate } from './authenticate.js';
import { readersMax, uploadStallMs } from './limits.js';
import { notYours, ownerOf, readListName } from './private-shelf.js';
import type { RegistryParts } from './registry-parts.js';
import { Refusal } from './refusal.js';
import { noteAccount } from './request-log.js';
import { readDigest } from './serve-blob.js';
import { announcedBytes } from './upload.js';

/** Of the JSON of a list: accounts have 64 characters at most. */
const listBytesMax = 80 * readersMax;

/**
 * Where the blob is looked for. Whoever may not read it is told what is told of any other digest: that it is not
 * here; a signature that is no good is told of before anything is looked for.
 */
export async function storeFor(
  it: RegistryParts,
  request: Request,
  response: Response,
): Promise<{ store: ReceivingStore; isPrivate: boolean }> {
  const digest = readDigest(request);
  const forAll = { store: it.store, isPrivate: false };
  if (!it.options.authorise || request.headers.authorization === undefined) return forAll;
  if (await it.store.has(digest)) return forAll;
  const accountId = await authenticateReader(it, request);
  noteAccount(response, accountId);
  if (!(await it.shelf.mayRead(digest, accountId))) return forAll;
  return { store: it.shelf.store, isPrivate: true };
}

/** A signature for another registry, which that one may have kept, reads nothing here. */
async function authenticateReader(it: RegistryParts, request: Request): Promise<string> {
  const digest = readDigest(request);
  let refused: unknown;
  for (const host of it.live.hosts) {
    try {
      return (await authenticate(request, { method: 'GET', digest, host }, it.options)).accountId;
    } catch (error) {
      refused = error;
    }
  }
  throw refused;
}

/** `PUT /readers/<owner>/<name>`, the body a JSON array of accounts. */
export async function setReaders(
  it: RegistryParts,
  request: Request,
  response: Response,
): Promise<void> {
  const { owner, name } = request.params as { owner: string; name: string };
  const readers = readListName(`${owner}/${name}`);
  const body = await readBody(request, announcedBytes(request, listBytesMax));
  const digest = digestOf(body);
  let signed: Awaited<ReturnType<typeof authenticate>> | undefined;
  let refused: unknown;
  for (const host of it.live.hosts) {
    const act = { method: 'LIST', digest, readers, host } as const;
    signed ??= await authenticate(request, act, it.options).catch((error: unknown) => {
      refused = error;
      return undefined;
    });
  }
  if (!signed) throw refused;
  noteAccount(response, signed.accountId);
  if (ownerOf(readers) !== signed.accountId) throw notYours(readers);
  let accounts: unknown = null;
  try {
    accounts = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // Refused below, as what is no list.
  }
  const count = await it.shelf.setList(readers, { accounts, untilMs: signed.expiresAtMs });
  response.json({ readers, accounts: count });
}

async function readBody(request: Request, bytes: number): Promise<Uint8Array> {
  const timer = setTimeout(() => request.destroy(), uploadStallMs);
  const pieces: Buffer[] = [];
  let received = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      pieces.push(piece);
      received += piece.length;
    }
  } catch {
    const what = `the list broke off after ${received} of ${bytes} bytes`;
    throw new Refusal(408, 'UPLOAD_CUT_OFF', what, 'send it again');
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(pieces);
}
