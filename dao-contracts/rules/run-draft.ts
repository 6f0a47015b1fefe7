/**
 * A transition in progress: the records that it touches, loaded when first needed, and what it
 * leaves behind: changed records, money moves, closed rounds, events. The transitions work on a
 * draft that they own; `step` (run-events.ts) wraps them into a pure function of a whole state, the
 * contract loads and stores single records.
 */
import type { Digest, Sha256 } from '@commonweights/dataset-registry/digest/digest-text.js';
import { Draw } from './draw.js';
import { refuse } from './errors.js';
import { disputesPerRecord, storageYoctoPerByte } from './limits.js';
import type { Utf8 } from './opening.js';
import type { RoundRecord } from './run.js';
import type { Applicant, Audit, Dispute, RosterEntry, Run, Seat } from './run-state.js';
import type { Amendment, RunTerms } from './run-terms.js';
import type { RunConduct } from './reputation.js';
import { seatName, type Actor } from './seat-name.js';
import { hasSeat, noSeats, withSeat } from './seat-set.js';
import { moveMoney, noMoney, type Bucket, type Totals } from './totals.js';
import type { Work } from './work.js';
import {
  bytesOfHex,
  formatDigest,
  hexOfBytes,
} from '@commonweights/dataset-registry/digest/digest-text.js';

/** Where the records of one run come from. Each is asked for at most once. */
export interface RunSource {
  run: Run;
  terms: () => RunTerms;
  seat: (seat: number) => Seat;
  /** The seat that the account owns under this label. */
  seatOf: (actor: Actor) => number | null;
  /** The seat that the account acts for under this label, by its owner's word. */
  seatOperatedBy: (actor: Actor) => number | null;
  /** Number of an account among those that own seats or are paid for them. */
  partyOf: (account: string) => number | null;
  /** Whether somebody paid for the storage of this account's ledger. */
  hasLedger: (account: string) => boolean;
  /** Those of a seat's claim; asked for only where the run says that there are any. */
  auditsOf: (seat: number) => Audit[];
  disputes: () => Dispute[];
  applicants: () => Applicant[];
  /** New terms that wait; asked for only where the run says that there are any. */
  amendment: () => Amendment | null;
  /** Answers from a record that is not decoded; null: it is, or was. */
  statusOf?: (seat: number) => RosterEntry['status'] | null;
  trains?: (seat: number) => boolean | null;
  /** The stored record of a closed round. */
  record: (round: number) => RoundRecord | null;
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
  /** Who paid the gas of this call where it is not the caller (NEP-366). */
  relayer?: string | null;
  /**
   * How many records of seats, ledgers and reputations this call has gas for; what is done seat by
   * seat stops there and is left to the next ticks (work.ts). Default: as many as there are.
   */
  room?: number;
}

export interface RunEvent {
  event: string;
  data: Record<string, unknown>;
}

export class RunDraft {
  readonly run: Run;
  readonly moves: Totals = noMoney();
  /** Additions to ledgers, by account. */
  readonly credits = new Map<string, bigint>();
  readonly records: { round: number; text: string }[] = [];
  readonly events: RunEvent[] = [];
  readonly seats = new Map<number, Seat>();
  /** By the seat whose claim it is: those that were looked at, and may have changed. */
  readonly audits = new Map<number, Audit[]>();
  /** What settled seats say of their accounts (reputation.ts). */
  readonly conducts = new Map<string, RunConduct>();
  /** Accounts that are parties from now on, with their numbers. */
  readonly parties = new Map<string, number>();
  /** Operators that changed, by `seatName`; null: acts no more. */
  readonly operators = new Map<string, number | null>();
  /** Whether a tick found something to do. */
  moved = false;
  /** Works that what is being carried out has decided on, in order. */
  #planned: Work[] = [];
  /** Room taken by what no record of this draft stands for. */
  #taken = 0;
  #draw: Draw | null = null;
  #terms: RunTerms | null = null;
  #amended = false;
  #amendment: Amendment | null = null;
  amendmentChanged = false;
  #disputes: Dispute[] | null = null;
  #applicants: Applicant[] | null = null;

  readonly at: CallContext;

  /** While a run is busy its time stands still: what is left is judged as of when it was decided. */
  constructor(
    readonly source: RunSource,
    readonly call: CallContext,
  ) {
    this.run = source.run;
    const { busySinceMs } = this.run;
    this.at = call;
    if (busySinceMs === null) return;
    // Its other fields may be asked of the chain when they are needed.
    this.at = Object.create(call, { nowMs: { value: busySinceMs } }) as CallContext;
  }

  /** A tick's own; for what it left, still its own: no later block decides what was decided. */
  get draw(): Draw {
    const { draws } = this.run;
    const seed = draws ? bytesOfHex(draws.seed) : this.at.seed;
    return (this.#draw ??= new Draw(seed, this.at.hash, draws?.drawn));
  }

  /** Keeps the randomness of this tick for the work that it leaves. */
  keepDraws(): void {
    const { seed, drawn } = this.draw;
    this.run.draws = { seed: hexOfBytes(seed), drawn };
  }

  /** To be done after what is being done now, before what was planned earlier. */
  plan(...work: Work[]): void {
    this.#planned.push(...work);
  }

  takePlanned(): Work[] {
    const planned = this.#planned;
    this.#planned = [];
    return planned;
  }

  /** Whether this call may go on with `more` records, or has done nothing yet that it could stop after. */
  hasRoom(more = 1): boolean {
    const { room: most = Infinity } = this.at;
    // Reading and writing a list of many disputes is gas that is not left for records.
    const listed = Math.floor((this.#disputes?.length ?? 0) / disputesPerRecord);
    const room = Math.max(most - listed, Math.ceil(most / 3));
    const { seats, audits, credits, conducts } = this;
    const touched = seats.size + audits.size + credits.size + conducts.size;
    const taken = touched + this.#taken;
    return taken === 0 || taken + more <= room;
  }

  takeRoom(records: number): void {
    this.#taken += records;
  }

  /** Does it to one after the other while there is room; false: some are left. */
  each<T>(left: T[], act: (it: T) => void): boolean {
    while (left.length > 0) {
      if (!this.hasRoom()) return false;
      this.#taken++;
      act(left.shift()!);
    }
    return true;
  }

  /** The same with the audits of these seats' claims, whose records count by themselves. */
  eachAudit(left: number[], act: (audit: Audit) => void): boolean {
    while (left.length > 0) {
      if (!this.hasRoom()) return false;
      for (const audit of this.auditsOf(left.shift()!)) act(audit);
    }
    return true;
  }

  get terms(): RunTerms {
    return (this.#terms ??= this.source.terms());
  }

  /** New terms hold from here on. */
  set terms(terms: RunTerms) {
    this.#terms = terms;
    this.#amended = true;
  }

  /** Terms to store anew; null: they are as they were. */
  get amendedTerms(): RunTerms | null {
    return this.#amended ? this.terms : null;
  }

  get amendment(): Amendment | null {
    return (this.#amendment ??= this.run.amendment ? this.source.amendment() : null);
  }

  /** Null: none waits any more. */
  set amendment(amendment: Amendment | null) {
    this.#amendment = amendment;
    this.amendmentChanged = true;
  }

  addAudit(audit: Audit): void {
    const { run, audits } = this;
    const { seat } = audit;
    // What was stored of an earlier round is overwritten.
    if (!hasSeat(run.audited, seat)) audits.set(seat, []);
    run.audited = withSeat(run.audited, seat);
    (this.auditsOf(seat) as Audit[]).push(audit);
  }

  /** Those of a seat's claim. */
  auditsOf(seat: number): readonly Audit[] {
    if (!hasSeat(this.run.audited, seat)) return [];
    let found = this.audits.get(seat);
    if (!found) this.audits.set(seat, (found = this.source.auditsOf(seat)));
    return found;
  }

  dropAudits(): void {
    this.run.audited = noSeats;
    this.audits.clear();
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
    disputes: Dispute[] | null;
    applicants: Applicant[] | null;
  } {
    return { disputes: this.#disputes, applicants: this.#applicants };
  }

  seat(seat: number): Seat {
    let found = this.seats.get(seat);
    if (!found) this.seats.set(seat, (found = this.source.seat(seat)));
    return found;
  }

  /** The seat that the caller acts for; null: none. Refuses an owner that named an operator. */
  seatNumberFor(actor: Actor): number | null {
    // Nobody has a seat and operates another under one name (seat-owner.ts).
    const own = this.source.seatOf(actor);
    if (own === null) return this.source.seatOperatedBy(actor);
    const { operator } = this.seat(own);
    if (operator !== null) {
      refuse('NOT_YOUR_TURN', `${operator} acts for seat ${own}; set_operator takes it back`);
    }
    return own;
  }

  /** Whose word it is, as owner or as operator of a seat; unlike acting, owning is enough. */
  seatBehind(actor: Actor): number | null {
    return this.source.seatOperatedBy(actor) ?? this.source.seatOf(actor);
  }

  /** The number of an account among the run's parties; a new one gets the next. */
  partyOf(account: string): number {
    const known = this.parties.get(account) ?? this.source.partyOf(account);
    if (known !== null) return known;
    const number = this.run.parties++;
    this.parties.set(account, number);
    return number;
  }

  /** The seat that the caller acts for, which must be active. */
  activeSeatOf(actor: Actor): Seat {
    const seat = this.seatNumberFor(actor);
    if (seat === null) {
      return refuse(
        'NOT_ENROLLED',
        `${seatName(actor)} has no seat in run ${this.run.id}; enrol first`,
      );
    }
    const status = this.source.statusOf?.(seat) ?? this.roster(seat).status;
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

  /** Whether the seat has a slice of the open round. */
  trains(seat: number): boolean {
    return this.source.trains?.(seat) ?? this.run.open!.slices.some((one) => one.seat === seat);
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

  /** Adds what one seat did to what its account is known for. */
  noteConduct(account: string, conduct: RunConduct): void {
    const { verifiedRounds, auditsRight, auditsWrong, slashes } = conduct;
    if (verifiedRounds + auditsRight + auditsWrong + slashes === 0) return;
    const known = this.conducts.get(account);
    this.conducts.set(account, {
      verifiedRounds: (known?.verifiedRounds ?? 0) + verifiedRounds,
      auditsRight: (known?.auditsRight ?? 0) + auditsRight,
      auditsWrong: (known?.auditsWrong ?? 0) + auditsWrong,
      slashes: (known?.slashes ?? 0) + slashes,
    });
  }

  emit(event: string, data: Record<string, unknown>): void {
    this.events.push({ event, data: { run: this.run.id, ...data } });
  }

  /** Folds a closed round into the log: its record's digest becomes the head. */
  appendRecord(record: RoundRecord, overheadBytes: number): bigint {
    // Records are built with their fields in order, which makes this their canonical text.
    return this.appendText({ ...record, text: JSON.stringify(record) }, overheadBytes);
  }

  /** The same, of a record that is its canonical text already. */
  appendText(
    {
      round,
      outcome,
      root,
      text,
    }: Pick<RoundRecord, 'round' | 'outcome' | 'root'> & { text: string },
    overheadBytes: number,
  ): bigint {
    const bytes = this.at.utf8(text);
    this.run.logHead = formatDigest(this.at.hash(bytes)) as Digest;
    this.records.push({ round, text });
    this.emit('round_closed', { round, outcome, root, logHead: this.run.logHead });
    return this.chargeStorage(bytes.length + overheadBytes);
  }
}
