/**
 * A run with everybody around it, small enough to be driven by random numbers. `candidates` lists
 * what could be done now, sensible and not; each is applied through `stepRun` like any other.
 */
import { createHash } from 'node:crypto';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import {
  commitmentOf,
  drawDecoy,
  outcomeLeaf,
  plantedLeaf,
  saltOf,
  ZERO_LOCAL_STATE,
} from '@commonweights/dao-contracts/rules/commitment.js';
import { amendedEscrowNeeded } from '@commonweights/dao-contracts/rules/amendment.js';
import { escrowNeeded, redoYocto, type Undone } from '@commonweights/dao-contracts/rules/budget.js';
import { newRun } from '@commonweights/dao-contracts/rules/new-run.js';
import {
  stepRun,
  type RunCommand,
  type RunEffects,
  type RunState,
} from '@commonweights/dao-contracts/rules/run-events.js';
import { challengeWindowMsMin } from '@commonweights/dao-contracts/rules/limits.js';
import { challengeCost } from '@commonweights/dao-contracts/rules/challenge.js';
import { appealCost } from '@commonweights/dao-contracts/rules/dispute.js';
import type { Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import type { CallContext, RunEvent } from '@commonweights/dao-contracts/rules/run-draft.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type { Amendment, RoundRecord, RunTerms } from '@commonweights/dao-contracts/rules/run.js';
import { noMoney, type Totals } from '@commonweights/dao-contracts/rules/totals.js';
import { proveTraceLeaf, traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import { addTotals } from './add-totals.js';
import { distanceActs, saltOfTrace, tracedWithDecoys } from './tolerance/distance-acts.js';

/** Digests by name: a play names few things, and asks for each one often. */
const digests = new Map<string, Digest>();

export function named(name: string): Digest {
  let digest = digests.get(name);
  if (!digest) digests.set(name, (digest = digestOf(new TextEncoder().encode(name))));
  return digest;
}

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
export const near = 10n ** 24n;
export const contract = 'dao.test';

/** What a rewind of these final rounds undoes. */
export function undoneBy(records: readonly RoundRecord[]): Undone {
  const claims = records.flatMap((record) => record.claims.filter(({ included }) => included));
  return { rounds: records.length, slices: claims.length };
}

export const smallTerms: RunTerms = {
  spec: named('spec'),
  program: named('program'),
  fingerprint: named('fingerprint'),
  tokenizer: named('tokenizer'),
  initialRoot: named('root'),
  datasets: ['data@1'],
  rounds: 3,
  minWorkers: 2,
  maxWorkers: 3,
  maxAuditors: 1,
  slicesPerEpoch: 10,
  segments: 2,
  localResetInterval: 3,
  deadlinesMs: {
    enrol: 1_000,
    train: 1_000,
    reveal: 1_000,
    certify: 1_000,
    aggregate: 1_000,
    audit: 1_000,
  },
  auditedClaimsBps: 8_000,
  auditsPerClaim: 1,
  witnesses: 0,
  challengeWindowMs: 0,
  taintedShareBpsMax: 0,
  decoyShareBps: 0,
  stakeYocto: `${near}`,
  rewardYocto: `${near / 7n}`,
  auditFeeYocto: `${near / 101n}`,
  decoyFeeYocto: '0',
  heldBackRounds: 1,
  computeCostYocto: `${near / 14n}`,
  flopsPerRound: `${10n ** 12n}`,
  seatsPerAccount: 2,
  relayFeeYocto: `${near / 1_009n}`,
  relayedCallsPerRound: 3,
  earnedStakeSeatsMax: 1,
  dataRewardYocto: `${10n ** 8n * 9_876_543_211n}`,
  dataShares: [{ dataset: 'data@1', weightBps: 10_000 }],
};

/** The same as a vote would have to fix them: with time to challenge a round that is not audited. */
export const soundTerms: RunTerms = { ...smallTerms, challengeWindowMs: challengeWindowMsMin };

/** As random plays use them: short, and with everything switched on. */
export const busyTerms: RunTerms = {
  ...smallTerms,
  rounds: 2,
  segments: 5,
  auditsPerClaim: 2,
  witnesses: 2,
  challengeWindowMs: 400,
  taintedShareBpsMax: 3_400,
  decoyShareBps: 6_000,
  decoyFeeYocto: `${near / 211n}`,
};

export function fundedRun(terms: RunTerms): RunState {
  return {
    run: newRun({
      id: 1,
      proposal: 1,
      proposer: 'ann.test',
      terms,
      budgetYocto: escrowNeeded(terms),
      nowMs: 0,
    }),
    terms,
    seats: [],
    audits: [],
    disputes: [],
    amendment: null,
    records: [],
    applicants: [],
    parties: [],
    operators: {},
  };
}

export class RunPlay {
  state: RunState;
  nowMs = 0;
  /** Owners name operators and payout accounts and run second machines. */
  ownersAct = false;
  /** What the DAO votes on now and then, besides stopping the run. */
  votes: 'none' | 'pauses' | 'all' = 'none';
  /** Who pays the gas of the next commands; null: each caller. */
  relayer: string | null = null;
  totals: Totals = noMoney();
  received: bigint;
  readonly ledgers = new Map<string, bigint>();
  readonly records: { round: number; text: string }[] = [];
  lastEvents: readonly RunEvent[] = [];
  readonly accounts = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'].map((name) => `${name}.test`);
  /** Of the command applied last. */
  effects: RunEffects | null = null;
  readonly #traces = new Map<string, Digest[]>();
  #steps = 0;

  constructor(
    terms: RunTerms = smallTerms,
    private readonly seed = '',
  ) {
    this.state = fundedRun(terms);
    const { budgetYocto, escrowYocto } = this.state.run;
    this.totals.escrows = escrowYocto;
    this.totals.storage = budgetYocto - escrowYocto;
    this.received = budgetYocto;
  }

  context(): CallContext {
    const seed = sha256(new TextEncoder().encode(`seed ${this.seed}${this.#steps}`));
    const { nowMs, relayer } = this;
    return { contract, nowMs, seed, hash: sha256, utf8: encodeUtf8, relayer };
  }

  /** That of the command which is applied next. */
  nextContext(): CallContext {
    this.#steps++;
    const context = this.context();
    this.#steps--;
    return context;
  }

  /** Throws a `Refusal` and changes nothing, or applies the command and its effects. */
  apply(command: RunCommand): void {
    this.#steps++;
    const { state, effects } = stepRun(this.state, command, this.context());
    this.state = state;
    this.effects = effects;
    this.totals = addTotals(this.totals, effects.moves);
    if ('depositYocto' in command) this.received += command.depositYocto;
    for (const [account, yocto] of effects.credits) {
      this.ledgers.set(account, (this.ledgers.get(account) ?? 0n) + yocto);
    }
    this.records.push(...effects.records);
    this.lastEvents = effects.events;
    this.state.records = this.parsedRecords();
  }

  parsedRecords(): RoundRecord[] {
    return this.records.map(({ text }) => JSON.parse(text) as RoundRecord);
  }

  /** Money in the treasury, for actions that bring some. */
  grant(yocto: bigint): void {
    this.totals.treasury += yocto;
    this.received += yocto;
  }

  /** Enrolment is over: seats are drawn. */
  draw(): void {
    this.nowMs = Math.max(this.nowMs, this.state.run.enrolDeadlineMs);
    this.apply(this.tick());
  }

  tick(): RunCommand {
    const { open } = this.state.run;
    return { kind: 'tick', round: open?.round ?? null, phase: open?.phase ?? null };
  }

  trace(round: number, seat: number): Digest[] {
    const key = `${round} ${seat}`;
    let trace = this.#traces.get(key);
    if (!trace) this.#traces.set(key, (trace = this.#makeTrace(round, seat)));
    return trace;
  }

  #makeTrace(round: number, seat: number): Digest[] {
    const of = (what: string) => named(`${what} ${round} ${seat}`);
    const endSnapshot = this.endSnapshot(round, seat);
    const outcome = outcomeLeaf({ update: of('update'), localOut: of('local'), endSnapshot });
    return [...Array.from({ length: this.state.terms.segments }, (_, i) => of(`${i}`)), outcome];
  }

  /** Of a seat's round: known to nobody else before it opens a decoy. */
  secret(round: number, seat: number): string {
    return `secret ${round} ${seat}`;
  }

  /** The leaf of the round that is covered, and by what. */
  decoy(round: number, seat: number): { index: number; nonce: Digest } | null {
    const { segments, decoyShareBps: shareBps, tolerance } = this.state.terms;
    if (tolerance) return null;
    const index = drawDecoy({ secret: this.secret(round, seat), round, segments, shareBps });
    return index === null ? null : { index, nonce: named(`nonce ${round} ${seat}`) };
  }

  /** What the trace root commits to. */
  traced(round: number, seat: number): Digest[] {
    if (this.state.terms.tolerance) return tracedWithDecoys(this, round, seat);
    const decoy = this.decoy(round, seat);
    return this.trace(round, seat).map((leaf, i) =>
      i === decoy?.index ? plantedLeaf({ leaf, nonce: decoy.nonce }) : leaf,
    );
  }

  endSnapshot(round: number, seat: number): Digest {
    return named(`end ${round} ${seat}`);
  }

  rootOf(round: number): Digest {
    return named(`root ${round}`);
  }

  /** What `open` takes: a leaf, its proof and, for the last one, the end snapshot. */
  openedLeaf(round: number, seat: number, index: number) {
    const end = index === this.state.terms.segments ? this.endSnapshot(round, seat) : null;
    const decoy = this.decoy(round, seat);
    const covered = decoy?.index === index;
    return {
      leaf: this.#shown(round, seat)[index]!,
      proof: proveTraceLeaf(this.traced(round, seat), index),
      end,
      nonce: covered ? decoy.nonce : null,
      secret: covered ? this.secret(round, seat) : null,
    };
  }

  /** In the tolerance class a decoy stands in the trace like any other leaf. */
  #shown(round: number, seat: number): Digest[] {
    const { tolerance } = this.state.terms;
    return tolerance ? this.traced(round, seat) : this.trace(round, seat);
  }

  opening(seat: number) {
    const { run, seats } = this.state;
    const open = run.open!;
    const of = (what: string) => named(`${what} ${open.round} ${seat}`);
    return {
      round: open.round,
      ...this.actor(seat),
      update: of('update'),
      updateBytes: 100,
      startRoot: open.startRoot,
      localIn: open.localReset ? ZERO_LOCAL_STATE : seats[seat]!.localOut,
      localOut: of('local'),
      traceRoot: traceRootOf(this.traced(open.round, seat)),
      salt: this.state.terms.tolerance
        ? saltOfTrace(this, open.round, seat)
        : saltOf(this.secret(open.round, seat)),
    };
  }

  /** Who acts for a seat, and under which label. */
  actor(seat: number): { account: string; worker: string } {
    const { account, operator, worker } = this.state.seats[seat]!;
    return { account: operator ?? account, worker };
  }

  commitmentOf(seat: number): Digest {
    const { account } = this.state.seats[seat]!;
    return commitmentOf({ ...this.opening(seat), account, contract, run: 1 });
  }

  commitCommand(seat: number): RunCommand {
    const { round } = this.state.run.open!;
    return { kind: 'commit', ...this.actor(seat), round, commitment: this.commitmentOf(seat) };
  }

  /**
   * What somebody might try now; `chance` picks a variant where there are several. Mostly what is
   * due (a run that is only disturbed never gets anywhere), one time in eight anything at all.
   */
  candidates(chance: number): (() => RunCommand)[] {
    const { run } = this.state;
    const wild = chance % 8 === 0;
    const list: (() => RunCommand)[] = [() => this.tick()];
    const role = chance % 5 === 1 ? 'auditor' : 'trainer';
    if (run.status === 'enrolling' || chance % 5 === 0) {
      const account = this.accounts[chance % this.accounts.length]!;
      const depositYocto = near * BigInt(chance % 3 === 0 ? 0 : wild ? chance % 3 : 1);
      const worker = this.ownersAct && chance % 7 === 0 ? 'b' : '';
      const payout = chance % 11 === 0 ? 'cold.test' : null;
      const it = { account, worker, payout, role, fromRound: null, depositYocto } as const;
      list.push(() => ({ kind: 'enrol', ...it }));
    }
    run.roster.forEach((entry, seat) => {
      if (entry.status !== 'absent') return;
      list.push(() => ({ kind: 'rejoin', ...this.actor(seat) }));
    });
    if (this.ownersAct && chance % 40 === 7) list.push(...this.#ownerActs(chance));
    this.relayer = chance % 4 === 1 ? 'relay.test' : null;
    list.push(...this.#roundActs(chance, wild), ...this.#auditActs(chance, wild));
    list.push(...this.#disputeActs(chance), ...this.#challenges(chance));
    if (chance === 999) list.push(() => ({ kind: 'stop' }));
    if (this.votes !== 'none' && chance % 25 === 3) list.push(...this.#votes(chance));
    return list;
  }

  /**
   * What a vote could do now, sensible or not. It brings what the rules ask for to the yocto, so
   * that a budget which is too small by one shows; sometimes one less, which they must refuse.
   */
  #votes(chance: number): (() => RunCommand)[] {
    const { run, terms } = this.state;
    const changes = this.#amendment(chance);
    const next = { ...terms, ...changes };
    const lacking = amendedEscrowNeeded(run, terms, next) - run.escrowYocto;
    const to = Math.max(0, run.finalRound - 1 - (chance % 3));
    const undone = standingRounds(this.state.records ?? []).filter(({ round }) => round > to);
    const toCome = { ...terms, ...this.state.amendment };
    const missing = chance % 8 === 0 ? 1n : 0n;
    const budgetOf = (yocto: bigint) => (yocto > missing ? yocto - missing : 0n);
    const pauses: (() => RunCommand)[] = [
      () => ({ kind: 'pause', forMs: 1_000 * (1 + (chance % 3)) }),
      () => ({ kind: 'resume' }),
    ];
    if (this.votes === 'pauses') return pauses;
    return [
      ...pauses,
      () => ({ kind: 'amend', changes, budgetYocto: budgetOf(lacking) }),
      () => ({ kind: 'rewind', to, budgetYocto: budgetOf(redoYocto(toCome, undoneBy(undone))) }),
    ];
  }

  /** Every field that a vote can change, up and down; deadlines are the least or a half longer. */
  #amendment(chance: number): Amendment {
    const { spec, flopsPerRound, minWorkers, deadlinesMs } = this.state.terms;
    const longer = 1_000 + 500 * (chance % 2);
    return {
      ...{ spec, flopsPerRound, rounds: 1 + (chance % 6) },
      maxWorkers: minWorkers + (chance % 3),
      deadlinesMs: { ...deadlinesMs, train: longer, audit: longer },
      auditedClaimsBps: [0, 8_000, 10_000][chance % 3]!,
      rewardYocto: `${near / BigInt(5 + (chance % 7))}`,
      auditFeeYocto: `${near / BigInt(90 + (chance % 7))}`,
    };
  }

  #ownerActs(chance: number): (() => RunCommand)[] {
    const { accounts } = this;
    const other = accounts[(chance + 1) % accounts.length]!;
    return this.state.seats.flatMap(({ account, worker }): (() => RunCommand)[] => {
      const it = { account, worker, depositYocto: BigInt(chance % 3 === 0 ? 0 : 1) };
      const operator = chance % 2 === 0 ? account : other;
      return [
        () => ({ kind: 'set_payout', ...it, payout: other }),
        () => ({ kind: 'set_operator', ...it, operator }),
      ];
    });
  }

  #roundActs(chance: number, wild: boolean): (() => RunCommand)[] {
    const { open } = this.state.run;
    if (!open) return [];
    const { round, phase } = open;
    const acted = {
      train: open.committed,
      reveal: open.revealed,
      certify: open.certified,
      aggregate: open.submitted,
    }[phase];
    const due = open.slices.filter(({ seat }) => wild || !acted.includes(seat));
    return due.map(({ seat }) => () => {
      const who = { ...this.actor(seat), round };
      switch (phase) {
        case 'train':
          return this.commitCommand(seat);
        case 'reveal':
          return { kind: 'reveal', ...this.opening(seat) };
        case 'certify': {
          const available = open.revealed.filter((_, i) => (chance >> i) % 8 !== 0);
          return { kind: 'certify', ...who, available };
        }
        case 'aggregate': {
          const root = named(wild ? `odd ${chance}` : `root ${round}`);
          return { kind: 'submit_root', ...who, root };
        }
      }
    });
  }

  #auditActs(chance: number, wild: boolean): (() => RunCommand)[] {
    const { audits, terms } = this.state;
    if (terms.tolerance) return distanceActs(this, { chance, wild });
    const liar = chance % 9 === 4;
    return audits.flatMap((audit): (() => RunCommand)[] => {
      const { round, seat, segment, state } = audit;
      const trace = this.trace(round, seat);
      const step = { round, seat, segment };
      const subject = this.actor(seat);
      const opened = this.openedLeaf(round, seat, segment + 1);
      const { leaf: startLeaf, proof, nonce } = this.openedLeaf(round, seat, segment);
      const leaf = liar ? [named('other'), null][chance % 2]! : trace[segment + 1]!;
      const answers = (who: number[]) =>
        who.map((one) => (): RunCommand => {
          return { kind: 'answer', ...this.actor(one), ...step, leaf };
        });
      const list: (() => RunCommand)[] = [];
      if (wild || state === 'material') {
        list.push(() => ({ kind: 'deliver', ...subject, ...step, leaf: startLeaf, proof, nonce }));
      }
      if (wild || state === 'answer') list.push(...answers([audit.auditor]));
      if (wild || state === 'opening') {
        list.push(() => ({ kind: 'open', ...subject, ...step, ...opened }));
      }
      return list;
    });
  }

  /** What an honest juror finds: that the worker's own trace, root or update is right. */
  truth(dispute: Dispute): Digest {
    const { kind, round, seat, segment } = dispute;
    if (kind === 'root') return this.rootOf(round);
    return kind === 'audit' ? this.trace(round, seat!)[segment! + 1]! : dispute.claimed;
  }

  #challenges(chance: number): (() => RunCommand)[] {
    const { run, terms } = this.state;
    const round = run.provisional?.round ?? (chance % 11 === 0 ? 1 : null);
    if (round === null || chance % 4 !== 0) return [];
    const { bondYocto, storageYocto } = challengeCost(terms);
    const depositYocto = bondYocto + storageYocto + BigInt(chance % 3) - BigInt(chance % 2);
    const account = chance % 3 === 0 ? 'stranger.test' : this.accounts[chance % 6]!;
    const it = { account, round, depositYocto };
    const root = chance % 8 === 0 ? named('other') : this.rootOf(round);
    return [
      () => ({ kind: 'challenge_root', ...it, root }),
      () => ({ kind: 'challenge_update', ...it, seat: chance % 4 }),
    ];
  }

  #disputeActs(chance: number): (() => RunCommand)[] {
    const { seats, disputes, run, terms } = this.state;
    return disputes.flatMap((dispute): (() => RunCommand)[] => {
      const { id, stage } = dispute;
      const lies = chance % 3 === 1;
      const answer = lies ? [named('other'), null][chance % 2]! : this.truth(dispute);
      const list = (dispute.panel ?? []).map((juror) => (): RunCommand => {
        return { kind: 'judge', account: seats[juror.seat]!.account, dispute: id, answer };
      });
      if (stage === 'window') {
        const { bondYocto, storageYocto } = appealCost(run, terms, dispute);
        const depositYocto = bondYocto + storageYocto + BigInt(chance % 3) - BigInt(chance % 2);
        for (const account of [dispute.plaintiff, seats[dispute.defendants[0] ?? 0]!.account]) {
          list.push(() => ({ kind: 'appeal', account, dispute: id, depositYocto }));
        }
      }
      if (stage === 'dao' || chance % 50 === 0) {
        const verdict = chance % 2 === 0 ? 'for' : 'against';
        list.push(() => ({ kind: 'resolve', dispute: id, verdict }));
      }
      return list;
    });
  }
}
