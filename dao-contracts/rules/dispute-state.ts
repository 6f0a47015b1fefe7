/** A dispute as it is stored with its run, or with the work that distributes its money (work.ts). */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { DisputeKind, DisputeStage, Verdict } from './run.js';
import type { DisputedDistance } from './tolerance/state.js';

/**
 * A question that a jury decides by computing again what was claimed, and the money that hangs on
 * it. It may outlive its round, and the run.
 */
export interface Dispute {
  id: number;
  round: number;
  /** Rounds closed before that one: what recomputing it needs beyond the round's record. */
  ordinal: number;
  kind: DisputeKind;
  /** Whose trace or update it is about; null where it is about the root. */
  seat: number | null;
  /** Of an audit, and the leaf that the segment starts from. */
  segment: number | null;
  startLeaf: Digest | null;
  /** What a juror who finds the claim right answers. */
  claimed: Digest;
  /** The root that the challenger computed instead. */
  other: Digest | null;
  /** Tolerance class only. */
  distance?: DisputedDistance;
  /** Who says that the claim is wrong: an auditor's account, or the challenger's. */
  plaintiff: string;
  plaintiffSeat: number | null;
  /** False: it only said that there was no material, or was shown not to have computed. */
  plaintiffMayAppeal: boolean;
  /** The auditor said that it had no material. */
  denial: boolean;
  /** Seats that lose money when the claim is found wrong. */
  defendants: number[];
  /** Seats that never sit on it. */
  parties: number[];
  stage: DisputeStage;
  /** 0 and 1: small panels, 2: everybody, 3: the DAO. */
  level: number;
  /** By the run's clock (run-clock.ts). */
  deadlineMs: number;
  /** Null: not drawn yet, or none sits. */
  panel: Juror[] | null;
  past: PastPanel[];
  /** What the last panel found. */
  verdict: Verdict | null;
  /** A verdict against the claim has acted on the round; money may still go back, the round not. */
  acted: boolean;
  bonds: Bond[];
  /** Never changed in place: most calls that look at one leave it as it is. */
  losses: readonly Loss[];
  /** What the escrow is to get back first of what the loser pays. */
  toEscrowYocto: bigint;
  /** What seats that its verdict expelled would have earned since: theirs if they are cleared. */
  owed: Owed[];
  /** Seats of a rewound round that did honest work for nothing. */
  honest: number[];
}

export interface Juror {
  seat: number;
  answered: boolean;
  answer: Digest | null;
}

/** How a panel voted, by seats. `none`: neither one nor the other could be said. */
export interface PastPanel {
  verdict: Verdict;
  for: number[];
  against: number[];
  none: number[];
}

/** Put up for an appeal or a challenge, by who says `side`. */
export interface Bond {
  account: string;
  side: Verdict;
  bondYocto: bigint;
}

/** Rewards of final rounds that include work of a seat which was expelled by then. */
export interface Owed {
  seat: number;
  yocto: bigint;
  rounds: number;
}

/** Taken from a seat by a verdict that may still be overturned. */
export interface Loss {
  readonly seat: number;
  readonly stakeYocto: bigint;
  readonly held: readonly HeldPay[];
  readonly expelled: boolean;
  /** Another dispute ended against this seat: nothing gives this back any more. */
  readonly stands: boolean;
}

export interface HeldPay {
  ordinal: number;
  yocto: bigint;
}
