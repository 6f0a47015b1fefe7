/**
 * The attacks that a stake can price: what one attempt brings, how likely it is to be convicted and
 * what a conviction takes. Each is an affine function of the stake, of the held-back rounds and of
 * the audit share alone, which is why economics.ts can say the least of each exactly. Every
 * simplification here is in the attacker's favour; docs/protocol/economics.md gives the reasons.
 */
import { liarsHoldAll, liarsHoldMajority } from './committee-size.js';
import { panelSizes } from './limits.js';
import { minus, ofBps, one, over, plus, ratio, times, zero, type Rational } from './rational.js';

/** What the odds and prices of a run follow from. Amounts are in yoctoNEAR. */
export interface RunEconomics {
  /** Probability of each claim to be audited. */
  readonly auditedClaimsBps: number;
  /** Of a round's inner steps; an audit re-executes one of them. */
  readonly segments: number;
  readonly auditorsPerClaim: number;
  /** Members of the panel that has the last word in a dispute. */
  readonly jurors: number;
  readonly stakeYocto: bigint;
  readonly rewardYocto: bigint;
  readonly auditFeeYocto: bigint;
  readonly heldBackRounds: number;
  /** What a worker's honest round costs it, and so the most that cheating saves. */
  readonly computeCostYocto: bigint;
  /** Share of the seats that are the attacker's friends: they pass its work and acquit it. */
  readonly liars: Rational;
  /** What the reputation of one verified round is worth to who farms it. */
  readonly reputationYocto: bigint;
  /** Null: an audit's answer can only be computed (exact class). Else the share of decoys. */
  readonly decoyBps: number | null;
  /** Tolerance class: what one conviction by distance costs, which expels nobody; absent: exact. */
  readonly failureYocto?: bigint;
  /** Deposited with a challenge and lost when it is overruled; null: there are none. */
  readonly challengeBondYocto: bigint | null;
  /** Null: what a witness certified is never asked back from it. */
  readonly witness: WitnessChecks | null;
}

export interface WitnessChecks {
  /** Probability that a witness must show, in a round, an update that it certified. */
  readonly checkedBps: number;
  /** Of its stake, when it cannot. */
  readonly penaltyBps: number;
  /** What fetching, keeping and serving a round's updates costs it. */
  readonly costYocto: bigint;
}

export type AttackName =
  | 'free-riding'
  | 'pretending'
  | 'fewer-steps'
  | 'wrong-shard'
  | 'copying'
  | 'collusion'
  | 'withheld-reveal'
  | 'withheld-material'
  | 'lying-auditor'
  | 'lazy-auditor'
  | 'lying-witness'
  | 'griefing-challenge'
  | 'reputation-farming';

export interface Attack {
  readonly name: AttackName;
  readonly what: string;
  readonly why: string;
  /** Convictions that end it: a seat is lost at the first, an auditor's at the third. */
  readonly strikes: 1 | 3;
  /** False where this run has no such thing. */
  applies(it: RunEconomics): boolean;
  /** That one attempt is convicted. */
  detection(it: RunEconomics): Rational;
  /** What an attempt brings, and whether it is kept when convicted (work not done stays undone). */
  gainYocto(it: RunEconomics): Rational;
  readonly gainIsKept: boolean;
  lossYocto(it: RunEconomics): Rational;
}

/** A tenth of the stake goes for a wrong answer (settlement.ts), and to who catches a cheat. */
const tenth = ratio(1n, 10n);

/**
 * That a claim wrong in every segment is convicted: audited, by at least one auditor who is not a
 * friend, and then not acquitted: `p · (1 − fᵃ) · (1 − J)`.
 */
export function conviction(it: RunEconomics): Rational {
  const { auditorsPerClaim: size, liars } = it;
  const honestAuditor = minus(one, liarsHoldAll({ size, population: null, liars }));
  return times(ofBps(it.auditedClaimsBps), times(honestAuditor, honestJury(it)));
}

function honestJury({ jurors, liars }: RunEconomics): Rational {
  return minus(one, liarsHoldMajority({ size: jurors, population: null, liars }));
}

/** `S + W·R`: everything that a seat of some age has at stake. */
function everything(it: RunEconomics): Rational {
  return ratio(it.stakeYocto + BigInt(it.heldBackRounds) * it.rewardYocto);
}

/** What an audit that finds a claim wrong costs its worker: whoever cheats seldom is never expelled. */
function byConviction(it: RunEconomics): Rational {
  return it.failureYocto === undefined ? everything(it) : ratio(it.failureYocto);
}

function compute(it: RunEconomics): Rational {
  return ratio(it.computeCostYocto);
}

function ofOneSegment(it: RunEconomics): Rational {
  return over(compute(it), ratio(BigInt(it.segments)));
}

/** A wrong answer costs a tenth of the stake, and the fee that a right one would have brought. */
function wrongAnswer(it: RunEconomics): Rational {
  return plus(times(tenth, ratio(it.stakeYocto)), ratio(it.auditFeeYocto));
}

const always = () => true;

const byAWorker = {
  strikes: 1,
  applies: always,
  detection: conviction,
  gainYocto: compute,
  gainIsKept: true,
  lossYocto: byConviction,
} as const;

const byAnAuditor = {
  strikes: 3,
  applies: always,
  detection: honestJury,
  lossYocto: wrongAnswer,
} as const;

/** The priced attacks, in the order in which they are shown. */
export const attacks: readonly Attack[] = [
  {
    ...byAWorker,
    name: 'free-riding',
    what: 'zeros, noise or a stale update instead of a round of training',
    why: 'saves the round; every segment is wrong, so any audit of it finds out',
  },
  {
    ...byAWorker,
    name: 'pretending',
    what: 'a seat without a machine, for the last round of a run',
    why: 'has no honest work to compare with and nothing held back yet: only the stake is at risk',
    gainYocto: (it) => ratio(it.rewardYocto),
    gainIsKept: false,
    lossYocto: (it) => ratio(it.failureYocto ?? it.stakeYocto),
  },
  {
    ...byAWorker,
    name: 'fewer-steps',
    what: 'one segment of the round left out',
    why: 'saves one part in S and is found by one draw in S: both shrink alike',
    detection: (it) => over(conviction(it), ratio(BigInt(it.segments))),
    gainYocto: ofOneSegment,
  },
  {
    ...byAWorker,
    name: 'wrong-shard',
    what: 'training on other data than the slice',
    why: 'a cached round repeats only from the same root, so at most the round is saved',
  },
  {
    ...byAWorker,
    name: 'copying',
    what: "a second seat that sends a friend's work",
    why: 'a stranger can be read only after the commitment; a friend has another slice',
  },
  {
    ...byAWorker,
    name: 'collusion',
    what: 'a worker that does nothing and auditors who are its friends',
    why: 'where all auditors drawn are friends they save their re-execution as well',
    gainYocto(it) {
      const { auditorsPerClaim: size, liars } = it;
      const allFriends = times(
        ofBps(it.auditedClaimsBps),
        liarsHoldAll({ size, population: null, liars }),
      );
      const saved = times(ratio(BigInt(size)), ofOneSegment(it));
      return plus(compute(it), times(allFriends, saved));
    },
  },
  {
    ...byAWorker,
    name: 'withheld-reveal',
    what: 'a commitment that is never opened',
    why: 'the deadline convicts; neither an auditor nor a jury is needed',
    detection: () => one,
    lossYocto: everything,
  },
  {
    ...byAWorker,
    name: 'withheld-material',
    what: 'a worker that unplugs when it is drawn',
    why: 'the deadline convicts whoever is drawn',
    detection: (it) => ofBps(it.auditedClaimsBps),
    lossYocto: everything,
  },
  {
    ...byAnAuditor,
    name: 'lying-auditor',
    what: 'an auditor that calls honest work wrong',
    why: 'wins its tenth, and as much for friends on the jury, where liars hold the jury',
    gainYocto: (it) => times(ratio(2n, 10n), everything(it)),
    gainIsKept: false,
  },
  {
    ...byAnAuditor,
    name: 'lazy-auditor',
    what: 'an auditor that answers without re-executing',
    why: 'an exact answer is a digest nobody told it; else only decoys find out',
    detection: (it) =>
      it.decoyBps === null ? honestJury(it) : times(ofBps(it.decoyBps), honestJury(it)),
    gainYocto: ofOneSegment,
    gainIsKept: true,
  },
  {
    name: 'lying-witness',
    what: 'a witness that certifies what it never fetched',
    why: 'saves fetching and serving, and is found when it must show what it certified',
    strikes: 1,
    applies: (it) => it.witness !== null,
    detection: (it) => (it.witness ? ofBps(it.witness.checkedBps) : zero),
    gainYocto: (it) => ratio(it.witness?.costYocto ?? 0n),
    gainIsKept: true,
    lossYocto: (it) =>
      it.witness ? times(ofBps(it.witness.penaltyBps), ratio(it.stakeYocto)) : zero,
  },
  {
    name: 'griefing-challenge',
    what: 'challenges of right roots, decided by paid panels with friends on them',
    why: 'the bond must be more than the whole panel is paid',
    strikes: 1,
    applies: (it) => it.challengeBondYocto !== null,
    detection: honestJury,
    gainYocto: (it) => ratio(BigInt(panelSizes[0]) * it.auditFeeYocto),
    gainIsKept: true,
    lossYocto: (it) => ratio(it.challengeBondYocto ?? 0n),
  },
  {
    ...byAWorker,
    name: 'reputation-farming',
    what: 'free-riding for the standing that verified rounds give',
    why: 'as free-riding, with what the standing of a round is worth on top',
    gainYocto: (it) => plus(compute(it), ratio(it.reputationYocto)),
  },
];
