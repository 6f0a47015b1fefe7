/** What becomes of a provisional round once its audits are closed: final, or rewound. */
import { applyAmendment } from './amendment.js';
import { recordOverheadBytes } from './budget.js';
import { payData } from './data-shares.js';
import { ZERO_LOCAL_STATE } from './opening.js';
import { addOwed } from './pending-loss.js';
import type { RunDraft } from './run-draft.js';
import type { Audit } from './run-state.js';
import { abortOpenRound, openRound, returnSlices } from './round-opening.js';
import { holdsRound } from './dispute.js';
import { least, lostYocto, payAuditFee, settleRun } from './settlement.js';
import { hasSeat, seatsIn } from './seat-set.js';
import { distrust } from './tolerance/failures.js';
import type { Unpaid, Work } from './work.js';

/** Closes the provisional round if all its audits are closed. Returns whether it does. */
export function closeProvisional(draft: RunDraft): boolean {
  const { run } = draft;
  const round = run.provisional;
  if (!round || round.auditsOpen > 0) return false;
  if (draft.disputes.some((one) => one.round === round.round && holdsRound(one))) return false;
  const tainted = round.included.filter((seat) => hasSeat(round.failed, seat));
  const most = BigInt(draft.terms.taintedShareBpsMax) * BigInt(round.included.length);
  const rewound = round.struck !== null || BigInt(tainted.length) * 10_000n > most;
  if (!rewound && draft.at.nowMs < round.challengeUntilMs) return false;
  draft.plan({
    ...{ do: 'pay-auditors', left: seatsIn(run.audited), feesYocto: 0n, rewound },
    tainted: rewound ? [] : tainted,
  });
  return true;
}

type Paying = Extract<Work, { do: 'pay-auditors' }>;
type Writing = Extract<Work, { do: 'write-record' }>;

/** Pays the right ones out of the escrow. */
export function payAuditors(draft: RunDraft, work: Paying): boolean {
  const paid = draft.eachAudit(work.left, (audit) => {
    work.feesYocto += payAuditFee(draft, audit);
  });
  if (!paid) return false;
  draft.plan({
    ...work,
    do: 'write-record',
    audited: seatsIn(draft.run.audited),
    left: [...draft.run.provisional!.revealed].sort((a, b) => a - b),
    ...{ auditsText: '', claimsText: '', paidBytes: 0, storageYocto: 0n },
  });
  return true;
}

/**
 * The record's canonical text, written down as it is: fields in order, and nothing in any of them
 * that JSON would escape. Making 64 claims into values and those into text would take three times
 * the gas. What is written so far is paid for, and kept with ' for " so that it is stored as it is.
 */
export function writeRecord(draft: RunDraft, work: Writing): boolean {
  const audits: string[] = [];
  const claims: string[] = [];
  const written =
    draft.eachAudit(work.audited, (audit) => audits.push(auditText(audit))) &&
    draft.each(work.left, (seat) => claims.push(claimText(draft, seat)));
  work.auditsText = withItems(work.auditsText, audits);
  work.claimsText = withItems(work.claimsText, claims);
  if (!written) {
    const bytes = work.auditsText.length + work.claimsText.length;
    work.storageYocto += draft.chargeStorage(bytes - work.paidBytes);
    work.paidBytes = bytes;
    return false;
  }
  closeRecord(draft, work);
  return true;
}

function withItems(text: string, items: readonly string[]): string {
  const more = items.join().replaceAll('"', "'");
  return text === '' || more === '' ? text + more : `${text},${more}`;
}

function closeRecord(draft: RunDraft, work: Writing): void {
  const { run } = draft;
  const { rewound, tainted, paidBytes } = work;
  const { round, root, startRoot, committee, included } = run.provisional!;
  const outcome = rewound ? 'rewound' : 'final';
  const text =
    `{'audits':[${work.auditsText}],'claims':[${work.claimsText}],'outcome':'${outcome}',` +
    `'previous':${run.logHead === null ? 'null' : `'${run.logHead}'`},'root':'${root}',` +
    `'round':${round},'run':${run.id},'startRoot':'${startRoot}',` +
    `'tainted':[${tainted.join()}],'version':1,'witnesses':[${committee.join()}]}`;
  const record = { round, outcome, root, text: text.replaceAll("'", '"') } as const;
  // Hashing and storing 2 kB takes as long as paying a seat.
  draft.takeRoom(Math.ceil(text.length / 2_000));
  const charged = draft.appendText(record, recordOverheadBytes - paidBytes);
  const unpaid: Unpaid = { toEscrowYocto: 0n, honest: [] };
  const refuted = refutedIn(draft, round);
  if (rewound) {
    unpaid.toEscrowYocto = work.feesYocto + work.storageYocto + charged;
    unpaid.honest = included.filter(
      (seat) => draft.roster(seat).status !== 'expelled' && !refuted.includes(seat),
    );
  }
  draft.plan({ do: 'share-pots', left: seatsIn(run.audited), rewound, unpaid });
  if (rewound) return;
  const left = run.roster.map((_, seat) => seat);
  draft.plan(
    { do: 'withhold-pay', left: tainted.filter((seat) => refuted.includes(seat)) },
    { do: 'pay-round', left, ordinal: run.paidRounds + 1, refuted },
    { do: 'finalise-round' },
  );
}

/** Whose claim of the round was found too far off. */
function refutedIn(draft: RunDraft, round: number): number[] {
  return draft.disputes.flatMap((one) =>
    one.round === round && one.distance && one.verdict === 'against' ? (one.seat ?? []) : [],
  );
}

/**
 * Too large a distance costs a claim its pay and expels nobody: the reward waits for the end of the
 * dispute, and what the claim left behind is no input any more after the round that is open.
 */
export function withholdPay(draft: RunDraft, seat: number): void {
  const { open, provisional } = draft.run;
  if (draft.roster(seat).status === 'expelled') return;
  const dispute = draft.disputes.find(
    (one) => one.round === provisional!.round && one.seat === seat && one.verdict === 'against',
  );
  const yocto = BigInt(draft.terms.rewardYocto);
  addOwed(dispute!, { seat, yocto, rounds: 1 });
  if (open?.slices.some((one) => one.seat === seat)) distrust(draft, seat);
  else draft.seat(seat).localOut = ZERO_LOCAL_STATE;
}

/** Who was drawn first: whether it was replaced can depend on who was faster. */
function auditText({ seat, segment, auditor, replaced, state }: Audit): string {
  const verdict = state === 'failed' ? 'failed' : 'passed';
  return `{"auditor":${replaced ?? auditor},"seat":${seat},"segment":${segment},"verdict":"${verdict}"}`;
}

function claimText(draft: RunDraft, number: number): string {
  const { round, slices, included, failed } = draft.run.provisional!;
  const seat = draft.seat(number);
  const claim = seat.claim?.round === round ? seat.claim : seat.previousClaim;
  if (claim?.round !== round || !claim.revealed) {
    throw new Error(`BUG: seat ${number} lost its claim of round ${round}`);
  }
  const { update, updateBytes, localIn, localOut, traceRoot } = claim.revealed;
  const { slice } = slices.find((one) => one.seat === number)!;
  const passed = hasSeat(draft.run.audited, number) ? 'passed' : 'unaudited';
  const verdict = hasSeat(failed, number) ? 'failed' : passed;
  return (
    `{"account":"${seat.account}","commitment":"${claim.commitment}",` +
    `"included":${included.includes(number)},"localIn":"${localIn}","localOut":"${localOut}",` +
    `"seat":${number},"slice":${slice},"traceRoot":"${traceRoot}",` +
    `"update":"${update}","updateBytes":${updateBytes},"verdict":"${verdict}"}`
  );
}

/** What the cancelled round cost falls to those whose money is locked, when it is distributed. */
function chargeDisputes(draft: RunDraft, round: number, unpaid: Unpaid): void {
  let { toEscrowYocto, honest } = unpaid;
  for (const dispute of draft.disputes) {
    if (toEscrowYocto === 0n && honest.length === 0) return;
    if (dispute.round !== round) continue;
    if (dispute.verdict !== 'against' || dispute.losses.length === 0) continue;
    const locked = dispute.losses.reduce((sum, one) => sum + lostYocto(one), 0n);
    const share = least(toEscrowYocto, locked);
    dispute.toEscrowYocto += share;
    toEscrowYocto -= share;
    dispute.honest = [...honest];
    honest = [];
  }
}

export function finaliseRound(draft: RunDraft): void {
  const { run } = draft;
  const { round, root } = run.provisional!;
  run.provisional = null;
  draft.dropAudits();
  run.finalRounds++;
  run.paidRounds++;
  run.finalRound = round;
  run.finalRoot = root;
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
  settleRun(draft, 'completed', 'all its rounds are final');
  return true;
}

/** Back to the last final root: this round and the open one after it never happened. */
export function rewindRound(draft: RunDraft, { unpaid }: { unpaid: Unpaid }): void {
  const { run } = draft;
  const round = run.provisional!;
  chargeDisputes(draft, round.round, unpaid);
  run.provisional = null;
  draft.dropAudits();
  run.cancelledRounds++;
  run.resetNext = true;
  // The slices of seats that were not included went back when the round became provisional.
  returnSlices(
    draft,
    round.slices.filter(({ seat }) => round.included.includes(seat)),
  );
  abortOpenRound(draft);
  draft.plan({ do: 'stop-hopeless' }, { do: 'open-round' });
}
