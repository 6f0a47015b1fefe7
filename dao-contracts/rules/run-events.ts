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
import { enrol, rejoin, type Enrolment } from './enrolment.js';
import { refuse, unreachable } from './errors.js';
import { closeProvisional } from './finality.js';
import type { Amending } from './amendment.js';
import { amendRun, pauseByVote, resumeByVote, rewindRun, type Rewinding } from './live-run.js';
import { tick, type Tick } from './phases.js';
import { certify, commit, reveal, submitRoot, type Act } from './round-acts.js';
import { stopRun } from './round-opening.js';
import type { RunConduct } from './reputation.js';
import { payRelayer } from './relay-fee.js';
import type { RevealedClaim, RoundRecord, TickResult } from './run.js';
import { seatName, type Actor } from './seat-name.js';
import { setOperator, setPayout, type OwnerCall } from './seat-owner.js';
import { RunDraft, type CallContext, type RunEvent } from './run-draft.js';
import type { Applicant, Audit, Run, Seat } from './run-state.js';
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
  | ({ kind: 'certify'; available: number[] } & Act)
  | ({ kind: 'submit_root'; root: Digest } & Act)
  | ({ kind: 'deliver' } & AuditStep & LeafWithProof)
  | ({ kind: 'answer'; leaf: Digest | null } & AuditStep)
  | ({ kind: 'open' } & AuditStep & OpenedLeaf)
  | { kind: 'stop' }
  | { kind: 'pause'; forMs: number }
  | { kind: 'resume' }
  | ({ kind: 'amend' } & Amending)
  | ({ kind: 'rewind' } & Rewinding);

/** Changes the draft or refuses, in which case the draft must be thrown away. */
export function applyRunCommand(draft: RunDraft, command: RunCommand): TickResult | null {
  // A tick is paid for when it moved something; an act, before it can end the run and its escrow.
  if (command.kind !== 'tick') payRelayer(draft, command);
  const result = applyCommand(draft, command);
  if (result?.moved) payRelayer(draft, command);
  return result;
}

function applyCommand(draft: RunDraft, command: RunCommand): TickResult | null {
  switch (command.kind) {
    case 'enrol':
      enrol(draft, command);
      return null;
    case 'rejoin':
      rejoin(draft, command);
      return null;
    case 'set_payout':
      setPayout(draft, command);
      return null;
    case 'set_operator':
      setOperator(draft, command);
      return null;
    case 'tick':
      return tick(draft, command);
    case 'commit':
      commit(draft, command);
      return null;
    case 'reveal':
      reveal(draft, command);
      return null;
    case 'certify':
      certify(draft, command);
      return null;
    case 'submit_root':
      submitRoot(draft, command);
      return null;
    case 'deliver':
      deliver(draft, command);
      return null;
    case 'answer':
      answer(draft, command);
      closeProvisional(draft);
      return null;
    case 'open':
      open(draft, command);
      closeProvisional(draft);
      return null;
    case 'pause':
      pauseByVote(draft, command);
      return null;
    case 'resume':
      resumeByVote(draft);
      return null;
    case 'amend':
      amendRun(draft, command);
      return null;
    case 'rewind':
      rewindRun(draft, command);
      return null;
    case 'stop':
      if (draft.run.status === 'completed' || draft.run.status === 'stopped') {
        refuse('RUN_NOT_OPEN', `run ${draft.run.id} is ${draft.run.status} already`);
      }
      stopRun(draft, 'the DAO voted to stop it');
      return null;
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

/** Errors: throws a `Refusal`. */
export function stepRun(
  state: RunState,
  command: RunCommand,
  at: CallContext,
): { state: RunState; effects: RunEffects } {
  const own = structuredClone(state);
  const draft = new RunDraft(
    {
      run: own.run,
      terms: () => own.terms,
      seat: (seat) => own.seats[seat]!,
      seatOf: (actor) => own.seats.find((seat) => seatName(seat) === seatName(actor))?.seat ?? null,
      seatOperatedBy: (actor) => own.operators[seatName(actor)] ?? null,
      partyOf: (account) => {
        const number = own.parties.indexOf(account);
        return number < 0 ? null : number;
      },
      hasLedger: () => true,
      amendment: () => own.amendment ?? null,
      record: (round) => own.records?.find((record) => record.round === round) ?? null,
      audits: () => own.audits,
      applicants: () => own.applicants,
    },
    at,
  );
  const result = applyRunCommand(draft, command);
  const seats = [...own.seats];
  for (const [number, seat] of draft.seats) seats[number] = seat;
  const parties = [...own.parties, ...draft.parties.keys()];
  const operators = { ...own.operators };
  for (const [name, seat] of draft.operators) {
    if (seat === null) delete operators[name];
    else operators[name] = seat;
  }
  const { audits, applicants } = draft;
  const { run, moves, credits, conducts, records, events } = draft;
  return {
    state: {
      run,
      terms: draft.terms,
      seats,
      audits,
      applicants,
      parties,
      operators,
      amendment: draft.amendmentChanged ? draft.amendment : (own.amendment ?? null),
      ...(own.records ? { records: own.records } : {}),
    },
    effects: { moves, credits, conducts, records, events, result },
  };
}
