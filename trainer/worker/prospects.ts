/**
 * What working in a run would bring, before anything is staked: from the terms, from who is there, and
 * from the seconds that a step takes on this machine. An estimate: others come and go, and nobody is
 * paid for what is not verified.
 */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { trainerAuditsOneIn } from '@commonweights/dao-contracts/rules/limits.js';
import { auditFeesOf, chainSecondsPerRound, chainUseOf } from '../run/chain-fees.js';
import type { RunSpec } from '../run/run-spec.js';

export interface Prospects {
  readonly role: 'trainer' | 'auditor';
  /** Final rounds that the run still wants. */
  readonly rounds: number;
  /** Computing what is waited for: a round of training, or the segment of an audit. */
  readonly neededSeconds: number;
  /** The longest that the terms wait for it. */
  readonly givenSeconds: number;
  /** Of one round, computing, calls and waiting for blocks; others may be slower. */
  readonly roundSeconds: number;
  /** Of one round: reward, and audits on average. */
  readonly payYocto: bigint;
  /** Of one round: the gas of its own calls; 0 where a relayer pays. */
  readonly feesYocto: bigint;
  readonly netYocto: bigint;
  /** Locked until the run ends. */
  readonly stakeYocto: bigint;
  readonly heldBackRounds: number;
}

export function prospectsOf(it: {
  run: RunView;
  seats: readonly SeatView[];
  spec: RunSpec;
  role: 'trainer' | 'auditor';
  stepMs: number;
  relayed: boolean;
}): Prospects {
  const { run, spec, role } = it;
  const { terms, closedRounds } = run;
  const rounds = Math.max(0, terms.rounds - closedRounds);
  const { stepsPerRound, segments } = spec.inner;
  const isTrainer = role === 'trainer';
  const steps = isTrainer ? stepsPerRound : Math.ceil(stepsPerRound / segments);
  const neededSeconds = (steps * it.stepMs) / 1_000;
  const { trainers, auditors } = crowd(it.seats, { role, run });
  const share = isTrainer ? 1 / trainerAuditsOneIn : 1 - 1 / trainerAuditsOneIn;
  const among = isTrainer ? trainers : auditors;
  const audits =
    ((terms.auditedClaimsBps / 10_000) * terms.auditsPerClaim * trainers * share) / among;
  const auditYocto = (terms.auditFeeYocto * BigInt(Math.round(audits * 1e6))) / 1_000_000n;
  const payYocto = auditYocto + (isTrainer ? terms.rewardYocto : 0n);
  const feesYocto = it.relayed
    ? 0n
    : isTrainer
      ? chainUseOf({ workers: trainers, auditedClaimsBps: terms.auditedClaimsBps }).feesYocto
      : auditFeesOf(audits);
  return {
    role,
    rounds,
    neededSeconds,
    givenSeconds: (isTrainer ? terms.deadlinesMs.train : terms.deadlinesMs.audit) / 1_000,
    roundSeconds: (stepsPerRound * it.stepMs) / 1_000 + chainSecondsPerRound,
    payYocto,
    feesYocto,
    netYocto: BigInt(rounds) * (payYocto - feesYocto),
    stakeYocto: terms.stakeYocto,
    heldBackRounds: terms.heldBackRounds,
  };
}

/** Who would share the audits, this machine included; at least what the run needs to go on. */
function crowd(
  seats: readonly SeatView[],
  { role, run }: { role: 'trainer' | 'auditor'; run: RunView },
): { trainers: number; auditors: number } {
  const there = (which: 'trainer' | 'auditor') =>
    seats.filter((seat) => seat.role === which && seat.status === 'active').length +
    (role === which ? 1 : 0);
  const { minWorkers } = run.terms;
  return {
    trainers: Math.max(minWorkers, there('trainer')),
    auditors: Math.max(1, there('auditor')),
  };
}
