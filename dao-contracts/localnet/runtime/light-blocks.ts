/**
 * Which blocks light clients are given, by the rules of nearcore's view client: the last one that the
 * next two blocks, of the same epoch, have made final.
 */
import type { BlockHeader } from './block-header.js';
import type { BlockHistory } from './block-history.js';

/**
 * The block to go on with from `last`: as far ahead as `last` lets a client follow. Null: there is none
 * that is newer.
 */
export function nextLightBlock(history: BlockHistory, last: BlockHeader): BlockHeader | null {
  const { head } = history;
  const isNear = last.epochId === head.epochId || last.nextEpochId === head.epochId;
  const from = isNear ? head : history.endOfEpoch(last.nextEpochId);
  const found = from && finalBlockSeenFrom(history, from);
  return found && found.height > last.height ? found : null;
}

/** Whether a final block's ancestors carry the outcomes of all that was executed. */
export function isAllFinal(history: BlockHistory): boolean {
  const { lastBusyOrdinal, head } = history;
  if (lastBusyOrdinal === 0) return true;
  const final = finalBlockSeenFrom(history, head);
  // The next block carries the outcomes, and the one after it is the first to have that as ancestor.
  return final !== undefined && final.ordinal >= lastBusyOrdinal + 2;
}

/** The block after `block`, where that is there. */
export function blockAfter(history: BlockHistory, block: BlockHeader): BlockHeader | undefined {
  if (block.height === history.head.height) return undefined;
  const next = history.at(block.height + 1);
  if (next) return next;
  // Heights were jumped over.
  for (const header of history.headersKept()) {
    if (header.previousHash === block.hash) return header;
  }
  return undefined;
}

function finalBlockSeenFrom(history: BlockHistory, block: BlockHeader): BlockHeader | undefined {
  const found = history.byHash(block.lastFinal);
  if (!found) return undefined;
  const [one, two] = [history.at(found.height + 1), history.at(found.height + 2)];
  if (two?.epochId === found.epochId) return found;
  const earlier = one?.epochId === found.epochId ? one.lastFinal : found.lastFinal;
  return history.byHash(earlier);
}
