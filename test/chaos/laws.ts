/**
 * What has to hold of every play, whatever went wrong in it. Money is counted after every call
 * besides (`checkConservation`).
 */
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import type { RoundRecord, SeatView } from '@commonweights/dao-contracts/rules/run.js';
import {
  countedClaims,
  replayClaim,
  replayRoots,
} from '@commonweights/trainer/release/replay-run.js';
import type { OuterState } from '@commonweights/trainer/exchange/outer-step.js';
import { isOfAll, type Plan } from './fault-plan.js';
import type { Played, Stage } from './play.js';

/** What a play is judged by, whoever played it: processes of their own have no more to show. */
export type Judged = Pick<
  Played,
  'status' | 'stuck' | 'records' | 'seats' | 'credits' | 'deposits' | 'juryYocto' | 'disputes'
> & {
  readonly plan: Pick<Plan, 'harsh' | 'mildMs' | 'faults'>;
  readonly machines: readonly string[];
  readonly blobs: Pick<BlobStore, 'has' | 'get'>;
};

export type Ground = Pick<Stage, 'terms' | 'opened' | 'session' | 'isUnsteady'>;

/** Sentences of what is broken; none: the laws hold. */
export async function checkLaws(stage: Ground, played: Judged): Promise<string[]> {
  const broken = [...checkEnd(played), ...checkPay(stage, played), ...checkLosses(played)];
  return [...broken, ...(await checkRoots(stage, played))];
}

function checkEnd({ status, stuck }: Judged): string[] {
  const broken: string[] = [];
  if (status !== 'completed' && status !== 'stopped') broken.push(`the run is ${status} for ever`);
  if (stuck.length > 0) broken.push(`${stuck.join(', ')} never left`);
  return broken;
}

/**
 * Nobody is paid twice, or not, for work that was verified: what is on the ledger of each account is
 * its stake, less what it lost, and what it earned; and that is its rewards, audit fees, and shares of
 * what others lost.
 */
function checkPay({ terms }: Ground, played: Judged): string[] {
  const { records, seats, credits, deposits, juryYocto } = played;
  const broken: string[] = [];
  const lost = seats.reduce((all, one) => all + BigInt(one.slashedYocto), 0n);
  for (const seat of seats) {
    const { account, verifiedRounds, status } = seat;
    const counted = records.filter((record) => isVerified(record, seat));
    if (counted.length !== verifiedRounds) {
      broken.push(
        `${account} has ${verifiedRounds} rounds verified, the records ${counted.length}`,
      );
    }
    const rewards = BigInt(verifiedRounds) * BigInt(terms.rewardYocto);
    const fees = BigInt(seat.auditsRight) * BigInt(terms.auditFeeYocto);
    const earned = BigInt(seat.earnedYocto);
    const over = earned - rewards - fees;
    if (over < 0n) broken.push(`${account} earned ${-over} yocto less than it worked for`);
    // Nothing but rewards, fees, paid decoys, and shares of a loss or of a juror's fee.
    if (over > lost + juryYocto + decoyFees(terms, seat))
      broken.push(`${account} earned ${over} yocto too much`);
    const due = (deposits.get(account) ?? 0n) - BigInt(seat.slashedYocto) + earned;
    const paid = credits.get(account) ?? 0n;
    if (status !== 'expelled' && paid !== due) {
      broken.push(`${account} was paid ${paid} yocto where ${due} were due`);
    }
  }
  return broken;
}

function decoyFees({ decoyFeeYocto }: Stage['terms'], { auditsRight }: SeatView): bigint {
  return BigInt(auditsRight) * BigInt(decoyFeeYocto);
}

function isVerified({ outcome, claims }: RoundRecord, { seat }: SeatView): boolean {
  const own = claims.find((one) => one.seat === seat);
  return outcome === 'final' && own !== undefined && own.included && own.verdict !== 'failed';
}

/**
 * What is short may cost rounds, and no stake. And nobody ever loses one for what hit others: whoever
 * did was away itself, or together with everybody, for longer than the mildest wait.
 */
function checkLosses({ plan, seats, records, status, disputes, machines }: Judged): string[] {
  const losers = seats.filter(({ slashedYocto }) => slashedYocto !== '0');
  const broken = losers
    .filter(({ account }) => plan.mildMs > awayMs(plan, machines.indexOf(account)) || !plan.harsh)
    .map(({ account, slashedYocto }) => `${account} lost ${slashedYocto} yocto`);
  if (plan.harsh) return broken;
  const wrong = records.flatMap(({ claims }) => claims).filter((one) => one.verdict === 'failed');
  if (wrong.length > 0) broken.push(`${wrong.length} honest claims failed`);
  if (disputes > 0) broken.push(`honest seats had ${disputes} disputes`);
  if (status !== 'completed') broken.push(`the run is ${status}`);
  return broken;
}

/** All that hit this machine, or everybody. */
function awayMs({ faults }: Pick<Plan, 'faults'>, machine: number): number {
  const own = faults.filter((one) => one.machine === machine || isOfAll(one.kind));
  return own.reduce((all, { forMs }) => all + forMs, 0);
}

/**
 * The weights are what a run in which nothing went wrong comes to with the same accepted updates, and
 * each of these is what its worker had to compute. All of it is computed again here.
 */
async function checkRoots(stage: Ground, { records, blobs }: Judged): Promise<string[]> {
  const broken: string[] = [];
  const starts = new Map<number, OuterState>();
  const it = { opened: stage.opened, records, blobs };
  const lost = await missingUpdates({ records, blobs });
  if (lost.length > 0) return lost;
  for await (const { round, root, found } of replayRoots(it, (at, state) =>
    starts.set(at, state),
  )) {
    if (root !== found) broken.push(`round ${round} ended on ${root}, computed again on ${found}`);
  }
  // Who does not end in the same bits again trains nothing again; audits compared by distance.
  if (broken.length > 0 || stage.isUnsteady) return broken;
  const session = stage.session.fork();
  try {
    const startOf = (round: number) => starts.get(round)!;
    for (const claim of countedClaims(records)) {
      const { differences } = await replayClaim({ ...it, session, startOf }, claim);
      if (differences.length === 0) continue;
      broken.push(`round ${claim.round}: seat ${claim.seat} differs in ${differences.join(', ')}`);
    }
  } finally {
    await session.dispose();
  }
  return broken;
}

/** Without them nobody can compute the run again, or release it. */
async function missingUpdates({ records, blobs }: Pick<Judged, 'records' | 'blobs'>) {
  const broken: string[] = [];
  for (const { round, outcome, claims } of records) {
    if (outcome !== 'final') continue;
    for (const { seat, update, included } of claims) {
      if (!included || (await blobs.has(update))) continue;
      broken.push(`round ${round}: the accepted update of seat ${seat} is in no registry`);
    }
  }
  return broken;
}
