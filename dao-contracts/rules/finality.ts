/** What becomes of a provisional round once its audits are closed: final, or rewound. */
import { applyAmendment } from './amendment.js';
import { recordOverheadBytes } from './budget.js';
import { payData } from './data-shares.js';
import { ZERO_LOCAL_STATE } from './opening.js';
import { addOwed } from './pending-loss.js';
import type { RunDraft } from './run-draft.js';
import type { ClaimRecord } from './run.js';
import type { Audit, Dispute, ProvisionalRound } from './run-state.js';
import { abortOpenRound, openRound, returnSlices, stopIfHopeless } from './round-opening.js';
import { holdsRound } from './dispute.js';
import {
  distributePot,
  least,
  lostYocto,
  payAuditFees,
  payRound,
  settleRun,
} from './settlement.js';
import { distrust } from './tolerance/failures.js';

export function isClosed(audit: Audit): boolean {
  return audit.state === 'passed' || audit.state === 'failed';
}

/** Closes the provisional round if all its audits are closed. Returns whether it did. */
export function closeProvisional(draft: RunDraft): boolean {
  const { run } = draft;
  const round = run.provisional;
  if (!round) return false;
  const audits = draft.audits.filter((audit) => audit.round === round.round);
  if (!audits.every(isClosed)) return false;
  const disputes = draft.disputes.filter((one) => one.round === round.round);
  if (disputes.some(holdsRound)) return false;

  const failed = audits.filter((audit) => audit.state === 'failed').map((audit) => audit.seat);
  const tainted = round.included.filter((seat) => failed.includes(seat));
  const most = BigInt(draft.terms.taintedShareBpsMax) * BigInt(round.included.length);
  const rewound = round.struck !== null || BigInt(tainted.length) * 10_000n > most;
  if (!rewound && draft.at.nowMs < round.challengeUntilMs) return false;
  const fees = payAuditFees(draft, audits);
  const kept = rewound ? [] : tainted;
  const storage = appendClosedRecord(draft, { round, audits, rewound, tainted: kept });
  const refuted = new Set(
    disputes.filter((one) => one.distance && one.verdict === 'against').map(({ seat }) => seat),
  );
  const honest = round.included.filter(
    (seat) => draft.roster(seat).status !== 'expelled' && !refuted.has(seat),
  );
  draft.audits = draft.audits.filter((audit) => audit.round !== round.round);
  let unpaid = { toEscrowYocto: rewound ? fees + storage : 0n, honest: rewound ? honest : [] };
  for (const audit of audits) {
    const pays = rewound && audit.state === 'failed' && audit.potYocto > 0n;
    const paid = distributePot(draft, audit, pays ? unpaid : nobody);
    if (pays) unpaid = { toEscrowYocto: unpaid.toEscrowYocto - paid, honest: [] };
  }
  if (rewound) chargeDisputes(draft, disputes, unpaid);
  run.provisional = null;
  if (rewound) rewind(draft, round);
  else {
    for (const seat of kept) if (refuted.has(seat)) withholdPay(draft, { round, seat, disputes });
    finalise(draft, round, refuted);
  }
  return true;
}

interface Unpaid {
  /** Fees and storage of a round that came to nothing. */
  toEscrowYocto: bigint;
  /** Whose work of that round came to nothing. Compensated once, however many are convicted. */
  honest: readonly number[];
}

const nobody: Unpaid = { toEscrowYocto: 0n, honest: [] };

/** What the cancelled round cost falls to those whose money is locked, when it is distributed. */
function chargeDisputes(draft: RunDraft, disputes: readonly Dispute[], unpaid: Unpaid): void {
  let { toEscrowYocto, honest } = unpaid;
  for (const dispute of disputes) {
    if (dispute.verdict !== 'against' || dispute.losses.length === 0) continue;
    const locked = dispute.losses.reduce((sum, one) => sum + lostYocto(one), 0n);
    const share = least(toEscrowYocto, locked);
    dispute.toEscrowYocto += share;
    toEscrowYocto -= share;
    dispute.honest = [...honest];
    honest = [];
  }
}

/**
 * Too large a distance costs a claim its pay and expels nobody: the reward waits for the end of the
 * dispute, and what the claim left behind is no input any more after the round that is open.
 */
function withholdPay(
  draft: RunDraft,
  it: { round: ProvisionalRound; seat: number; disputes: readonly Dispute[] },
): void {
  const { seat, disputes } = it;
  if (draft.roster(seat).status === 'expelled') return;
  const dispute = disputes.find((one) => one.seat === seat && one.verdict === 'against');
  const yocto = BigInt(draft.terms.rewardYocto);
  addOwed(dispute!, { seat, yocto, rounds: 1 });
  const trains = draft.run.open?.slices.some((one) => one.seat === seat);
  if (trains) distrust(draft, seat);
  else draft.seat(seat).localOut = ZERO_LOCAL_STATE;
}

function finalise(
  draft: RunDraft,
  round: ProvisionalRound,
  refuted: ReadonlySet<number | null>,
): void {
  const { run } = draft;
  run.finalRounds++;
  run.finalRound = round.round;
  run.finalRoot = round.root;
  payRound(draft, round, refuted);
  payData(draft);
  // With new terms waiting, no round opened beside this one: they hold from the next on.
  const amended = run.amendment && !run.open;
  if (amended) applyAmendment(draft);
  if (completeIfDone(draft)) return;
  if (amended && run.status === 'running') openRound(draft);
}

/**
 * Stakes stay until no jury can fine their seats any more. What waits for the DAO is waited for no
 * longer: that may take weeks.
 */
export function completeIfDone(draft: RunDraft): boolean {
  const { run } = draft;
  if (draft.hasEnded || run.finalRounds < draft.terms.rounds) return false;
  if (draft.disputes.some(({ stage }) => stage !== 'dao')) return false;
  settleRun(draft);
  run.pausedSinceMs = null;
  run.status = 'completed';
  draft.emit('run_completed', { finalRound: run.finalRound, finalRoot: run.finalRoot });
  return true;
}

/** Back to the last final root: this round and the open one after it never happened. */
function rewind(draft: RunDraft, round: ProvisionalRound): void {
  const { run } = draft;
  run.cancelledRounds++;
  run.resetNext = true;
  // The slices of seats that were not included went back when the round became provisional.
  returnSlices(
    draft,
    round.slices.filter(({ seat }) => round.included.includes(seat)),
  );
  abortOpenRound(draft);
  stopIfHopeless(draft);
  if (run.status === 'running') openRound(draft);
}

/** Returns what the record's storage cost. */
function appendClosedRecord(
  draft: RunDraft,
  it: {
    round: ProvisionalRound;
    audits: readonly Audit[];
    rewound: boolean;
    tainted: number[];
  },
): bigint {
  const { run } = draft;
  const { round, audits } = it;
  return draft.appendRecord(
    {
      // Who was drawn first: whether it was replaced can depend on who was faster.
      audits: audits.map(({ seat, segment, auditor, replaced, state }) => ({
        auditor: replaced ?? auditor,
        seat,
        segment,
        verdict: verdictOf(state),
      })),
      claims: [...round.revealed]
        .sort((a, b) => a - b)
        .map((seat) => claimRecord(draft, round, audits, seat)),
      outcome: it.rewound ? 'rewound' : 'final',
      previous: run.logHead,
      root: round.root,
      round: round.round,
      run: run.id,
      startRoot: round.startRoot,
      tainted: it.tainted,
      version: 1,
      witnesses: round.committee,
    },
    recordOverheadBytes,
  );
}

function claimRecord(
  draft: RunDraft,
  round: ProvisionalRound,
  audits: readonly Audit[],
  number: number,
): ClaimRecord {
  const seat = draft.seat(number);
  const claim = [seat.claim, seat.previousClaim].find((one) => one?.round === round.round);
  if (!claim?.revealed)
    throw new Error(`BUG: seat ${number} lost its claim of round ${round.round}`);
  const { update, updateBytes, localIn, localOut, traceRoot } = claim.revealed;
  const own = audits.filter((one) => one.seat === number);
  const failed = own.some(({ state }) => state === 'failed');
  return {
    account: seat.account,
    commitment: claim.commitment,
    included: round.included.includes(number),
    localIn,
    localOut,
    seat: number,
    slice: round.slices.find((one) => one.seat === number)!.slice,
    traceRoot,
    update,
    updateBytes,
    verdict: own.length === 0 ? 'unaudited' : failed ? 'failed' : 'passed',
  };
}

function verdictOf(state: Audit['state']): 'passed' | 'failed' {
  return state === 'failed' ? 'failed' : 'passed';
}
