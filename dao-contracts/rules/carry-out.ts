/** Goes through a run's list of works, in order, for as long as the call has room (work.ts). */
import { drawAudits, moveAudits } from './audit.js';
import { lockLosses, settleDispute, unlockLosses } from './conviction.js';
import { endPanel, moveDisputes, suspendDisputes } from './dispute.js';
import { seatDrawn } from './enrolment.js';
import {
  closeProvisional,
  completeIfDone,
  finaliseRound,
  payAuditors,
  rewindRound,
  withholdPay,
  writeRecord,
} from './finality.js';
import { goBack } from './live-run.js';
import { ZERO_LOCAL_STATE } from './opening.js';
import { endReveal, endTrain, expelSilent, moveRound, openBeside } from './phases.js';
import { openRound, stopIfForsaken, stopIfHopeless } from './round-opening.js';
import type { RunDraft } from './run-draft.js';
import {
  endRun,
  noteServices,
  payRound,
  refundApplicants,
  settleSeat,
  sharePot,
  sharePots,
} from './settlement.js';
import { makeAbsent } from './silence.js';
import { endsDistrust } from './tolerance/failures.js';
import type { Work } from './work.js';

/** False: the call's room has ended before it was done. Whatever else it returns is done. */
type CarryOut<K> = (draft: RunDraft, work: Extract<Work, { do: K }>) => unknown;

const steps: { readonly [K in Work['do']]: CarryOut<K> } = {
  'move-audits': moveAudits,
  'move-disputes': moveDisputes,
  'move-round': (draft, work) => void moveRound(draft, work),
  'stop-forsaken': (draft) => void stopIfForsaken(draft),
  'seat-drawn': seatDrawn,
  'make-absent': (draft, { left, round }) =>
    draft.each(left, (seat) => makeAbsent(draft, seat, round)),
  'expel-silent': (draft, { left, round }) =>
    draft.each(left, (seat) => expelSilent(draft, seat, round)),
  'end-train': (draft) => void endTrain(draft),
  'end-reveal': (draft) => void endReveal(draft),
  'forget-state': (draft, { left }) =>
    draft.each(left, (seat) => (draft.seat(seat).localOut = ZERO_LOCAL_STATE)),
  'end-distrust': (draft, { left }) =>
    draft.each(left, (number) => {
      const seat = draft.seat(number);
      if (endsDistrust(seat)) seat.localOut = ZERO_LOCAL_STATE;
    }),
  'draw-audits': drawAudits,
  'close-provisional': (draft) => void closeProvisional(draft),
  'close-what-can': (draft) => void (closeProvisional(draft) || completeIfDone(draft)),
  'open-beside': (draft) => void openBeside(draft),
  'pay-auditors': payAuditors,
  'write-record': writeRecord,
  'share-pots': sharePots,
  'share-pot': sharePot,
  'rewind-round': (draft, work) => void rewindRound(draft, work),
  'withhold-pay': (draft, { left }) => draft.each(left, (seat) => withholdPay(draft, seat)),
  'pay-round': payRound,
  'finalise-round': (draft) => void finaliseRound(draft),
  'drop-audits': (draft) => draft.dropAudits(),
  'stop-hopeless': (draft) => void stopIfHopeless(draft),
  'open-round': (draft) => void (draft.run.status === 'running' && openRound(draft)),
  'go-back': (draft, work) => void goBack(draft, work),
  'suspend-disputes': suspendDisputes,
  'settle-seats': (draft, { left }) => draft.each(left, (seat) => settleSeat(draft, seat)),
  'note-services': noteServices,
  'refund-applicants': refundApplicants,
  'end-run': (draft, work) => void endRun(draft, work),
  'lock-losses': lockLosses,
  'unlock-losses': unlockLosses,
  'end-panel': (draft, work) => void endPanel(draft, work),
  'settle-dispute': settleDispute,
};

/**
 * Law: however little room each call has, the run comes out as with room for all: nobody acts in
 * between, and what is drawn later is drawn from the same seed.
 */
export function carryOut(draft: RunDraft, tick: boolean): void {
  const { run } = draft;
  let list: Work[] = [...draft.takePlanned(), ...run.work];
  // A step that needs no room of its own is not free either.
  while (list.length > 0 && draft.hasRoom(0)) {
    const [work, ...rest] = list as [Work, ...Work[]];
    const done = steps[work.do](draft, work as never) !== false;
    list = done ? [...draft.takePlanned(), ...rest] : list;
    if (!done) break;
  }
  if (list.length > 0) {
    run.work = list;
    run.busySinceMs = draft.at.nowMs;
    if (tick) draft.keepDraws();
    return;
  }
  if (run.busySinceMs !== null) giveTimeBack(draft);
  if (run.work.length > 0) run.work = [];
  if (run.draws) run.draws = null;
}

/**
 * The last of all: nobody could act while the run was busy, so nobody's time went on, of what had
 * begun before and of what began in between. Audits and disputes are timed by the run's clock.
 */
function giveTimeBack({ run, at, call }: RunDraft): void {
  const ms = call.nowMs - at.nowMs;
  const { open, provisional } = run;
  if (open) {
    open.sinceMs += ms;
    open.deadlineMs += ms;
  }
  if (provisional) {
    provisional.sinceMs += ms;
    provisional.challengeUntilMs += ms;
    // 0: to be looked at.
    if (provisional.auditsDueMs > 0) provisional.auditsDueMs = later(provisional.auditsDueMs, ms);
  }
  run.busyMs += ms;
  if (run.pausedSinceMs !== null) run.pausedSinceMs += ms;
  run.busySinceMs = null;
}

/** None is due at all where it is the largest there is. */
function later(atMs: number, ms: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, atMs + ms);
}
