/**
 * Every way a run can change. `applyRunEvent` works on a draft (the contract's path: single records
 * loaded and stored); `stepRun` is the same as a pure function of a whole run, for tests and for
 * whoever replays a run from its events. Law: the parts of `stepRun`'s input are never changed.
 */
import {
  answer,
  deliver,
  open,
  type AuditStep,
  type LeafWithProof,
  type OpenedLeaf,
} from './audit.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { carryOut } from './carry-out.js';
import { copyRecord } from './copy-record.js';
import { enrol, rejoin, type Enrolment } from './enrolment.js';
import { refuse, unreachable } from './errors.js';
import type { Amending } from './amendment.js';
import { challengeRoot, challengeUpdate, type Challenge } from './challenge.js';
import { appeal, judge, resolveDispute, type Appeal } from './dispute.js';
import { amendRun, pauseByVote, resumeByVote, rewindRun, type Rewinding } from './live-run.js';
import { tick, tickResult, type Tick } from './phases.js';
import { certify, commit, reveal, submitRoot, type Act } from './round-acts.js';
import { stopRun } from './round-opening.js';
import type { RunConduct } from './reputation.js';
import { payRelayer } from './relay-fee.js';
import type { RevealedClaim, RoundRecord, TickResult, Verdict } from './run.js';
import { noSeats, seatsIn } from './seat-set.js';
import { seatName, type Actor } from './seat-name.js';
import { setOperator, setPayout, type OwnerCall } from './seat-owner.js';
import { measure, uncover, type Measurement, type Uncovering } from './tolerance/measure.js';
import { RunDraft, type CallContext, type RunEvent } from './run-draft.js';
import type { Applicant, Audit, Dispute, Run, Seat } from './run-state.js';
import type { Amendment, RunTerms } from './run-terms.js';
import type { Totals } from './totals.js';

export type RunCommand =
  | ({ kind: 'enrol' } & Enrolment)
  | ({ kind: 'rejoin' } & Actor)
  | ({ kind: 'set_payout'; payout: string } & OwnerCall)
  | ({ kind: 'set_operator'; operator: string } & OwnerCall)
  /** The caller matters only to its relayer. */
  | ({ kind: 'tick' } & Tick & Partial<Actor>)
  | ({ kind: 'commit'; commitment: Digest } & Act)
  | ({ kind: 'reveal'; salt: string } & Act & RevealedClaim)
  | ({ kind: 'certify'; available: readonly number[] } & Act)
  | ({ kind: 'submit_root'; root: Digest } & Act)
  | ({ kind: 'deliver' } & AuditStep & LeafWithProof)
  | ({ kind: 'answer'; leaf: Digest | null } & AuditStep)
  | ({ kind: 'open' } & AuditStep & OpenedLeaf)
  | ({ kind: 'measure' } & AuditStep & Measurement)
  | ({ kind: 'uncover' } & AuditStep & Uncovering)
  | ({ kind: 'challenge_root'; root: Digest } & Challenge)
  | ({ kind: 'challenge_update'; seat: number } & Challenge)
  | ({ kind: 'judge'; dispute: number; answer: Digest | null } & Actor)
  | ({ kind: 'appeal' } & Appeal)
  | { kind: 'resolve'; dispute: number; verdict: Verdict }
  | { kind: 'stop' }
  | { kind: 'pause'; forMs: number }
  | { kind: 'resume' }
  | ({ kind: 'amend' } & Amending)
  | ({ kind: 'rewind' } & Rewinding);

/** Changes the draft or refuses, in which case the draft must be thrown away. */
export function applyRunCommand(draft: RunDraft, command: RunCommand): TickResult | null {
  // A tick is paid for when it moved something; an act, before it can end the run and its escrow.
  if (command.kind !== 'tick') {
    checkIsIdle(draft.run);
    payRelayer(draft, command);
    applyCommand(draft, command);
    carryOut(draft, false);
    return null;
  }
  tick(draft, command);
  carryOut(draft, true);
  const result = tickResult(draft);
  if (result.moved) payRelayer(draft, command);
  return result;
}

/** Else what a verdict, a draw or a payment comes to would depend on who acts half way through it. */
function checkIsIdle({ id, work }: Run): void {
  if (work.length === 0) return;
  refuse('RUN_BUSY', `run ${id} has work left that was decided on; tick until it has none`);
}

type Untimed = Exclude<RunCommand, { kind: 'tick' }>;

function applyCommand(draft: RunDraft, command: Untimed): void {
  switch (command.kind) {
    case 'enrol':
      return enrol(draft, command);
    case 'rejoin':
      return rejoin(draft, command);
    case 'set_payout':
      return setPayout(draft, command);
    case 'set_operator':
      return setOperator(draft, command);
    case 'commit':
      return commit(draft, command);
    case 'reveal':
      return reveal(draft, command);
    case 'certify':
      return certify(draft, command);
    case 'submit_root':
      return submitRoot(draft, command);
    case 'deliver':
      return deliver(draft, command);
    case 'answer':
      answer(draft, command);
      return draft.plan({ do: 'close-provisional' });
    case 'open':
      open(draft, command);
      return draft.plan({ do: 'close-provisional' });
    case 'measure':
      measure(draft, command);
      return draft.plan({ do: 'close-provisional' });
    case 'uncover':
      uncover(draft, command);
      return draft.plan({ do: 'close-provisional' });
    case 'challenge_root':
      return challengeRoot(draft, command);
    case 'challenge_update':
      return challengeUpdate(draft, command);
    case 'judge':
      judge(draft, command);
      return draft.plan({ do: 'close-what-can' });
    case 'appeal':
      appeal(draft, command);
      return draft.plan({ do: 'close-what-can' });
    case 'resolve':
      resolveDispute(draft, command);
      return draft.plan({ do: 'close-what-can' });
    case 'pause':
      return pauseByVote(draft, command);
    case 'resume':
      return resumeByVote(draft);
    case 'amend':
      return amendRun(draft, command);
    case 'rewind':
      return rewindRun(draft, command);
    case 'stop':
      if (draft.run.status === 'completed' || draft.run.status === 'stopped') {
        refuse('RUN_NOT_OPEN', `run ${draft.run.id} is ${draft.run.status} already`);
      }
      return stopRun(draft, 'the DAO voted to stop it');
    default:
      return unreachable(command);
  }
}

/** All records of one run. */
export interface RunState {
  run: Run;
  terms: RunTerms;
  seats: Seat[];
  audits: Audit[];
  disputes: Dispute[];
  applicants: Applicant[];
  /** Accounts by party number. */
  parties: string[];
  /** Seats by the `seatName` of who operates them. */
  operators: Record<string, number>;
  amendment?: Amendment | null;
  /** Stored records by round; a rewind reads them. */
  records?: RoundRecord[];
}

export interface RunEffects {
  moves: Totals;
  credits: ReadonlyMap<string, bigint>;
  conducts: ReadonlyMap<string, RunConduct>;
  records: readonly { round: number; text: string }[];
  events: readonly RunEvent[];
  result: TickResult | null;
}

/** By seat, in the order in which they were drawn. */
export function auditsAfter({ run, audits }: RunDraft, before: Audit[]): Audit[] {
  if (run.audited === noSeats) return before.length > 0 ? [] : before;
  if (audits.size === 0) return before;
  return seatsIn(run.audited).flatMap(
    (seat) => audits.get(seat) ?? before.filter((audit) => audit.seat === seat),
  );
}

/**
 * Copies what the command touches and shares the rest: neither state may be changed in place.
 * Errors: throws a `Refusal`.
 */
export function stepRun(
  state: RunState,
  command: RunCommand,
  at: CallContext,
): { state: RunState; effects: RunEffects } {
  const draft = new RunDraft(
    {
      run: copyRecord(state.run),
      terms: () => state.terms,
      seat: (seat) => copyRecord(state.seats[seat]!),
      seatOf: (actor) =>
        state.seats.find((seat) => seatName(seat) === seatName(actor))?.seat ?? null,
      seatOperatedBy: (actor) => state.operators[seatName(actor)] ?? null,
      partyOf: (account) => {
        const number = state.parties.indexOf(account);
        return number < 0 ? null : number;
      },
      hasLedger: () => true,
      amendment: () => (state.amendment ? copyRecord(state.amendment) : null),
      record: (round) => state.records?.find((record) => record.round === round) ?? null,
      auditsOf: (seat) => copyRecord(state.audits.filter((audit) => audit.seat === seat)),
      disputes: () => copyRecord(state.disputes),
      applicants: () => copyRecord(state.applicants),
    },
    at,
  );
  const result = applyRunCommand(draft, command);
  const seats = draft.seats.size > 0 ? [...state.seats] : state.seats;
  for (const [number, seat] of draft.seats) seats[number] = seat;
  const audits = auditsAfter(draft, state.audits);
  const disputes = draft.touched.disputes ?? state.disputes;
  const applicants = draft.touched.applicants ?? state.applicants;
  const parties =
    draft.parties.size > 0 ? [...state.parties, ...draft.parties.keys()] : state.parties;
  const operators = draft.operators.size > 0 ? { ...state.operators } : state.operators;
  for (const [name, seat] of draft.operators) {
    if (seat === null) delete operators[name];
    else operators[name] = seat;
  }
  const { run, moves, credits, conducts, records, events } = draft;
  return {
    state: {
      run,
      terms: draft.terms,
      seats,
      audits,
      disputes,
      applicants,
      parties,
      operators,
      amendment: draft.amendmentChanged ? draft.amendment : (state.amendment ?? null),
      ...(state.records ? { records: state.records } : {}),
    },
    effects: { moves, credits, conducts, records, events, result },
  };
}
