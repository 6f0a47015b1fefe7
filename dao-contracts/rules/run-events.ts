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
import { copyRecord } from './copy-record.js';
import { enrol, rejoin, type Enrolment } from './enrolment.js';
import { refuse, unreachable } from './errors.js';
import { challengeRoot, challengeUpdate, type Challenge } from './challenge.js';
import { appeal, judge, resolveDispute, type Appeal } from './dispute.js';
import { closeProvisional, completeIfDone } from './finality.js';
import { tick, type Tick } from './phases.js';
import { certify, commit, reveal, submitRoot, type Act } from './round-acts.js';
import { stopRun } from './round-opening.js';
import type { RevealedClaim, TickResult, Verdict } from './run.js';
import { RunDraft, type CallContext, type RunEvent } from './run-draft.js';
import type { Applicant, Audit, Dispute, Run, Seat } from './run-state.js';
import type { RunTerms } from './run-terms.js';
import type { Totals } from './totals.js';

export type RunCommand =
  | ({ kind: 'enrol' } & Enrolment)
  | { kind: 'rejoin'; account: string }
  | ({ kind: 'tick' } & Tick)
  | ({ kind: 'commit'; commitment: Digest } & Act)
  | ({ kind: 'reveal'; salt: string } & Act & RevealedClaim)
  | ({ kind: 'certify'; available: number[] } & Act)
  | ({ kind: 'submit_root'; root: Digest } & Act)
  | ({ kind: 'deliver' } & AuditStep & LeafWithProof)
  | ({ kind: 'answer'; leaf: Digest | null } & AuditStep)
  | ({ kind: 'open' } & AuditStep & OpenedLeaf)
  | ({ kind: 'challenge_root'; root: Digest } & Challenge)
  | ({ kind: 'challenge_update'; seat: number } & Challenge)
  | { kind: 'judge'; account: string; dispute: number; answer: Digest | null }
  | ({ kind: 'appeal' } & Appeal)
  | { kind: 'resolve'; dispute: number; verdict: Verdict }
  | { kind: 'stop' };

/** Changes the draft or refuses, in which case the draft must be thrown away. */
export function applyRunCommand(draft: RunDraft, command: RunCommand): TickResult | null {
  switch (command.kind) {
    case 'enrol':
      enrol(draft, command);
      return null;
    case 'rejoin':
      rejoin(draft, command);
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
    case 'challenge_root':
      challengeRoot(draft, command);
      return null;
    case 'challenge_update':
      challengeUpdate(draft, command);
      return null;
    case 'judge':
      judge(draft, command);
      closeWhatCan(draft);
      return null;
    case 'appeal':
      appeal(draft, command);
      closeWhatCan(draft);
      return null;
    case 'resolve':
      resolveDispute(draft, command);
      closeWhatCan(draft);
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

function closeWhatCan(draft: RunDraft): void {
  closeProvisional(draft);
  completeIfDone(draft);
}

/** All records of one run. */
export interface RunState {
  run: Run;
  terms: RunTerms;
  seats: Seat[];
  audits: Audit[];
  disputes: Dispute[];
  applicants: Applicant[];
}

export interface RunEffects {
  moves: Totals;
  credits: ReadonlyMap<string, bigint>;
  records: readonly { round: number; text: string }[];
  events: readonly RunEvent[];
  result: TickResult | null;
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
      seatOf: (account) => state.seats.find((seat) => seat.account === account)?.seat ?? null,
      audits: () => copyRecord(state.audits),
      disputes: () => copyRecord(state.disputes),
      applicants: () => copyRecord(state.applicants),
    },
    at,
  );
  const result = applyRunCommand(draft, command);
  const seats = draft.seats.size > 0 ? [...state.seats] : state.seats;
  for (const [number, seat] of draft.seats) seats[number] = seat;
  const audits = draft.touched.audits ?? state.audits;
  const disputes = draft.touched.disputes ?? state.disputes;
  const applicants = draft.touched.applicants ?? state.applicants;
  const { run, moves, credits, records, events } = draft;
  return {
    state: { run, terms: state.terms, seats, audits, disputes, applicants },
    effects: { moves, credits, records, events, result },
  };
}
