/**
 * What a bounty asks for and pays: so many accepted items at a price. The DAO votes on exactly this,
 * and the escrow that it needs follows from it, so that nobody can fund less than was promised.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { amount, digest, integer, nullable, record, text, type Decoder } from '../decoding.js';
import { refuse } from '../errors.js';
import {
  batchBytes,
  batchItemsMax,
  bondPricesMin,
  bountyBatchesMax,
  bountyBytes,
  bountyItemsMax,
  deadlineMsMax,
  deadlineMsMin,
  licenceCharsMax,
  panelMax,
  storageYoctoPerByte,
  titleCharsMax,
} from '../limits.js';

export interface BountyTerms {
  title: string;
  /** Digest of the text that says what to label or to write, and when it is to be accepted. */
  instructions: Digest;
  /** Dataset whose items are to be labelled; null: texts are to be written. */
  material: string | null;
  /** What the items are given under; the policy must allow it. */
  licence: string;
  /** Accepted items that are paid, at most; `priceYocto` each. */
  items: number;
  priceYocto: string;
  /** Batches of up to 16 items that are taken, in all and of one account. */
  batches: number;
  batchesPerAccount: number;
  /** Of a batch; lost by who does not reveal it, or has too little of it accepted. */
  bondYocto: string;
  /** Reviewers of each batch. */
  reviewers: number;
  /** For each vote of a reviewer with the majority. */
  reviewFeeYocto: string;
  /** Of a reviewer; a tenth is lost with each batch that it was drawn for and does not judge. */
  stakeYocto: string;
  /** Share of a batch's votes on an item that must accept it. */
  agreementBps: number;
  windowsMs: { submit: number; reveal: number; review: number; open: number };
}

const window = integer(deadlineMsMin, deadlineMsMax);

const decodeShape = record<BountyTerms>({
  title: text(titleCharsMax),
  instructions: digest,
  material: nullable(text(128)),
  licence: text(licenceCharsMax),
  items: integer(1, bountyItemsMax),
  priceYocto: amount,
  batches: integer(1, bountyBatchesMax),
  batchesPerAccount: integer(1, bountyBatchesMax),
  bondYocto: amount,
  reviewers: integer(1, panelMax),
  reviewFeeYocto: amount,
  stakeYocto: amount,
  agreementBps: integer(5_001, 10_000),
  windowsMs: record({ submit: window, reveal: window, review: window, open: window }),
});

export const decodeBountyTerms: Decoder<BountyTerms> = (value, field) => {
  const terms = decodeShape(value, field);
  if (terms.batches * batchItemsMax < terms.items) {
    refuse('BAD_TERMS', `${terms.batches} batches hold too few items; allow more`);
  }
  if (BigInt(terms.bondYocto) < bondYoctoMin) {
    refuse('BAD_TERMS', `the bond must pay for a batch's storage, ${bondYoctoMin} yoctoNEAR`);
  }
  const least = BigInt(bondPricesMin) * BigInt(terms.priceYocto);
  if (BigInt(terms.bondYocto) < least) {
    refuse(
      'BAD_TERMS',
      `guessing would pay: ask for a bond of ${least}, which are ${bondPricesMin} prices`,
    );
  }
  return terms;
};

/** What a batch that nobody wanted costs the DAO. */
const bondYoctoMin = BigInt(batchBytes) * storageYoctoPerByte;

/** All that a bounty can come to pay: items, votes on every item, storage. */
export function bountyEscrow(terms: BountyTerms): bigint {
  const votes = BigInt(terms.batches * batchItemsMax * terms.reviewers);
  return (
    BigInt(terms.items) * BigInt(terms.priceYocto) +
    votes * BigInt(terms.reviewFeeYocto) +
    BigInt(bountyBytes + terms.batches * batchBytes) * storageYoctoPerByte
  );
}
