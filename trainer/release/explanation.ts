/** What a release's provenance is told in: chapters of statements, each with how it is known. */
import type { BallotView, ProposalView } from '@commonweights/dao-contracts/rules/views.js';
import type { Material } from './material.js';
import type { Verdict } from './verdict.js';

export interface Statement {
  readonly what: string;
  readonly value: string;
  readonly standing: Verdict['standing'];
}

export interface Chapter {
  readonly title: string;
  readonly statements: readonly Statement[];
}

export interface Explanation {
  readonly title: string;
  readonly manifest: string;
  readonly chapters: readonly Chapter[];
}

export type Tally = Pick<ProposalView, 'id' | 'yes' | 'no' | 'abstain' | 'totalWeight'>;

/** What a chain tells beyond the facts that verdicts need. Amounts in yoctoNEAR. */
export interface ReleaseStory {
  readonly proposal: Tally | null;
  readonly funding: Tally | null;
  /** How those who have a weight of their own voted on the release; others may have voted too. */
  readonly votes: readonly Pick<BallotView, 'account' | 'choice' | 'weight'>[];
  readonly paidYocto: bigint;
  readonly budgetYocto: bigint;
}

/** Of a release that was gone through. */
export type Told = Pick<Material, 'files' | 'manifestDigest' | 'chain' | 'decision'>;

/** Accounts and datasets named one by one; the records hold the rest. */
export const rowsMax = 200;

/** A claim that did not pass proves nothing about what rests on it. */
export function standingOf(
  verdicts: readonly Verdict[],
  claim: Verdict['claim'],
): Statement['standing'] {
  const verdict = verdicts.find((one) => one.claim === claim);
  return verdict?.status === 'pass' ? verdict.standing : 'declared';
}

export function proven(what: string, value: string): Statement {
  return { what, value, standing: 'proven' };
}

export function declared(what: string, value: string): Statement {
  return { what, value, standing: 'declared' };
}

/** 1234567 as "1,234,567", whatever the machine's language. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** To a thousandth of one. */
export function near(yocto: bigint): string {
  const milli = yocto / 10n ** 21n;
  return `${milli / 1000n}.${String(milli % 1000n).padStart(3, '0')}`;
}
