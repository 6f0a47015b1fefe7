/**
 * A transition in progress: the records that it touches, loaded when first needed, and what it
 * leaves behind: changed records, money moves, closed rounds, events. The transitions work on a
 * draft that they own; `step` (run-events.ts) wraps them into a pure function of a whole state, the
 * contract loads and stores single records.
 */
import type { Digest, Sha256 } from '@commonweights/dataset-registry/digest/digest-text.js';
import { Draw } from './draw.js';
import { refuse } from './errors.js';
import { storageYoctoPerByte } from './limits.js';
import type { Utf8 } from './opening.js';
import type { RoundRecord } from './run.js';
import type { Applicant, Audit, Dispute, RosterEntry, Run, Seat } from './run-state.js';
import type { RunTerms } from './run-terms.js';
import { moveMoney, noMoney, type Bucket, type Totals } from './totals.js';
import { formatDigest } from '@commonweights/dataset-registry/digest/digest-text.js';

/** Where the records of one run come from. Each is asked for at most once. */
export interface RunSource {
  run: Run;
  terms: () => RunTerms;
  seat: (seat: number) => Seat;
  seatOf: (account: string) => number | null;
  audits: () => Audit[];
  disputes: () => Dispute[];
  applicants: () => Applicant[];
}

export interface CallContext {
  /** The contract's account: part of every commitment. */
  contract: string;
  nowMs: number;
  /** Random bytes of the block; used by ticks only. */
  seed: Uint8Array;
  hash: Sha256;
  /** UTF-8: the chain's host does it a hundred times cheaper than its JavaScript could. */
  utf8: Utf8;
}

export interface RunEvent {
  event: string;
  data: Record<string, unknown>;
}

export class RunDraft {
  readonly run: Run;
  readonly draw: Draw;
  readonly moves: Totals = noMoney();
  /** Additions to ledgers, by account. */
  readonly credits = new Map<string, bigint>();
  readonly records: { round: number; text: string }[] = [];
  readonly events: RunEvent[] = [];
  readonly seats = new Map<number, Seat>();
  #terms: RunTerms | null = null;
  #audits: Audit[] | null = null;
  #disputes: Dispute[] | null = null;
  #applicants: Applicant[] | null = null;

  constructor(
    readonly source: RunSource,
    readonly at: CallContext,
  ) {
    this.run = source.run;
    this.draw = new Draw(at.seed, at.hash);
  }

  get terms(): RunTerms {
    return (this.#terms ??= this.source.terms());
  }

  get audits(): Audit[] {
    return (this.#audits ??= this.source.audits());
  }

  set audits(audits: Audit[]) {
    this.#audits = audits;
  }

  get disputes(): Dispute[] {
    return (this.#disputes ??= this.source.disputes());
  }

  set disputes(disputes: Dispute[]) {
    this.#disputes = disputes;
  }

  get applicants(): Applicant[] {
    return (this.#applicants ??= this.source.applicants());
  }

  set applicants(applicants: Applicant[]) {
    this.#applicants = applicants;
  }

  /** What was loaded, and so may have changed; null: not loaded. */
  get touched(): {
    audits: Audit[] | null;
    disputes: Dispute[] | null;
    applicants: Applicant[] | null;
  } {
    return { audits: this.#audits, disputes: this.#disputes, applicants: this.#applicants };
  }

  seat(seat: number): Seat {
    let found = this.seats.get(seat);
    if (!found) this.seats.set(seat, (found = this.source.seat(seat)));
    return found;
  }

  /** The caller's seat, which must be active. */
  activeSeatOf(account: string): Seat {
    const seat = this.source.seatOf(account);
    if (seat === null) {
      return refuse('NOT_ENROLLED', `${account} has no seat in run ${this.run.id}; enrol first`);
    }
    const { status } = this.roster(seat);
    if (status !== 'active') {
      const remedy = status === 'absent' ? 'rejoin first' : 'it can act no more';
      refuse('NOT_YOUR_TURN', `seat ${seat} is ${status}; ${remedy}`);
    }
    return this.seat(seat);
  }

  roster(seat: number): RosterEntry {
    return this.run.roster[seat]!;
  }

  /** Ended runs have no jurors, no escrow and no rounds any more. */
  get hasEnded(): boolean {
    return this.run.status === 'completed' || this.run.status === 'stopped';
  }

  isActive(seat: number): boolean {
    return this.roster(seat).status === 'active';
  }

  credit(account: string, from: Bucket, yocto: bigint): void {
    if (yocto === 0n) return;
    this.credits.set(account, (this.credits.get(account) ?? 0n) + yocto);
    moveMoney(this.moves, from, 'ledgers', yocto);
  }

  /** Takes up to `yocto` out of the escrow, and says how much it was. */
  spendEscrow(to: Bucket, yocto: bigint): bigint {
    const spent = yocto < this.run.escrowYocto ? yocto : this.run.escrowYocto;
    this.run.escrowYocto -= spent;
    moveMoney(this.moves, 'escrows', to, spent);
    return spent;
  }

  chargeStorage(bytes: number): bigint {
    return this.spendEscrow('storage', BigInt(bytes) * storageYoctoPerByte);
  }

  emit(event: string, data: Record<string, unknown>): void {
    this.events.push({ event, data: { run: this.run.id, ...data } });
  }

  /** Folds a closed round into the log: its record's digest becomes the head. */
  appendRecord(record: RoundRecord, overheadBytes: number): bigint {
    // Records are built with their fields in order, which makes this their canonical text.
    const text = JSON.stringify(record);
    const bytes = this.at.utf8(text);
    this.run.logHead = formatDigest(this.at.hash(bytes)) as Digest;
    this.records.push({ round: record.round, text });
    const { round, outcome, root } = record;
    this.emit('round_closed', { round, outcome, root, logHead: this.run.logHead });
    return this.chargeStorage(bytes.length + overheadBytes);
  }
}
