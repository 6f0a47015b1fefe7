/**
 * A play whose every command is carried out twice: at once, and in calls that have room for a few
 * records each, between which others try to act. Both must come to the same run, money, log and
 * events. The ticks that go on come in later blocks, whose seeds are others.
 */
import { inspect, isDeepStrictEqual } from 'node:util';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import {
  stepRun,
  type RunCommand,
  type RunState,
} from '@commonweights/dao-contracts/rules/run-events.js';
import type { CallContext } from '@commonweights/dao-contracts/rules/run-draft.js';
import type { RunConduct } from '@commonweights/dao-contracts/rules/reputation.js';
import type { Run } from '@commonweights/dao-contracts/rules/run-state.js';
import { addTotals } from './add-totals.js';
import { broken } from './law-names.js';
import { checkMoney } from './money-laws.js';
import { RunPlay } from './run-play.js';

/** A run of six people: no command has more to do. */
const callsMax = 200;

export class PagedPlay extends RunPlay {
  /** Calls that went on with what an earlier one left. */
  pages = 0;
  /** Works that a call stopped in. */
  readonly stoppedIn = new Set<string>();
  #commands = 0;

  override apply(command: RunCommand): void {
    // A relayer is paid for every tick that moved something, so more are dearer.
    if (command.kind === 'tick') this.relayer = null;
    const paged = new Pages(this, 1 + (this.#commands++ % 5));
    const refused = paged.play(command);
    try {
      super.apply(command);
    } catch (error) {
      if (!(error instanceof Refusal) || error.message !== refused) throw error;
      throw error;
    }
    if (refused !== null) broken('paged', `${command.kind} was refused: ${refused}`);
    paged.compare(command);
    this.pages += paged.pages;
    for (const work of paged.stoppedIn) this.stoppedIn.add(work);
  }
}

class Pages {
  pages = 0;
  readonly stoppedIn = new Set<string>();
  readonly #shadow: RunPlay;
  readonly #events: unknown[] = [];
  readonly #services: unknown[] = [];

  constructor(
    readonly whole: PagedPlay,
    readonly room: number,
  ) {
    const { terms } = whole.state;
    const shadow = new RunPlay(terms);
    Object.assign(shadow, { state: whole.state, nowMs: whole.nowMs, received: whole.received });
    shadow.totals = { ...whole.totals };
    for (const [account, yocto] of whole.ledgers) shadow.ledgers.set(account, yocto);
    shadow.records.push(...whole.records);
    this.#shadow = shadow;
  }

  /** Blocks later; more than any deadline of these plays at times. */
  get #laterMs(): number {
    return this.pages * (this.pages % 3 === 0 ? 1_700 : 7);
  }

  /** Returns what it was refused with, or null. */
  play(command: RunCommand): string | null {
    const at = { ...this.whole.nextContext(), room: this.room };
    try {
      this.#step(command, at);
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
    while (this.#shadow.state.run.work.length > 0) {
      this.stoppedIn.add(this.#shadow.state.run.work[0]!.do);
      checkMoney(this.#shadow);
      this.#tryToAct(at);
      if (++this.pages > callsMax) broken('paged', `${command.kind} never ends`);
      const later = {
        ...{ ...at, relayer: null, seed: new Uint8Array(32).fill(this.pages) },
        nowMs: at.nowMs + this.#laterMs,
      };
      this.#step({ kind: 'tick', round: null, phase: null }, later);
    }
    return null;
  }

  compare(command: RunCommand): void {
    const { whole } = this;
    const facts = (what: string) => `${what} after ${command.kind}, ${this.room} records a call`;
    const same = (what: string, a: unknown, b: unknown) => {
      if (isDeepStrictEqual(a, b)) return;
      const [paged, whole] = [a, b].map((one) => inspect(one, { depth: 4 }).slice(0, 300));
      broken('paged', `${facts(what)}: ${paged} where it would be ${whole}`);
    };
    // The play keeps the records; what a step returns has those from before it.
    const state = this.#pagesLater({ ...whole.state, records: [] });
    const paged = { ...this.#shadow.state, records: [] };
    for (const name of Object.keys(state.run) as (keyof Run)[]) {
      same(`run.${name}`, paged.run[name], state.run[name]);
    }
    same('the state', paged, state);
    same('the money', this.#shadow.totals, whole.totals);
    same('the ledgers', this.#shadow.ledgers, whole.ledgers);
    same('the log', this.#shadow.records, whole.records);
    same('the events', this.#events, whole.lastEvents);
    same('the conduct', this.#services, servicesOf(whole.effects!.conducts));
  }

  /** Nobody could act meanwhile: everybody has as much time as if it had happened at once. */
  #pagesLater(state: RunState): RunState {
    const ms = this.pages === 0 ? 0 : this.#laterMs;
    const { run } = state;
    const dueMs = run.provisional?.auditsDueMs ?? 0;
    return {
      ...state,
      run: {
        ...run,
        busyMs: run.busyMs + ms,
        pausedSinceMs: run.pausedSinceMs === null ? null : run.pausedSinceMs + ms,
        open: run.open && {
          ...run.open,
          sinceMs: run.open.sinceMs + ms,
          deadlineMs: run.open.deadlineMs + ms,
        },
        provisional: run.provisional && {
          ...run.provisional,
          sinceMs: run.provisional.sinceMs + ms,
          challengeUntilMs: run.provisional.challengeUntilMs + ms,
          auditsDueMs: dueMs === 0 || dueMs === Number.MAX_SAFE_INTEGER ? dueMs : dueMs + ms,
        },
      },
    };
  }

  #step(command: RunCommand, at: CallContext): void {
    const shadow = this.#shadow;
    const { state, effects } = stepRun(shadow.state, command, at);
    shadow.state = state;
    shadow.totals = addTotals(shadow.totals, effects.moves);
    if ('depositYocto' in command) shadow.received += command.depositYocto;
    for (const [account, yocto] of effects.credits) {
      shadow.ledgers.set(account, (shadow.ledgers.get(account) ?? 0n) + yocto);
    }
    shadow.records.push(...effects.records);
    this.#events.push(...effects.events);
    this.#services.push(...servicesOf(effects.conducts));
    if (command.kind !== 'tick') return;
    const busy = state.run.work.length > 0;
    if (effects.result?.busy !== busy) broken('paged', 'a tick says something else than it left');
  }

  /** Whatever it is. */
  #tryToAct(at: CallContext): void {
    const { state } = this.#shadow;
    const { relayer } = this.whole;
    const tries = this.whole.candidates(this.pages);
    const command = tries[this.pages % tries.length]!();
    this.whole.relayer = relayer;
    if (command.kind === 'tick') return;
    try {
      stepRun(state, command, at);
    } catch (error) {
      if (error instanceof Refusal && error.code === 'RUN_BUSY') return;
      throw error;
    }
    broken('paged', `${command.kind} was taken half way`);
  }
}

/** What accounts gain, each sum under the cap of a run: as often as in one call. */
function servicesOf(conducts: ReadonlyMap<string, RunConduct>): unknown[] {
  return [...conducts].flatMap(([account, { verifiedRounds, auditsRight }]) =>
    verifiedRounds + auditsRight > 0 ? [{ account, verifiedRounds, auditsRight }] : [],
  );
}
