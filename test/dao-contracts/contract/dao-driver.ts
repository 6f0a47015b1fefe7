/**
 * Plays the people around the DAO: voters, workers with real traces and commitments, an auditor.
 * It knows a chain only as two functions, so the same play runs on the fake host and on the
 * embedded node.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import {
  commitmentOf,
  outcomeLeaf,
  ZERO_LOCAL_STATE,
} from '@commonweights/dao-contracts/rules/commitment.js';
import { proveTraceLeaf, traceRootOf } from '@commonweights/dao-contracts/rules/trace.js';
import type {
  Action,
  AccountingView,
  AuditView,
  DatasetRecord,
  DisputeView,
  RunTerms,
  RunView,
  SeatView,
  TickResult,
} from '@commonweights/dao-contracts/rules/views.js';

export interface Chain {
  readonly contract: string;
  call(
    account: string,
    method: string,
    args: object,
    it?: { depositYocto?: bigint },
  ): Promise<unknown>;
  view<T>(method: string, args?: object): Promise<T>;
  forward(ms: number): Promise<void>;
}

export const near = 10n ** 24n;
export const named = (name: string): Digest => digestOf(new TextEncoder().encode(name));

export const policy = {
  votingPeriodMs: 60_000,
  timelockMs: 30_000,
  expiryMs: 600_000,
  quorumBps: 4_000,
  approvalBps: 6_000,
  bondYocto: `${near}`,
  lateQuorumMs: 20_000,
  liveProposalsMax: 8,
  licences: ['CC0-1.0'],
  tokens: [] as string[],
  rewardPerTeraFlopYoctoMax: `${near}`,
};

export const members = [
  { account: 'ann.test', weight: '60' },
  { account: 'bob.test', weight: '30' },
  { account: 'cat.test', weight: '10' },
];

export const dataset: DatasetRecord = {
  id: 'speeches@1',
  version: '1',
  title: 'Speeches',
  manifest: named('manifest'),
  itemsRoot: named('items'),
  bytes: 1000,
  items: 10,
  source: 'a book',
  collectedAt: '2026-01-01',
  licenceDeclared: 'CC0-1.0',
  licenceConcluded: 'CC0-1.0',
  evidence: null,
  parents: [],
  contributors: [{ account: 'ann.test', weightBps: 10_000 }],
};

export const terms: RunTerms = {
  spec: named('spec'),
  program: named('program'),
  fingerprint: named('fingerprint'),
  tokenizer: named('tokenizer'),
  initialRoot: named('root 0'),
  datasets: [dataset.id],
  rounds: 3,
  minWorkers: 2,
  maxWorkers: 4,
  maxAuditors: 1,
  slicesPerEpoch: 100,
  segments: 3,
  localResetInterval: 5,
  deadlinesMs: {
    enrol: 60_000,
    train: 60_000,
    reveal: 60_000,
    certify: 60_000,
    aggregate: 60_000,
    audit: 60_000,
  },
  auditedClaimsBps: 10_000,
  auditsPerClaim: 1,
  witnesses: 0,
  challengeWindowMs: 0,
  taintedShareBpsMax: 0,
  decoyShareBps: 0,
  stakeYocto: `${2n * near}`,
  rewardYocto: `${near / 10n}`,
  auditFeeYocto: `${near / 100n}`,
  decoyFeeYocto: '0',
  heldBackRounds: 1,
  computeCostYocto: `${near / 20n}`,
  flopsPerRound: `${10n ** 12n}`,
  seatsPerAccount: 2,
  relayFeeYocto: `${near / 500n}`,
  relayedCallsPerRound: 12,
  earnedStakeSeatsMax: 1,
  dataRewardYocto: '0',
  dataShares: [],
};

export const workers = ['w0.test', 'w1.test', 'w2.test', 'w3.test'];
export const auditor = 'audit.test';
export const everybody = [...members.map((one) => one.account), ...workers, auditor, 'late.test'];

/** Of a round: three or four for each audit, the most of them 3 for each of 63 claims. */
const auditStepsMax = 800;

/** What a worker computed in one round; `honest` leaves are what re-execution gives. */
interface Work {
  update: Digest;
  localOut: Digest;
  endSnapshot: Digest;
  leaves: Digest[];
  honest: Digest[];
}

/** How a run of the tolerance class is played (distance-audit.ts). */
export interface ByDistance {
  salt(work: PlayedWork): string;
  traced(work: PlayedWork): Digest[];
  step(
    chain: Chain,
    run: number,
    it: { audit: AuditView; seats: readonly SeatView[]; work: PlayedWork },
  ): Promise<void>;
}

export interface PlayedWork {
  /** What the worker stands for below its decoys, leaf by leaf. */
  real: readonly Digest[];
  /** What re-execution comes near to. */
  honest: readonly Digest[];
  endSnapshot: Digest;
  round: number;
  seat: number;
}

export class Play {
  readonly #work = new Map<string, Work>();
  constructor(
    readonly chain: Chain,
    readonly run = 1,
    private readonly byDistance: ByDistance | null = null,
  ) {}

  async propose(action: Action): Promise<number> {
    const args = { action, description: named('why') };
    return (await this.chain.call('ann.test', 'propose', args, {
      depositYocto: 2n * near,
    })) as number;
  }

  /** Proposes, votes with enough weight, waits for the timelock, executes. */
  async decide(action: Action): Promise<number> {
    const proposal = await this.propose(action);
    const ballot = { proposal, choice: 'yes', action: digestOfJson(action) };
    await this.chain.call('ann.test', 'vote', ballot);
    await this.chain.call('bob.test', 'vote', ballot);
    await this.chain.forward(policy.votingPeriodMs + policy.timelockMs);
    await this.chain.call('cat.test', 'execute', { proposal });
    return proposal;
  }

  async fund(changes: Partial<RunTerms> = {}): Promise<void> {
    const funded = { ...terms, ...changes };
    await this.chain.call('ann.test', 'deposit', {}, { depositYocto: 20n * near });
    await this.chain.call(
      'ann.test',
      'register_dataset',
      { record: dataset },
      { depositYocto: near },
    );
    const budgetYocto = `${escrowNeeded(funded)}`;
    await this.decide({ kind: 'fund-run', terms: funded, budgetYocto });
  }

  async enrol(accounts = workers): Promise<void> {
    for (const account of accounts) await this.enrolOne(account, 'trainer');
    await this.enrolOne(auditor, 'auditor');
    await this.draw();
  }

  /** Enrolment is over: seats are drawn. */
  async draw(): Promise<void> {
    const { enrolDeadlineMs, nowMs } = await this.view();
    await this.chain.forward(Math.max(0, enrolDeadlineMs - nowMs));
    await this.tick();
  }

  async enrolOne(account: string, role: string): Promise<void> {
    const { terms } = await this.view();
    const depositYocto = BigInt(terms.stakeYocto) + near / 2n;
    await this.chain.call(account, 'enrol', { run: this.run, role }, { depositYocto });
  }

  view(): Promise<RunView> {
    return this.chain.view<RunView>('get_run', { run: this.run });
  }

  seats(): Promise<SeatView[]> {
    return this.chain.view<SeatView[]>('get_seats', { run: this.run });
  }

  accounting(): Promise<AccountingView> {
    return this.chain.view<AccountingView>('get_accounting');
  }

  /** Goes on until what it moved is carried out. */
  async tick(): Promise<{ moved: boolean }> {
    const { open } = await this.view();
    const args = { run: this.run, round: open?.round ?? null, phase: open?.phase ?? null };
    const first = (await this.chain.call('ann.test', 'tick', args)) as TickResult;
    for (let { busy } = first; busy;) {
      ({ busy } = (await this.chain.call('ann.test', 'tick', { run: this.run })) as TickResult);
    }
    return first;
  }

  /** What the last act brought about is carried out. */
  async #carryOut(): Promise<void> {
    if ((await this.view()).busy) await this.tick();
  }

  /** Training of the round by its seats; `cheats` publish an update that they did not train. */
  async train(it: { without?: string[]; cheats?: string[] } = {}): Promise<void> {
    await this.#carryOut();
    const view = await this.view();
    const seats = await this.seats();
    for (const { seat } of view.open!.slices) {
      const mine = seats[seat]!;
      if (it.without?.includes(mine.account)) continue;
      const work = this.#compute(view, mine, it.cheats?.includes(mine.account) ?? false);
      const opening = this.#opening(view, mine, work);
      const commitment = commitmentOf({
        ...opening,
        account: mine.account,
        worker: mine.worker,
        contract: this.chain.contract,
      });
      await this.act(mine.account, 'commit', { commitment });
    }
    if (it.without) await this.chain.forward(terms.deadlinesMs.train);
    await this.tick();
  }

  async reveal(it: { without?: string[] } = {}): Promise<void> {
    const view = await this.view();
    const seats = await this.seats();
    for (const seat of view.open!.committed) {
      const mine = seats[seat]!;
      if (it.without?.includes(mine.account)) continue;
      const work = this.#work.get(`${view.open!.round}/${seat}`)!;
      await this.chain.call(mine.account, 'reveal', {
        ...this.#opening(view, mine, work),
        updateBytes: 100,
      });
    }
    if (it.without) await this.chain.forward(terms.deadlinesMs.reveal);
    await this.tick();
  }

  async certify(): Promise<void> {
    const view = await this.view();
    const seats = await this.seats();
    const available = view.open!.revealed;
    for (const seat of available) {
      if (seats[seat]!.status !== 'active') continue;
      await this.act(seats[seat]!.account, 'certify', { available });
    }
    await this.tick();
  }

  async aggregate(): Promise<void> {
    const { open } = await this.view();
    const seats = await this.seats();
    const root = named(`root after ${open!.startRoot} and ${open!.included!.join()}`);
    for (const seat of open!.certified) {
      if (seats[seat]!.status !== 'active') continue;
      await this.act(seats[seat]!.account, 'submit_root', { root });
    }
    await this.tick();
  }

  act(account: string, method: string, args: object): Promise<unknown> {
    return this.view().then(({ open }) =>
      this.chain.call(account, method, { run: this.run, round: open!.round, ...args }),
    );
  }

  /** Plays every open audit to its end, with an honest auditor and honest jurors. */
  async audit(): Promise<void> {
    for (let i = 0; i < auditStepsMax; i++) {
      await this.#carryOut();
      const view = await this.view();
      const pending = view.audits.find((one) => one.state !== 'passed' && one.state !== 'failed');
      if (!pending) return;
      await this.auditStep(pending, await this.seats());
    }
    throw new Error('audits do not end');
  }

  async auditStep(audit: AuditView, seats: SeatView[]): Promise<void> {
    const { round, seat, segment } = audit;
    const work = this.#work.get(`${round}/${seat}`)!;
    const leaf = work.honest[segment + 1]!;
    if (audit.state === 'disputed') {
      const { disputes } = await this.view();
      const dispute = disputes.find((one) => one.seat === seat && one.segment === segment)!;
      return this.judge(dispute, seats, leaf);
    }
    if (this.byDistance) {
      const played = this.#played(round, seat, work);
      return this.byDistance.step(this.chain, this.run, { audit, seats, work: played });
    }
    const step = { run: this.run, round, seat, segment };
    const opened = (index: number) => ({
      ...step,
      leaf: work.leaves[index]!,
      proof: proveTraceLeaf(work.leaves, index),
    });
    switch (audit.state) {
      case 'material':
        await this.chain.call(seats[seat]!.account, 'deliver', opened(segment));
        return;
      case 'answer':
        if (seats[audit.auditor]!.status === 'expelled') {
          await this.tick();
          return;
        }
        await this.chain.call(seats[audit.auditor]!.account, 'answer', { ...step, leaf });
        return;
      case 'opening':
        await this.chain.call(seats[seat]!.account, 'open', {
          ...opened(segment + 1),
          ...(segment + 2 === work.leaves.length ? { end: work.endSnapshot } : {}),
        });
        return;
    }
  }

  /** The time to appeal, or to judge, is over. */
  async letTimePass(): Promise<void> {
    await this.chain.forward(terms.deadlinesMs.audit);
    await this.tick();
  }

  /** The next juror answers, or a jury is drawn. */
  async judge({ id, panel }: DisputeView, seats: SeatView[], answer: Digest | null): Promise<void> {
    const juror = panel.find((one) => !one.answered);
    const args = { run: this.run, dispute: id, answer };
    if (juror) await this.chain.call(seats[juror.seat]!.account, 'judge', args);
    else await this.tick();
  }

  /** Closes the audits of the last round, then plays one to its provisional root. */
  async round(it: { without?: string[]; cheats?: string[] } = {}): Promise<void> {
    await this.audit();
    await this.train(it);
    await this.reveal();
    await this.certify();
    await this.aggregate();
  }

  #opening(view: RunView, seat: SeatView, work: Work) {
    const open = view.open!;
    return {
      run: this.run,
      round: open.round,
      update: work.update,
      startRoot: open.startRoot,
      localIn: open.localReset ? ZERO_LOCAL_STATE : seat.localOut,
      localOut: work.localOut,
      traceRoot: traceRootOf(
        this.byDistance?.traced(this.#played(open.round, seat.seat, work)) ?? work.leaves,
      ),
      salt: this.byDistance?.salt(this.#played(open.round, seat.seat, work)) ?? `salt ${seat.seat}`,
    };
  }

  #played(round: number, seat: number, work: Work): PlayedWork {
    const { leaves: real, honest, endSnapshot } = work;
    return { real, honest, endSnapshot, round, seat };
  }

  #compute(view: RunView, seat: SeatView, cheats: boolean): Work {
    const { round } = view.open!;
    const of = (what: string) => named(`${what} of ${seat.seat} in ${round}`);
    const honestUpdate = of('update');
    const localOut = of('local state');
    const snapshots = Array.from({ length: view.terms.segments }, (_, i) => of(`snapshot ${i}`));
    const endSnapshot = of('end snapshot');
    const honest = [...snapshots, outcomeLeaf({ update: honestUpdate, localOut, endSnapshot })];
    const update = cheats ? of('fabricated update') : honestUpdate;
    // A cheat that invents everything: nothing after the start state can be reproduced.
    const invented = snapshots.map((leaf, i) => (i > 0 && cheats ? of(`invented ${i}`) : leaf));
    const leaves = [...invented, outcomeLeaf({ update, localOut, endSnapshot })];
    const work = { update, localOut, endSnapshot, leaves, honest };
    this.#work.set(`${round}/${seat.seat}`, work);
    return work;
  }
}
