/**
 * One whole run, from applications to its end, as discrete events: seats look at the chain when it
 * changed, respond to their duties, and their commands land in blocks. Everything follows from the
 * scenario and one seed.
 */
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { OuterState } from '@commonweights/trainer/exchange/outer-step.js';
import { forgetOldDuties, hireAgents, keyOf, type Agent } from './agent.js';
import type { Duty, Response, Sight } from './behaviour.js';
import { BlobNet } from './blob-net.js';
import { blockMs, SimulatedChain, type Applied } from './chain.js';
import { enrolCommand, stopCommand, tickCommand } from './commands.js';
import { dutiesOf, nextDeadlineMs, tickMayBeDue } from './duties.js';
import { EventQueue } from './event-queue.js';
import { drawOutageMs } from './machine.js';
import { OffenceBook } from './offence-book.js';
import { RandomStream } from './random-stream.js';
import { RoundHistory } from './round-history.js';
import type { Scenario, SimulatedRun } from './scenario.js';
import { ToyProblem } from './toy-problem.js';

/** Longer than any run of the settings takes; reached only if something loops. */
const eventsMax = 5_000_000;
/** A tick by somebody outside, when no seat cares to. */
const outsiderTickMs = 60_000;
const firstHourMs = 3_600_000;

export function simulateRun(scenario: Scenario, seed: string, keepsLines = false): SimulatedRun {
  return new World(scenario, seed, keepsLines).play();
}

class World {
  readonly chain: SimulatedChain;
  readonly #queue = new EventQueue<() => void>();
  readonly #blobs = new BlobNet();
  readonly #problem: ToyProblem;
  readonly #models = new Map<Digest, OuterState>();
  readonly #agents: Agent[];
  readonly #byAccount = new Map<string, Agent>();
  readonly #history = new RoundHistory();
  readonly #steps = new Map<string, number>();
  readonly #offences = new OffenceBook();
  readonly #luck: RandomStream;
  #nowMs = 0;
  #tickPending = false;
  #timerMs = Infinity;
  #honestAudits = 0;
  readonly #extras = { sent: 0, accepted: 0 };
  #stuck = false;

  constructor(
    readonly scenario: Scenario,
    readonly seed: string,
    keepsLines: boolean,
  ) {
    this.chain = new SimulatedChain(scenario.terms, seed, keepsLines);
    this.#luck = new RandomStream(seed, 'luck');
    this.#problem = new ToyProblem(seed, scenario.recipe, scenario.landscape);
    this.#models.set(scenario.terms.initialRoot, this.#problem.start());
    this.#agents = hireAgents(scenario.contributors, seed);
    for (const agent of this.#agents) this.#byAccount.set(agent.account, agent);
  }

  play(): SimulatedRun {
    for (const agent of this.#agents) this.#enrolLater(agent);
    for (const { atMs, command } of this.scenario.votes ?? []) {
      this.#queue.push(atMs, () => {
        if (!this.chain.isOver) this.#submit(command, null);
      });
    }
    for (let events = 0; ; events++) {
      if (events > eventsMax) throw new Error(`BUG: seed ${this.seed} does not come to an end`);
      const next = this.#queue.pop();
      if (next) {
        this.#nowMs = next.atMs;
        next.event();
      }
      if (this.chain.isOver) break;
      if (this.#queue.size > 0) continue;
      this.#stuck = true;
      this.#submit(stopCommand(), null);
    }
    return {
      chain: this.chain,
      offences: this.#offences,
      problem: this.#problem,
      finalModel: this.#models.get(this.chain.state.run.finalRoot) ?? null,
      steps: this.#steps,
      endedMs: this.#nowMs,
      stuck: this.#stuck,
      honestAudits: this.#honestAudits,
      extras: this.#extras,
    };
  }

  #enrolLater(agent: Agent): void {
    const { account, role } = agent;
    const { stakeYocto } = this.scenario.terms;
    const at = agent.behaviour.appliesAfterMs ?? firstHourMs * agent.random.uniform();
    this.#queue.push(Math.round(at), () => {
      this.#submit(enrolCommand({ account, role, stakeYocto }), agent);
    });
  }

  /** Looks at the chain when news of it arrives, and responds to what is new. */
  #wake(agent: Agent, afterMs: number): void {
    const at = this.#nowMs + Math.round(afterMs + agent.machine.latencyMs);
    if (agent.nextLookMs <= at) return;
    agent.nextLookMs = at;
    this.#queue.push(at, () => {
      if (agent.nextLookMs !== at) return;
      agent.nextLookMs = Infinity;
      this.#look(agent);
    });
  }

  #look(agent: Agent): void {
    const seat = this.chain.seatOf(agent.account);
    if (seat === null) return;
    const sight = this.#sightOf(agent, seat);
    for (const command of agent.behaviour.extra?.(sight) ?? []) {
      // A tick that was due is anybody's to send.
      const due = command.kind === 'tick' && this.#tickIsDue();
      const { refused, moved } = this.#submit(command, agent);
      this.#extras.sent++;
      if (!refused && moved && !due) this.#extras.accepted++;
    }
    for (const duty of dutiesOf(this.chain.state, seat)) {
      const key = keyOf(duty);
      if (agent.handled.has(key)) continue;
      agent.handled.set(key, duty.round);
      this.#follow(agent, { duty, seat, key }, agent.behaviour.respond(duty, sight));
    }
    forgetOldDuties(agent, this.chain.state.run.nextRound);
  }

  #follow(agent: Agent, at: { duty: Duty; seat: number; key: string }, response: Response): void {
    const { duty, seat, key } = at;
    if (response.kind === 'look-again') {
      agent.handled.delete(key);
      this.#wake(agent, response.afterMs);
      return;
    }
    const said = response.kind === 'send' ? response.commands : [];
    const offend = () => this.#offences.offend(seat, duty, said);
    if (response.kind === 'ignore') {
      if (response.offence) offend();
      return;
    }
    const { commands, afterMs, steps, offence } = response;
    this.#steps.set(agent.account, (this.#steps.get(agent.account) ?? 0) + steps);
    const outage = drawOutageMs(agent.machine, agent.random);
    this.#queue.push(this.#nowMs + Math.round(afterMs) + outage, () => {
      let accepted = false;
      for (const command of commands) {
        // Noted first: applying it may close the audit or round that the offence belongs to.
        if (offence && !accepted) offend();
        accepted = this.#submit(command, agent).refused === null || accepted;
      }
      if (offence && !accepted) this.#offences.retract(seat, duty, said);
      // Refused because the chain moved meanwhile: look again at what is due now.
      if (!accepted && duty.kind === 'rejoin') agent.handled.delete(key);
    });
  }

  /** Lands in the next block; what follows from it is scheduled. */
  #submit(command: RunCommand, by: Agent | null): Applied {
    const nowMs = this.#blockTime();
    const before = phaseOf(this.chain);
    const { audits, disputes } = this.chain.state;
    const applied = this.chain.apply(command, nowMs);
    if (!applied.moved) return applied;
    const { run } = this.chain.state;
    this.#history.follow(applied.events, this.chain.state);
    this.#offences.follow(applied.events, this.chain.state);
    for (const { event, data } of applied.events) {
      if (event !== 'audit_closed') continue;
      const subject = this.#agentOf(data.seat as number);
      if (subject && !subject.crew) this.#honestAudits++;
    }
    if (this.chain.isOver) return applied;
    const moved = phaseOf(this.chain) !== before;
    if (moved) {
      const disputed = this.chain.state.disputes.map((one) => one.round);
      this.#blobs.forgetBefore(Math.min(run.nextRound - 6, ...disputed));
      for (const agent of this.#agents) this.#wake(agent, blockMs * agent.random.uniform());
    } else if (this.chain.state.audits !== audits || this.chain.state.disputes !== disputes) {
      this.#wakeParties();
    } else if (by) this.#wake(by, blockMs);
    this.#scheduleTick();
    return applied;
  }

  #wakeParties(): void {
    const { audits, disputes } = this.chain.state;
    const seats = new Set(audits.flatMap((audit) => [audit.seat, audit.auditor]));
    for (const { panel, parties, defendants } of disputes) {
      for (const seat of [...parties, ...defendants]) seats.add(seat);
      for (const { seat } of panel ?? []) seats.add(seat);
    }
    for (const seat of seats) {
      const agent = this.#agentOf(seat);
      if (agent) this.#wake(agent, blockMs * agent.random.uniform());
    }
  }

  #scheduleTick(): void {
    const { state } = this.chain;
    if (this.#tickIsDue()) {
      if (this.#tickPending) return;
      this.#tickPending = true;
      const willing = this.#agents.filter((one) => one.behaviour.ticks && this.#takesPart(one));
      const by = willing[this.#luck.below(Math.max(1, willing.length))];
      const wait = by ? by.machine.latencyMs + blockMs : outsiderTickMs;
      this.#queue.push(this.#nowMs + Math.round(wait), () => this.#tick());
      return;
    }
    const deadline = nextDeadlineMs(state, this.#blockTime());
    if (deadline === null || deadline >= this.#timerMs) return;
    this.#timerMs = deadline;
    this.#queue.push(deadline, () => {
      this.#timerMs = Infinity;
      this.#scheduleTick();
    });
  }

  #tickIsDue(): boolean {
    const { state } = this.chain;
    const nowMs = this.#blockTime();
    return tickMayBeDue(state, nowMs) && this.chain.preview(tickCommand(state), nowMs).moved;
  }

  #takesPart({ account }: Agent): boolean {
    const applied = this.chain.state.applicants.some((one) => one.account === account);
    return applied || this.chain.seatOf(account) !== null;
  }

  #tick(): void {
    if (!this.#tickIsDue()) {
      this.#tickPending = false;
      return this.#scheduleTick();
    }
    const command = tickCommand(this.chain.state);
    if (this.#isWithheld(command)) {
      this.#queue.push(this.#nowMs + blockMs, () => this.#tick());
      return;
    }
    this.#tickPending = false;
    const applied = this.#submit(command, null);
    if (!applied.moved) throw new Error(`BUG: a due tick moved nothing: ${phaseOf(this.chain)}`);
  }

  /** Whoever produces this block can leave it empty if it does not like what the seed would draw. */
  #isWithheld(command: RunCommand): boolean {
    const block = Math.floor(this.#blockTime() / blockMs);
    let from = 0;
    const lot = new RandomStream(this.seed, 'producer', block).uniform();
    for (const agent of this.#agents) {
      const { producer } = agent.behaviour;
      if (!producer) continue;
      const isMine = lot >= from && lot < from + producer.share;
      from += producer.share;
      if (!isMine) continue;
      const { draft: preview } = this.chain.preview(command, this.#blockTime());
      const sight = this.#sightOf(agent, this.chain.seatOf(agent.account) ?? -1);
      return !producer.welcomes(preview, sight);
    }
    return false;
  }

  #blockTime(): number {
    return Math.ceil(this.#nowMs / blockMs) * blockMs;
  }

  #agentOf(seat: number): Agent | undefined {
    return this.#byAccount.get(this.chain.state.seats[seat]!.account);
  }

  #sightOf(agent: Agent, seat: number): Sight {
    const { account, machine, random } = agent;
    const nowMs = this.#blockTime();
    const { state } = this.chain;
    return {
      nowMs,
      account,
      seat,
      state,
      problem: this.#problem,
      machine,
      random,
      past: (round) => this.#history.read(round),
      fetch: (digest, keep) => this.#blobs.fetch(digest, { account, nowMs, keep }),
      publish: (blob) =>
        this.#blobs.publish({ owner: account, serves: () => true, ...blob }, state.run.nextRound),
      model: (root) => this.#models.get(root) ?? null,
      publishModel: (root, model) => this.#models.set(root, model),
    };
  }
}

function phaseOf({ state: { run } }: SimulatedChain): string {
  return `${run.status} ${run.nextRound} ${run.open?.phase} ${run.provisional?.round}`;
}
