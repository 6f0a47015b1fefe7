/**
 * The contract in memory: the real rules on drafts, one command at a time. A draft works on copies
 * of the records that it touches, like the contract on what it reads from storage, so a refused
 * command changes nothing. Keeps money and a log whose digest says whether two simulations were
 * the same.
 */
import { createHash } from 'node:crypto';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import { recordsPerCallMax } from '@commonweights/dao-contracts/rules/limits.js';
import { newRun } from '@commonweights/dao-contracts/rules/new-run.js';
import {
  RunDraft,
  type CallContext,
  type RunEvent,
} from '@commonweights/dao-contracts/rules/run-draft.js';
import {
  applyRunCommand,
  type RunCommand,
  type RunState,
  auditsAfter,
} from '@commonweights/dao-contracts/rules/run-events.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { noMoney, type Totals } from '@commonweights/dao-contracts/rules/totals.js';
import { addTotals } from '../dao-contracts/rules/add-totals.js';
import { checkConservation } from './conservation.js';

export const contract = 'dao.sim';
export const blockMs = 1_000;

export interface Applied {
  /** Null: it was not refused. */
  refused: Refusal | null;
  /** Of a tick: whether anything was due. */
  moved: boolean;
  events: readonly RunEvent[];
}

export class SimulatedChain {
  readonly state: RunState;
  totals: Totals = noMoney();
  readonly ledgers = new Map<string, bigint>();
  readonly deposits = new Map<string, bigint>();
  commands = 0;
  refused = 0;
  readonly refusals = new Map<string, number>();
  readonly lines: string[] = [];
  readonly records: RoundRecord[] = [];
  /** How often each event happened; pauses with their reason. */
  readonly events = new Map<string, number>();
  #receivedYocto: bigint;
  #ledgersYocto = 0n;
  readonly #seatOf = new Map<string, number>();
  readonly #log = createHash('sha256');

  constructor(
    terms: RunTerms,
    readonly seed: string,
    readonly keepsLines = false,
  ) {
    this.state = fundRun(terms);
    const { budgetYocto, escrowYocto } = this.state.run;
    this.totals.escrows = escrowYocto;
    this.totals.storage = budgetYocto - escrowYocto;
    this.#receivedYocto = budgetYocto;
  }

  seatOf(account: string): number | null {
    return this.#seatOf.get(account) ?? null;
  }

  apply(command: RunCommand, nowMs: number): Applied {
    this.commands++;
    const draft = this.#draft(nowMs);
    let moved = false;
    try {
      moved = applyRunCommand(draft, command)?.moved ?? true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.refused++;
      this.refusals.set(error.code, (this.refusals.get(error.code) ?? 0) + 1);
      this.#note(nowMs, command, error.code);
      return { refused: error, moved: false, events: [] };
    }
    this.#store(draft, command);
    this.#note(nowMs, command, moved ? 'ok' : 'no-op');
    return { refused: null, moved, events: [...draft.events, ...this.#carryOut(nowMs)] };
  }

  /** Whoever ticked goes on until nothing of it is left: nobody can act before. */
  #carryOut(nowMs: number): RunEvent[] {
    const events: RunEvent[] = [];
    while (this.state.run.work.length > 0) {
      const command: RunCommand = { kind: 'tick', round: null, phase: null };
      const draft = this.#draft(nowMs);
      applyRunCommand(draft, command);
      this.#store(draft, command);
      this.commands++;
      events.push(...draft.events);
    }
    return events;
  }

  /** What the command would do in this block, without doing it: what a block's producer can see. */
  preview(command: RunCommand, nowMs: number): { draft: RunDraft; moved: boolean } {
    const draft = this.#draft(nowMs);
    const moved = applyRunCommand(draft, command)?.moved ?? true;
    return { draft, moved };
  }

  /** Ended, and no dispute about it is open any more. */
  get isOver(): boolean {
    const { run, disputes } = this.state;
    const ended = run.status === 'completed' || run.status === 'stopped';
    return ended && disputes.length === 0;
  }

  logDigest(): string {
    return `sha256:${this.#log.copy().digest('hex')}`;
  }

  #draft(nowMs: number): RunDraft {
    const { state } = this;
    return new RunDraft(
      {
        run: copy(state.run),
        terms: () => state.terms,
        seat: (seat) => copy(state.seats[seat]!),
        seatOf: ({ account }) => this.seatOf(account),
        // Each account has one machine here, and acts for it itself.
        seatOperatedBy: () => null,
        partyOf: (account) => {
          const number = state.parties.indexOf(account);
          return number < 0 ? null : number;
        },
        hasLedger: () => true,
        amendment: () => null,
        record: () => null,
        auditsOf: (seat) => copy(state.audits.filter((audit) => audit.seat === seat)),
        disputes: () => copy(state.disputes),
        applicants: () => copy(state.applicants),
      },
      this.#context(nowMs),
    );
  }

  #context(nowMs: number): CallContext {
    const block = Math.floor(nowMs / blockMs);
    const seed = hash(Buffer.from(`block ${this.seed} ${block}`));
    const utf8 = (text: string) => Buffer.from(text);
    return { contract, nowMs, seed, hash, utf8, room: recordsPerCallMax };
  }

  #store(draft: RunDraft, command: RunCommand): void {
    const { state } = this;
    state.run = draft.run;
    state.audits = auditsAfter(draft, state.audits);
    for (const [number, seat] of draft.seats) {
      state.seats[number] = seat;
      this.#seatOf.set(seat.account, number);
    }
    state.parties.push(...draft.parties.keys());
    this.records.push(...draft.records.map(({ text }) => JSON.parse(text) as RoundRecord));
    for (const { event, data } of draft.events) {
      const name = event === 'run_paused' ? `${event}: ${String(data.because)}` : event;
      this.events.set(name, (this.events.get(name) ?? 0) + 1);
    }
    // Whatever kinds of records the rules keep beside seats, only those that were loaded.
    for (const [kind, records] of Object.entries(draft.touched)) {
      if (records) Object.assign(state, { [kind]: records });
    }
    this.totals = addTotals(this.totals, draft.moves);
    if ('depositYocto' in command) {
      this.#receivedYocto += command.depositYocto;
      add(this.deposits, command.account, command.depositYocto);
    }
    for (const [account, yocto] of draft.credits) {
      add(this.ledgers, account, yocto);
      this.#ledgersYocto += yocto;
    }
    checkConservation({
      state,
      totals: this.totals,
      receivedYocto: this.#receivedYocto,
      ledgersYocto: this.#ledgersYocto,
    });
  }

  #note(nowMs: number, command: RunCommand, outcome: string): void {
    const text = JSON.stringify(command, (_, value) =>
      typeof value === 'bigint' ? `${value}` : (value as unknown),
    );
    const line = `${nowMs} ${outcome} ${text}`;
    this.#log.update(line).update('\n');
    if (this.keepsLines) this.lines.push(line);
  }
}

function fundRun(terms: RunTerms): RunState {
  const budgetYocto = escrowNeeded(terms);
  return {
    run: newRun({ id: 1, proposal: 1, proposer: 'proposer.sim', terms, budgetYocto, nowMs: 0 }),
    terms,
    seats: [],
    audits: [],
    disputes: [],
    applicants: [],
    parties: [],
    operators: {},
  };
}

const hash = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());

function add(map: Map<string, bigint>, key: string, yocto: bigint): void {
  map.set(key, (map.get(key) ?? 0n) + yocto);
}

/** A deep copy of plain records; several times faster than `structuredClone`. */
function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const plain = typeof value[0] !== 'object';
    return (plain ? value.slice() : value.map(copy)) as T;
  }
  const out: Record<string, unknown> = {};
  for (const key in value) out[key] = copy(value[key]);
  return out as T;
}
