/** What a seat does in a round: commit, reveal, certify, name the root. One seat record each. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { refuse } from './errors.js';
import { commitmentWith, ZERO_LOCAL_STATE } from './opening.js';
import { notePace } from './pace.js';
import type { Phase, RevealedClaim } from './run.js';
import type { RunDraft } from './run-draft.js';
import type { OpenRound, Seat } from './run-state.js';
import { seatBeyond, setOfSeats } from './seat-set.js';
import type { Actor } from './seat-name.js';
import { noteLateness } from './silence.js';

export interface Act extends Actor {
  round: number;
}

export function commit(draft: RunDraft, act: Act & { commitment: Digest }): void {
  const { open, seat } = enterPhase(draft, act, 'train');
  open.committed = withTurn(draft.trains(seat.seat), open.committed, seat, 'trains in this round');
  notePaceOf(draft, seat, open.committed);
  const { provisional } = draft.run;
  // The claim of a provisional round is still needed; one of a cancelled round is not.
  if (seat.claim && seat.claim.round === provisional?.round) seat.previousClaim = seat.claim;
  seat.claim = { round: open.round, commitment: act.commitment, revealed: null };
}

export function reveal(draft: RunDraft, act: Act & RevealedClaim & { salt: string }): void {
  const { open, seat } = enterPhase(draft, act, 'reveal');
  open.revealed = withTurn(
    open.committed.includes(seat.seat),
    open.revealed,
    seat,
    'committed in this round',
  );
  notePaceOf(draft, seat, open.revealed);
  const { update, updateBytes, startRoot, localIn, localOut, traceRoot, salt } = act;
  if (startRoot !== open.startRoot) {
    refuse('BAD_OPENING', `round ${open.round} starts from ${open.startRoot}`);
  }
  const expected = open.localReset ? ZERO_LOCAL_STATE : seat.localOut;
  if (localIn !== expected) refuse('BAD_OPENING', `this seat's local state must be ${expected}`);
  const opened = commitmentWith(
    {
      contract: draft.at.contract,
      run: draft.run.id,
      round: open.round,
      account: seat.account,
      worker: seat.worker,
      update,
      startRoot,
      localIn,
      localOut,
      traceRoot,
      salt,
    },
    draft.at,
  );
  if (!seat.claim || seat.claim.commitment !== opened) {
    refuse('BAD_OPENING', 'this does not open what was committed; send exactly what was hashed');
  }
  const revealed = { update, updateBytes, startRoot, localIn, localOut, traceRoot };
  seat.claim = { ...seat.claim, revealed };
  seat.localOut = localOut;
  draft.emit('update_revealed', { round: open.round, seat: seat.seat, update });
}

export function certify(draft: RunDraft, act: Act & { available: readonly number[] }): void {
  const { open, seat } = enterPhase(draft, act, 'certify');
  open.certified = withTurn(
    open.witnesses.includes(seat.seat),
    open.certified,
    seat,
    'is a witness of this round',
  );
  notePaceOf(draft, seat, open.certified);
  const named = setOfSeats(act.available);
  const other = named === open.nameable ? null : seatBeyond(named, open.nameable);
  if (other !== null) {
    refuse('BAD_ARGUMENT', `available: seat ${other} revealed nothing in this round`);
  }
  open.named = [...open.named, named];
}

export function submitRoot(draft: RunDraft, act: Act & { root: Digest }): void {
  const { open, seat } = enterPhase(draft, act, 'aggregate');
  open.submitted = withTurn(
    open.revealed.includes(seat.seat),
    open.submitted,
    seat,
    'revealed in this round',
  );
  // While it waits for the round before, nobody is late.
  if (!draft.run.provisional) notePaceOf(draft, seat, open.submitted);
  const same = open.roots.find(({ root }) => root === act.root);
  if (same) same.by.push(seat.seat);
  else open.roots.push({ root: act.root, by: [seat.seat] });
}

function enterPhase(draft: RunDraft, act: Act, phase: Phase): { open: OpenRound; seat: Seat } {
  const { open, status } = draft.run;
  if (!open) {
    return refuse('WRONG_ROUND', `run ${draft.run.id} is ${status} and has no open round`);
  }
  if (open.round !== act.round) {
    refuse('WRONG_ROUND', `round ${open.round} is open, not ${act.round}; read the run again`);
  }
  if (open.phase !== phase) {
    refuse('WRONG_PHASE', `round ${open.round} is at "${open.phase}", not at "${phase}"`);
  }
  return { open, seat: draft.activeSeatOf(act) };
}

/** `acted`: by whom so far, this seat included. */
function notePaceOf(draft: RunDraft, seat: Seat, acted: readonly number[]): void {
  const open = draft.run.open!;
  const { round, sinceMs, lateAfterMs } = open;
  noteLateness(draft, seat, { round, afterMs: draft.at.nowMs - sinceMs, lateAfterMs });
  notePace(draft, open, acted.length);
}

/** Each seat acts once per phase. Returns who has acted now. */
function withTurn(may: boolean, acted: readonly number[], seat: Seat, who: string): number[] {
  if (!may) refuse('NOT_YOUR_TURN', `only a seat that ${who} does this; wait for the next round`);
  if (acted.includes(seat.seat)) {
    refuse('ALREADY_ACTED', `seat ${seat.seat} has done this; wait for the next phase`);
  }
  return [...acted, seat.seat];
}
