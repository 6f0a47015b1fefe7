/** What contributors and reviewers bind themselves to before anybody can see it. */
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { encodeParts } from '@commonweights/dataset-registry/digest/hash-parts.js';
import type { Hashing } from '../opening.js';

interface Where {
  contract: string;
  bounty: number;
  account: string;
  salt: string;
}

/** `H("cw/bounty-batch/1", contract, bounty, account, salt, item, item, …)` */
export function sealBatch(it: Where & { items: readonly Digest[] }, hashing: Hashing): Digest {
  return tagged('cw/bounty-batch/1', it, it.items, hashing);
}

/** `H("cw/bounty-votes/1", contract, bounty, account, salt, batch, votes)` */
export function sealVotes(it: Where & { batch: number; votes: string }, hashing: Hashing): Digest {
  return tagged('cw/bounty-votes/1', it, [it.batch, it.votes], hashing);
}

function tagged(
  tag: string,
  { contract, bounty, account, salt }: Where,
  what: readonly (string | number)[],
  { hash, utf8 }: Hashing,
): Digest {
  const parts = [tag, contract, bounty, account, salt, ...what];
  return formatDigest(hash(encodeParts(parts.map((part) => utf8(`${part}`)))));
}
