/**
 * What workers and auditors do in a round (docs/protocol/round.md and audits.md). None of these
 * takes a deposit, so a key that can only call them is enough for a worker: `workerMethods`.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { teraGas, type Connection } from './connection.js';
import type { Measurement, Uncovering } from '../rules/tolerance/measure.js';
import type { TraceProof } from '../rules/trace-proof.js';
import type { Phase, TickResult } from './views.js';

export interface RoundCalls {
  /**
   * Moves the phase on if everybody acted or the deadline passed; `round` and `phase` are what the
   * caller believes current, and a call that comes too late changes nothing. `phase: null` resumes
   * a paused run or draws the seats of an enrolling one; `round` is then ignored.
   */
  tick(it: OfSeat & { round: number; phase: Phase | null }): Promise<TickResult>;
  commit(it: OfSeat & { round: number; commitment: Digest }): Promise<void>;
  reveal(
    it: OfSeat & {
      round: number;
      update: Digest;
      updateBytes: number;
      startRoot: Digest;
      localIn: Digest;
      localOut: Digest;
      traceRoot: Digest;
      salt: string;
    },
  ): Promise<void>;
  /** `available`: seats whose update was fetched, decoded and kept. */
  certify(it: OfSeat & { round: number; available: readonly number[] }): Promise<void>;
  submitRoot(it: OfSeat & { round: number; root: Digest }): Promise<void>;
  /** The audited worker's `L_k` with its proof of inclusion in the trace. */
  deliver(it: AuditStep & ShownLeaf & Partial<CoveredLeaf>): Promise<void>;
  /** The auditor's own `L_{k+1}`; null: material missing or no valid snapshot. */
  answer(it: AuditStep & { leaf: Digest | null }): Promise<void>;
  /** The audited worker's `L_{k+1}` with its proof; `end` after the last segment: see opening.ts. */
  open(it: AuditStep & ShownLeaf & { end: Digest | null; secret?: string | null }): Promise<void>;
  /** Tolerance class: the auditor's own end, that its answer sealed, and the distance to it. */
  measure(it: AuditStep & Measurement): Promise<void>;
  /** Tolerance class: the audited worker says whether what it opened was a decoy; all null: none. */
  uncover(it: AuditStep & Uncovering): Promise<void>;
  /** That the provisional root is wrong; `root` is the right one. `depositYocto`: the view has it. */
  challengeRoot(it: Challenge & { root: Digest }): Promise<void>;
  /** That the included update of `seat` cannot be fetched or decoded. */
  challengeUpdate(it: Challenge & { seat: number }): Promise<void>;
  /** A juror's own recomputation; null: what it takes could not be had. */
  judge(it: OfSeat & { dispute: number; answer: Digest | null }): Promise<void>;
  /** By who lost the last verdict; `depositYocto`: `appealYocto` of the dispute, at least. */
  appeal(it: OfSeat & { dispute: number; depositYocto: bigint }): Promise<void>;
}

export interface ShownLeaf {
  readonly leaf: Digest;
  readonly proof: TraceProof;
  /** Where a decoy stands in the trace for the leaf (rules/decoy.ts). */
  readonly nonce?: Digest | null;
}

/** Tolerance class: where a decoy stands in its place, `proof` is of the leaf under `realRoot`. */
export interface CoveredLeaf {
  readonly realRoot: Digest;
  readonly hidden: Digest;
}

export interface Challenge extends OfSeat {
  readonly round: number;
  /** `challengeYocto` of the provisional round, at least; what is over goes to the ledger. */
  readonly depositYocto: bigint;
}

/** Whose call it is: the seat that the connected account acts for under this label. */
export interface OfSeat {
  readonly run: number;
  /** Default ''. */
  readonly worker?: string;
}

export interface AuditStep extends OfSeat {
  readonly round: number;
  /** Seat of the worker whose claim is audited. */
  readonly seat: number;
  readonly segment: number;
}

/** What a worker's function-call key is allowed to call. */
export { workerMethods } from '../rules/worker-methods.js';

/** A tick may draw audits, settle a round and open the next one, all in one call. */
const tickGas = 300n * teraGas;
const closingGas = 200n * teraGas;

export function roundCalls(connection: Connection): RoundCalls {
  return {
    tick: ({ round, phase, ...seat }) =>
      connection.call(
        'tick',
        { ...seat, round: phase === null ? null : round, phase },
        { gas: tickGas },
      ),
    commit: (it) => connection.call('commit', it),
    reveal: (it) => connection.call('reveal', it),
    certify: (it) => connection.call('certify', it),
    submitRoot: (it) => connection.call('submit_root', it),
    deliver: (it) => connection.call('deliver', it),
    answer: (it) => connection.call('answer', it, { gas: closingGas }),
    open: (it) => connection.call('open', it, { gas: closingGas }),
    measure: (it) => connection.call('measure', it, { gas: closingGas }),
    uncover: (it) => connection.call('uncover', it, { gas: closingGas }),
    challengeRoot: ({ depositYocto, ...args }) =>
      connection.call('challenge_root', args, { depositYocto, gas: closingGas }),
    challengeUpdate: ({ depositYocto, ...args }) =>
      connection.call('challenge_update', args, { depositYocto, gas: closingGas }),
    judge: (it) => connection.call('judge', it, { gas: closingGas }),
    appeal: ({ depositYocto, ...args }) =>
      connection.call('appeal', args, { depositYocto, gas: closingGas }),
  };
}
