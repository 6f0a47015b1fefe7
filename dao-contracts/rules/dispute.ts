/**
 * Juries. Each juror computes again what was claimed and says what it came to; more than half of a
 * panel decides. Who lost may appeal: to a panel of seven, then to everybody who is no party, at last
 * to a vote of the DAO. A verdict against a claim acts on the round at once, so that no root depends
 * on appeals; what stays open meanwhile is money. Every stage has a deadline and so an exit.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { SeatPool } from './active-seats.js';
import { auditNamed, failAudit, passAudit } from './audit-verdict.js';
import { appealBytesPerJuror, seatsOfRunMax } from './budget.js';
import { expels, settling } from './conviction.js';
import { hasPlaceAtDao } from './dispute-places.js';
import { refuse } from './errors.js';
import { countVotes, drawJurors, opposite, panelSize, verdictOf, whoSat } from './jury.js';
import { resolutionMs, storageYoctoPerByte } from './limits.js';
import { blockTimeOf, runTimeOf } from './run-clock.js';
import type { RunDraft } from './run-draft.js';
import type { Dispute, Loss, PastPanel, Run } from './run-state.js';
import type { RunTerms } from './run-terms.js';
import type { Verdict } from './run.js';
import type { Actor } from './seat-name.js';
import { miss } from './silence.js';
import { receiveMoney } from './totals.js';
import type { Work } from './work.js';

/** The last instance. */
const daoLevel = 3;

export type NewDispute = Pick<
  Dispute,
  | 'round'
  | 'ordinal'
  | 'kind'
  | 'seat'
  | 'segment'
  | 'startLeaf'
  | 'claimed'
  | 'other'
  | 'plaintiff'
  | 'plaintiffSeat'
  | 'plaintiffMayAppeal'
  | 'denial'
  | 'defendants'
  | 'parties'
  | 'bonds'
  | 'toEscrowYocto'
  | 'distance'
>;

/** Its jury is drawn by the next tick: only ticks draw. */
export function openDispute(draft: RunDraft, it: NewDispute): void {
  const { run } = draft;
  const dispute: Dispute = {
    ...it,
    id: run.nextDispute++,
    stage: 'jury',
    level: 0,
    deadlineMs: stepDeadline(draft),
    panel: null,
    past: [],
    verdict: null,
    acted: false,
    losses: [],
    honest: [],
    owed: [],
  };
  draft.disputes.push(dispute);
  const { id, kind, round, seat } = dispute;
  draft.emit('dispute_opened', { dispute: id, kind, round, seat, plaintiff: it.plaintiff });
}

/** Whether this dispute keeps its round from being closed. */
export function holdsRound(dispute: Pick<Dispute, 'acted' | 'stage'>): boolean {
  return !dispute.acted && dispute.stage !== 'dao';
}

export function judge(
  draft: RunDraft,
  it: Actor & { dispute: number; answer: Digest | null },
): void {
  const dispute = findDispute(draft, it.dispute);
  const { seat } = draft.activeSeatOf(it);
  const juror = dispute.panel?.find((one) => one.seat === seat);
  if (!juror) {
    return refuse('NOT_YOUR_TURN', `seat ${seat} does not sit on dispute ${dispute.id} now`);
  }
  if (juror.answered) refuse('ALREADY_ACTED', 'this juror has answered; wait for the others');
  juror.answered = true;
  juror.answer = it.answer;
  decide(draft, dispute, false);
}

export interface Appeal extends Actor {
  dispute: number;
  depositYocto: bigint;
}

export function appeal(draft: RunDraft, it: Appeal): void {
  const dispute = findDispute(draft, it.dispute);
  const { id, stage, deadlineMs } = dispute;
  if (stage !== 'window') {
    refuse(
      'NOT_YOUR_TURN',
      `dispute ${id} is at "${stage}": there is no verdict to appeal against`,
    );
  }
  if (runNow(draft) >= deadlineMs) {
    refuse(
      'APPEAL_TOO_LATE',
      `the verdict on dispute ${id} could be appealed until ${blockTimeOf(draft.run, deadlineMs)} ms`,
    );
  }
  if (!isLoser(draft, dispute, it)) {
    refuse('NOT_YOUR_TURN', `only who lost dispute ${id} may appeal`);
  }
  const cost = appealCost(draft.run, draft.terms, dispute);
  const wrong = dispute.verdict === 'for' ? dispute.plaintiffSeat : null;
  if (cost.level === daoLevel && !hasPlaceAtDao(draft, wrong)) {
    refuse(
      'TOO_MANY',
      `too many disputes of run ${draft.run.id} wait for the DAO; ask it to decide`,
    );
  }
  takeBond(draft, it, cost);
  const side = opposite(dispute.verdict!);
  dispute.bonds.push({ account: it.account, side, bondYocto: cost.bondYocto });
  dispute.level = cost.level;
  draft.emit('appealed', { dispute: id, level: cost.level, account: it.account });
  if (cost.level === daoLevel) return goToDao(draft, dispute);
  dispute.stage = 'jury';
  dispute.deadlineMs = stepDeadline(draft);
}

export interface BondCost {
  bondYocto: bigint;
  storageYocto: bigint;
}

/** Storage is spent, the rest of the deposit goes to the caller's ledger. */
export function takeBond(
  draft: RunDraft,
  it: { account: string; depositYocto: bigint },
  { bondYocto, storageYocto }: BondCost,
): void {
  const needed = bondYocto + storageYocto;
  if (it.depositYocto < needed) {
    refuse('DEPOSIT_TOO_SMALL', `attach the bond and its storage, ${needed} yoctoNEAR`);
  }
  receiveMoney(draft.moves, 'bonds', bondYocto);
  receiveMoney(draft.moves, 'storage', storageYocto);
  receiveMoney(draft.moves, 'bonds', it.depositYocto - needed);
  draft.credit(it.account, 'bonds', it.depositYocto - needed);
}

/**
 * The fees of the panel that an appeal asks for. An instance that would seat nobody new is passed
 * over: the same jurors would say the same again.
 */
export function appealCost(
  run: Run,
  terms: RunTerms,
  dispute: Dispute,
  pool = new SeatPool(run),
): BondCost & { level: number } {
  const may = pool.free(dispute.parties);
  const ended = run.status === 'completed' || run.status === 'stopped';
  const satAndMay = new Set(whoSat(dispute).filter((seat) => may.has(seat)));
  const somebodyNew = satAndMay.size < may.count;
  const level = ended || !somebodyNew ? daoLevel : dispute.level + 1;
  const jurors = level === daoLevel ? seatsOfRunMax(terms) : panelSize(level, may.count);
  return {
    level,
    bondYocto: BigInt(jurors) * BigInt(terms.auditFeeYocto),
    storageYocto: BigInt(jurors * appealBytesPerJuror) * storageYoctoPerByte,
  };
}

/** What was claimed stands meanwhile, and a round that waited for it waits no more. */
function goToDao(draft: RunDraft, dispute: Dispute): void {
  dispute.stage = 'dao';
  dispute.panel = null;
  dispute.deadlineMs = runNow(draft) + resolutionMs;
  passDisputed(draft, dispute);
}

/** A vote of the DAO: the last word. */
export function resolveDispute(draft: RunDraft, it: { dispute: number; verdict: Verdict }): void {
  const dispute = findDispute(draft, it.dispute);
  checkResolvable(dispute);
  turn(draft, dispute, it.verdict);
  draft.plan({ do: 'end-panel', dispute: dispute.id, verdict: it.verdict, final: true });
}

export function checkResolvable(dispute: Dispute): void {
  if (dispute.stage === 'dao') return;
  refuse('WRONG_PHASE', `dispute ${dispute.id} is at "${dispute.stage}"; juries decide it first`);
}

/** Ids of those that a tick moves now: most of many wait for a juror or for the time to appeal. */
export function movableDisputes(draft: RunDraft): number[] {
  const nowMs = runNow(draft);
  return draft.disputes.filter((one) => moveOf(draft, one, nowMs)).map(({ id }) => id);
}

/** Draws juries, ends what is due; what one brings about is carried out before the next. */
export function moveDisputes(
  draft: RunDraft,
  work: Extract<Work, { do: 'move-disputes' }>,
): boolean {
  const { left } = work;
  while (left.length > 0) {
    const dispute = draft.disputes.find(({ id }) => id === left[0]);
    const move = dispute && moveOf(draft, dispute, runNow(draft));
    if (move && !draft.hasRoom(roomToMove(dispute))) return false;
    left.shift();
    if (!move) continue;
    move();
    draft.moved = true;
    draft.plan(work);
    return true;
  }
  return true;
}

/** Drawing a panel looks at all seats, which takes as long as changing so many. */
const roomOfPanel = 6;

/** Of a panel that was waited for in vain each may be absent. */
function roomToMove({ panel }: Dispute): number {
  return roomOfPanel + (panel?.filter(({ answered }) => !answered).length ?? 0);
}

function moveOf(draft: RunDraft, dispute: Dispute, nowMs: number): (() => void) | null {
  const due = nowMs >= dispute.deadlineMs;
  if (dispute.stage === 'jury' && dispute.panel === null) return () => drawPanel(draft, dispute);
  if (dispute.stage === 'jury' && due) return () => decide(draft, dispute, true);
  if (dispute.stage === 'window' && due && !waitsForRound(draft.run, dispute)) {
    return () => end(draft, dispute, dispute.verdict);
  }
  if (dispute.stage === 'dao' && due) return () => endUnresolved(draft, dispute);
  return null;
}

/** What the cancelled round cost is known, and paid for, once the round is closed. */
export function waitsForRound(
  run: { provisional: { round: number } | null },
  dispute: Pick<Dispute, 'round' | 'verdict'>,
): boolean {
  return dispute.verdict === 'against' && run.provisional?.round === dispute.round;
}

/** Silence of the jurors, or of the DAO, is nobody's fault: the last appeal's bond goes back. */
function endUnresolved(draft: RunDraft, dispute: Dispute): void {
  const last = dispute.level > 0 ? dispute.bonds.pop() : undefined;
  if (last) draft.credit(last.account, 'bonds', last.bondYocto);
  if (dispute.level === 0 || !waitsForRound(draft.run, dispute)) {
    return end(draft, dispute, dispute.verdict);
  }
  endAfterRound(draft, dispute);
}

/** Nobody can appeal any more; the next tick after its round has closed ends it. */
function endAfterRound(draft: RunDraft, dispute: Dispute): void {
  dispute.stage = 'window';
  dispute.panel = null;
  dispute.deadlineMs = runNow(draft);
}

function drawPanel(draft: RunDraft, dispute: Dispute): void {
  draft.takeRoom(roomOfPanel);
  const panel = drawJurors(draft, dispute);
  if (panel.length === 0) return endUnresolved(draft, dispute);
  dispute.panel = panel.map((seat) => ({ seat, answered: false, answer: null }));
  dispute.deadlineMs = stepDeadline(draft);
  draft.emit('jury_drawn', { dispute: dispute.id, level: dispute.level, jury: panel });
}

/** Ends a panel as soon as those who are still to answer cannot change it, or at `due`. */
function decide(draft: RunDraft, dispute: Dispute, due: boolean): void {
  const panel = dispute.panel ?? [];
  const answered = panel.filter((juror) => juror.answered).length;
  if (due) {
    for (const juror of panel) if (!juror.answered) miss(draft, juror.seat, dispute.round);
  }
  if (due && answered === 0) return endUnresolved(draft, dispute);
  const votes = countVotes(dispute);
  const size = due ? answered : panel.length;
  const waiting = due ? 0 : panel.length - answered;
  const verdict = verdictOf(dispute, votes, { size, waiting });
  if (verdict !== null) reach(draft, dispute, { ...votes, verdict });
}

function reach(draft: RunDraft, dispute: Dispute, panel: PastPanel): void {
  const { verdict } = panel;
  // Whoever sat without answering has sat all the same.
  const silent = (dispute.panel ?? []).filter((juror) => !juror.answered).map(({ seat }) => seat);
  dispute.past.push({ ...panel, none: [...panel.none, ...silent] });
  dispute.panel = null;
  dispute.stage = 'window';
  dispute.deadlineMs = stepDeadline(draft);
  draft.emit('verdict_reached', { dispute: dispute.id, level: dispute.level, verdict });
  turn(draft, dispute, verdict);
  draft.plan({ do: 'end-panel', dispute: dispute.id, verdict, final: false });
}

/** What follows a verdict, once it has moved its money. `final`: nobody can appeal. */
export function endPanel(draft: RunDraft, work: Extract<Work, { do: 'end-panel' }>): void {
  const dispute = findDispute(draft, work.dispute);
  if (!work.final && mayBeAppealed(draft, dispute)) return;
  if (waitsForRound(draft.run, dispute)) return endAfterRound(draft, dispute);
  end(draft, dispute, work.verdict);
}

/** Makes a verdict the standing one, and moves the money that it moves. */
function turn(draft: RunDraft, dispute: Dispute, verdict: Verdict): void {
  if (dispute.verdict === verdict) return;
  dispute.verdict = verdict;
  const audit = auditOf(draft, dispute);
  const { id, defendants } = dispute;
  if (verdict === 'for') {
    draft.plan({ do: 'unlock-losses', dispute: id, kept: 0 });
    if (audit) audit.right = false;
    return;
  }
  draft.plan({ do: 'lock-losses', dispute: id, left: [...defendants] });
  const { provisional } = draft.run;
  if (provisional?.round !== dispute.round) return;
  dispute.acted = true;
  if (dispute.kind !== 'audit') provisional.struck ??= dispute.kind;
  else if (audit) failAudit(draft, audit, true);
}

function auditOf(draft: RunDraft, { kind, round, seat, segment }: Dispute) {
  if (kind !== 'audit') return undefined;
  return auditNamed(draft, { round, seat: seat!, segment: segment! });
}

/** The audit that waited for this dispute, if it does still, is passed. */
function passDisputed(draft: RunDraft, dispute: Dispute): void {
  const audit = auditOf(draft, dispute);
  if (audit?.state === 'disputed') passAudit(draft, audit);
}

/** Who has nothing to lose, or has been caught red-handed, holds nobody up. */
function mayBeAppealed(draft: RunDraft, dispute: Dispute): boolean {
  if (dispute.verdict === 'for') return dispute.plaintiffMayAppeal;
  const locked = ({ losses }: Dispute) =>
    losses.some(({ seat, stands }) => dispute.defendants.includes(seat) && !stands);
  return locked(dispute) || draft.disputes.some(locked);
}

function isLoser(draft: RunDraft, dispute: Dispute, it: Actor): boolean {
  const { verdict, plaintiff, plaintiffSeat, plaintiffMayAppeal, defendants } = dispute;
  const seat = draft.seatBehind(it);
  if (verdict === 'against') return seat !== null && defendants.includes(seat);
  if (!plaintiffMayAppeal) return false;
  return it.account === plaintiff || (seat !== null && seat === plaintiffSeat);
}

function end(draft: RunDraft, dispute: Dispute, standing: Verdict | null): void {
  if (standing === 'against' && expels(dispute)) keepLossesElsewhere(draft, dispute);
  draft.disputes = draft.disputes.filter((one) => one !== dispute);
  passDisputed(draft, dispute);
  draft.plan(settling(dispute, standing));
}

/** What another dispute has locked of a seat that this one expels is lost for good. */
function keepLossesElsewhere(draft: RunDraft, dispute: Dispute): void {
  for (const other of draft.disputes) {
    const isLost = (loss: Loss) => loss.expelled && dispute.defendants.includes(loss.seat);
    // Only defendants lose. What none of them has is spared being read.
    if (other === dispute || other.verdict === null) continue;
    if (!other.defendants.some((seat) => dispute.defendants.includes(seat))) continue;
    if (!other.losses.some(isLost)) continue;
    other.losses = other.losses.map((loss) => (isLost(loss) ? { ...loss, stands: true } : loss));
  }
}

/**
 * The run stops: its seats are paid out and no jury sits any more. What was not decided yet ends
 * without anybody losing by it; what took money stays open, with the DAO as its next instance.
 */
export function suspendDisputes(draft: RunDraft): boolean {
  for (const dispute of draft.disputes) {
    if (dispute.losses.length > 0) {
      if (dispute.stage !== 'jury') continue;
      dispute.level = daoLevel;
      goToDao(draft, dispute);
    } else if (dispute.stage !== 'dao') {
      if (!draft.hasRoom()) return false;
      end(draft, dispute, null);
      draft.plan({ do: 'suspend-disputes' });
      return true;
    }
  }
  return true;
}

export function findDispute(draft: RunDraft, id: number): Dispute {
  const dispute = draft.disputes.find((one) => one.id === id);
  return dispute ?? refuse('DISPUTE_CLOSED', `run ${draft.run.id} has no open dispute ${id}`);
}

function runNow({ run, at }: RunDraft): number {
  return runTimeOf(run, at.nowMs);
}

function stepDeadline(draft: RunDraft): number {
  return runNow(draft) + draft.terms.deadlinesMs.audit;
}
