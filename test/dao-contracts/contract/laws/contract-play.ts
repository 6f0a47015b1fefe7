/**
 * Plays one generated life (contract-sequence.ts) on the deployed contract and the rules at once:
 * a run with its workers, votes, claims, strangers, accounts that vanish, and arguments that mean
 * harm. What is tried comes from the rules' state; whether it succeeds, both sides decide.
 */
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { statusOf } from '@commonweights/dao-contracts/rules/proposal.js';
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { Action } from '@commonweights/dao-contracts/rules/views.js';
import { named, RunPlay } from '../../rules/run-play.js';
import { dataset as textOfAnn } from '../dao-driver.js';
import { deadlineMs, type ContractSequence, type LifeStep } from './contract-sequence.js';
import type { Call, ContractCode } from './receipt-chain.js';
import { broken, contract, TwinDao, type Seen } from './twin-dao.js';
import { spoil } from './spoiled-arguments.js';

const near = 10n ** 24n;
/** Also of somebody who has no ledger before the first share. */
const dataset: typeof textOfAnn = {
  ...textOfAnn,
  contributors: [
    { account: 'ann.test', weightBps: 6_000 },
    { account: 'author.test', weightBps: 4_000 },
  ],
};
const members = ['ann.test', 'bob.test', 'cat.test'];
const workers = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5'].map((name) => `${name}.test`);
const others = ['cold.test', 'stranger.test', 'guard.test', 'relay.test', 'author.test'];
export const everybody = [...members, ...workers, ...others];
/** What a life's receipts may come to: above that something feeds itself. */
const receiptsMax = 20_000;

export interface LifeTally {
  applied: Map<string, number>;
  refused: Map<string, number>;
  codes: Map<string, number>;
  receipts: number;
  /** Claims whose money could not be sent. */
  failedTransfers: number;
  sequences: number;
}

export function emptyLifeTally(): LifeTally {
  const maps = { applied: new Map(), refused: new Map(), codes: new Map() };
  return { ...maps, receipts: 0, failedTransfers: 0, sequences: 0 };
}

export interface LifeOptions {
  code: ContractCode;
  tally?: LifeTally;
  /** Called with every call before it is made. */
  onCall?: (nowMs: number, call: Call) => void;
  /** All views are compared after one call in so many. */
  compareEvery?: number;
  /** Breaks something, to test that the search finds it. */
  sabotage?: (twin: TwinDao) => void;
}

/** Throws `LAW_BROKEN` as soon as the two differ or money is missing. */
export function playLife(sequence: ContractSequence, it: LifeOptions): void {
  const life = new Life(sequence, it);
  life.found();
  it.sabotage?.(life.twin);
  for (const step of sequence.steps) life.live(step);
  life.end();
  it.tally && it.tally.sequences++;
}

class Life {
  readonly twin: TwinDao;
  readonly #run: RunPlay;
  readonly #tally: LifeTally;

  constructor(
    private readonly sequence: ContractSequence,
    private readonly it: LifeOptions,
  ) {
    this.twin = new TwinDao(it.code, sequence.name, everybody);
    this.twin.compareEvery = it.compareEvery ?? 12;
    this.#run = new RunPlay(sequence.terms, sequence.name);
    this.#run.ownersAct = true;
    this.#run.votes = 'all';
    this.#tally = it.tally ?? emptyLifeTally();
  }

  /** A DAO with money, a dataset and a run that enrols. */
  found(): void {
    const { terms, policy } = this.sequence;
    const weights = ['60', '30', '10'];
    const founders = members.map((account, i) => ({ account, weight: weights[i]! }));
    this.#must(contract, 'init', { members: founders, policy, guardian: 'guard.test' });
    const budget = escrowNeeded(terms);
    this.#must('ann.test', 'deposit', {}, budget + 20n * near);
    this.#must('ann.test', 'register_dataset', { record: dataset }, near);
    // The runs' rules take for granted that a relayer has a ledger; relay.test.ts tests without.
    this.#must('relay.test', 'storage_deposit', {}, near / 10n);
    if (terms.dataShares.length > 0) this.#decide({ kind: 'approve-dataset', dataset: dataset.id });
    this.#decide({ kind: 'fund-run', terms, budgetYocto: `${budget}` });
  }

  #decide(action: Action): void {
    const { policy } = this.sequence;
    this.#must('ann.test', 'propose', { action, description: named('why') }, 3n * near);
    const proposal = this.twin.rules.state.proposals.length;
    const ballot = { proposal, choice: 'yes', action: digestOfJson(action) };
    for (const account of members) this.#must(account, 'vote', ballot);
    this.twin.chain.nowMs += policy.votingPeriodMs + policy.timelockMs;
    this.#must('cat.test', 'execute', { proposal });
  }

  #must(account: string, method: string, args: object, depositYocto = 0n): void {
    this.it.onCall?.(this.twin.chain.nowMs, {
      ...{ account, method, args, depositYocto, teraGas: 300, signer: account },
    });
    const code = this.twin.call(account, method, args, depositYocto);
    this.#note({ method, code });
    if (code !== null) throw new Error(`BUG: a life cannot begin: ${method} is refused: ${code}`);
  }

  live(step: LifeStep): void {
    const { twin } = this;
    const { policy } = this.sequence;
    const jumps = { moment: 7, deadline: deadlineMs, vote: policy.votingPeriodMs + 1_000 };
    twin.chain.nowMs += jumps[step.wait];
    // Of a run's people several act at once, or nothing would ever come of it.
    const acts = step.what < 62 ? 1 + (step.pick % 6) : 1;
    for (let act = 0; act < acts; act++) {
      const varied = act === 0 ? step : { ...step, ...variant(step, act) };
      const call = this.#choose(varied);
      if (call && twin.chain.exists(call.account)) {
        this.it.onCall?.(twin.chain.nowMs, call);
        twin.send(call);
      }
      if (step.held) return;
      // In any order; and of what a receipt leads to, some waits for later steps.
      for (let left = 1 + (step.pick % 5); left > 0 && twin.chain.pending.length > 0; left--) {
        this.#note(twin.step(step.pick));
      }
      twin.chain.nowMs += 3;
    }
    if (twin.receipts > receiptsMax) throw new Error('BUG: receipts without end');
  }

  /** All arrives; every proposal and claim comes to its end; books and views are compared. */
  end(): void {
    const { twin } = this;
    for (const one of twin.settle(3)) this.#note(one);
    for (const account of everybody) if (!twin.chain.exists(account)) twin.revive(account);
    twin.chain.nowMs += 10 ** 9;
    for (const { proposal } of twin.rules.state.proposals) {
      this.#note({
        method: 'execute',
        code: twin.call('stranger.test', 'execute', { proposal: proposal.id }),
      });
    }
    for (const account of twin.rules.state.ledgers.keys()) {
      if (!twin.chain.exists(account)) continue;
      twin.call(account, 'claim', {});
      const { balance, inFlight } = twin.rules.ledger(account);
      if (balance + inFlight > 0n) broken('callback', `${account} was not paid`);
    }
    const held = twin.rules.state.proposals.filter(({ proposal }) => proposal.bond === 'held');
    if (held.length > 0) broken('callback', `the bond of proposal ${held[0]!.proposal.id} stays`);
    twin.compareAll('ann.test');
    this.#tally.receipts += twin.receipts;
    this.#tally.failedTransfers += twin.failedClaims;
  }

  #note(seen: Seen | null): void {
    if (!seen) return;
    const { applied, refused, codes } = this.#tally;
    const into = seen.code === null ? applied : refused;
    into.set(seen.method, (into.get(seen.method) ?? 0) + 1);
    if (seen.code !== null) codes.set(seen.code, (codes.get(seen.code) ?? 0) + 1);
  }

  #choose(step: LifeStep): Call | null {
    const { what, pick, chance } = step;
    if (what < 62) return this.#runCall(step);
    if (what < 84) return this.#governanceCall(step);
    if (what < 90) return this.#claim(step);
    if (what < 93) return this.#vanish(pick);
    if (what < 98) {
      const call = this.#runCall(step) ?? this.#governanceCall(step);
      return call && { ...call, ...spoil(call, { pick, chance }) };
    }
    return this.#publicCall(step);
  }

  #call(account: string, method: string, args: object, depositYocto = 0n): Call {
    return { account, method, args, depositYocto, teraGas: 300, signer: account };
  }

  /** Mostly by somebody who has something; and one in three is gone when the money arrives. */
  #claim({ pick, chance }: LifeStep): Call | null {
    const { twin } = this;
    if (chance % 4 === 1) return this.#dataCall(pick);
    const owed = [...twin.rules.state.ledgers.values()].filter((one) => one.balance > 0n);
    const rich = owed[pick % Math.max(1, owed.length)]?.account;
    const account = rich && chance % 5 > 0 ? rich : everybody[pick % everybody.length]!;
    const call = this.#call(account, 'claim', {});
    if (chance % 3 > 0 || !twin.chain.exists(account)) return call;
    for (const one of twin.settle(pick)) this.#note(one);
    this.it.onCall?.(twin.chain.nowMs, call);
    twin.send(call);
    this.#note(twin.step(0));
    twin.delete(account);
    return null;
  }

  #dataCall(pick: number): Call {
    const by =
      pick % 8 === 7
        ? everybody[pick % everybody.length]!
        : (pick & 1 ? 'ann' : 'author') + '.test';
    const method = pick % 16 === 14 ? 'return_data_share' : 'claim_data_share';
    return this.#call(by, method, { run: 1, dataset: dataset.id });
  }

  /** Somebody is gone, or back; what is on its way to an account that is gone fails. */
  #vanish(pick: number): null {
    const { chain } = this.twin;
    const gone = everybody.filter((account) => !chain.exists(account));
    if (gone.length > 0) for (const account of gone) this.twin.revive(account);
    else this.twin.delete(everybody[pick % everybody.length]!);
    return null;
  }

  #runCall({ pick, chance }: LifeStep): Call | null {
    const state = this.twin.rules.state.runs[0];
    if (!state) return null;
    const run = this.#run;
    run.state = { ...state, records: state.records ?? [] };
    run.nowMs = this.twin.chain.nowMs;
    run.relayer = null;
    const candidates = run.candidates(chance);
    const command = candidates[(pick >> 2) % candidates.length]!();
    return this.#callOf(command, { pick, chance });
  }

  #callOf(command: RunCommand, it: { pick: number; chance: number }): Call {
    const { pick, chance } = it;
    const stranger = everybody[pick % everybody.length]!;
    const {
      kind,
      account = stranger,
      depositYocto = 0n,
      ...rest
    } = command as never as {
      kind: string;
      account?: string;
      depositYocto?: bigint;
    };
    const action = actionOf(command);
    if (action) return this.#proposing(action, stranger);
    let deposit = depositYocto;
    if (kind === 'enrol' && depositYocto > 0n) {
      deposit = BigInt(this.sequence.terms.stakeYocto) + BigInt(chance % 3);
    }
    const signer = this.#run.relayer ?? account;
    return { ...this.#call(account, kind, { run: 1, ...rest }, deposit), signer };
  }

  #proposing(action: Action, account: string): Call {
    const bond = BigInt(this.twin.rules.state.policy.bondYocto);
    return this.#call(account, 'propose', { action, description: named('why') }, bond + near);
  }

  /** The next thing that would bring a proposal on, or a new one. */
  #governanceCall({ pick, chance }: LifeStep): Call {
    const { state } = this.twin.rules;
    const { nowMs } = this.twin.chain;
    const open = state.proposals.filter(({ proposal }) => proposal.bond === 'held');
    const chosen = open[pick % Math.max(1, open.length)];
    const by = everybody[(pick >> 3) % everybody.length]!;
    const little = near / 10n;
    const member = chance % 50 === 0 ? by : members[(pick >> 7) % 3]!;
    if (chance % 10 === 0) return this.#call(member, 'delegate', { to: members[pick % 3] }, little);
    if (chance % 25 === 1) return this.#call(member, 'undelegate', {}, chance % 2 ? little : 0n);
    if (!chosen || chance % 7 === 0) return this.#proposing(this.#newAction(pick, chance), by);
    const { proposal, action } = chosen;
    if (statusOf(proposal, nowMs) === 'voting') {
      const choice = (['yes', 'yes', 'yes', 'no', 'abstain'] as const)[chance % 5];
      const digest = chance % 40 === 3 ? named('another') : digestOfJson(action);
      const voter = chance % 6 === 0 ? by : members[(pick >> 4) % 3]!;
      const ballot = { proposal: proposal.id, choice, action: digest };
      return this.#call(voter, 'vote', ballot, chance % 9 === 0 ? little : 0n);
    }
    if (chance % 4 === 0) {
      const guardian = chance % 8 === 0 ? by : 'guard.test';
      return this.#call(guardian, 'cancel', { proposal: proposal.id });
    }
    const teraGas = chance % 17 === 0 ? 30 : 300;
    return { ...this.#call(by, 'execute', { proposal: proposal.id }), teraGas };
  }

  #newAction(pick: number, chance: number): Action {
    const { policy, terms } = this.sequence;
    const account = everybody[pick % everybody.length]!;
    const state = this.twin.rules.state.runs[0]!;
    const bondYocto = `${(BigInt(chance) * near) / 500n}`;
    const budgetYocto = `${escrowNeeded(terms)}`;
    const actions: Action[] = [
      { kind: 'transfer', to: account, amountYocto: `${BigInt(chance + 1) * (near / 100n)}` },
      { kind: 'transfer', to: 'nobody.test', amountYocto: `${BigInt(chance) * (near / 4n)}` },
      { kind: 'set-member', account, weight: `${chance % 50}` },
      {
        kind: 'set-members',
        members: [
          { account, weight: '5' },
          { account, weight: '0' },
        ],
      },
      { kind: 'set-policy', policy: { ...policy, bondYocto } },
      { kind: 'set-guardian', account: chance % 3 ? account : null, termMs: chance * 100 },
      { kind: 'stop-run', run: 1 + (chance % 2) },
      { kind: 'revoke-release', release: 1 + (chance % 2), reason: named('reason') },
      { kind: 'fund-run', terms, budgetYocto },
      { kind: 'approve-dataset', dataset: `speeches@${chance % 3}` },
      {
        kind: 'publish-release',
        run: 1,
        root: state.run.finalRoot,
        manifest: named(`manifest ${chance % 3}`),
        evaluation: named('evaluation'),
        title: 'First',
        version: '1',
      },
    ];
    return actions[(pick >> 5) % actions.length]!;
  }

  #publicCall({ pick, chance }: LifeStep): Call {
    const by = everybody[pick % everybody.length]!;
    const record = { ...dataset, id: `speeches@${chance % 4}`, version: `${chance % 4}` };
    const depositYocto = chance % 5 === 0 ? 0n : near;
    const calls: [string, object][] = [
      ['deposit', {}],
      ['storage_deposit', { account_id: 'nobody.test' }],
      ['storage_deposit', { registration_only: chance % 2 === 0 }],
      ['register_dataset', { record }],
      ['attest', { subject: named(`${chance % 3}`), purpose: 'disputes', evidence: null }],
      ['init', { members: [{ account: by, weight: '1' }], policy: this.sequence.policy }],
    ];
    const [method, args] = calls[(pick >> 4) % calls.length]!;
    return this.#call(by, method, args, method === 'init' ? 0n : depositYocto);
  }
}

/** Other picks for those who act beside. */
function variant({ pick, chance }: LifeStep, act: number): Partial<LifeStep> {
  return { pick: (pick * 31 + act * 7_919) % (1 << 20), chance: (chance + act * 137) % 1_000 };
}

/** What only a vote can do to a run. */
function actionOf(command: RunCommand): Action | null {
  const run = 1;
  switch (command.kind) {
    case 'stop':
      return { kind: 'stop-run', run };
    case 'pause':
      return { kind: 'pause-run', run, forMs: command.forMs };
    case 'resume':
      return { kind: 'resume-run', run };
    case 'amend': {
      const { changes, budgetYocto } = command;
      return { kind: 'amend-run', run, changes, budgetYocto: `${budgetYocto}` };
    }
    case 'rewind':
      return { kind: 'rewind-run', run, to: command.to, budgetYocto: `${command.budgetYocto}` };
    case 'resolve': {
      const { dispute, verdict } = command;
      return { kind: 'resolve-dispute', run, dispute, verdict, evidence: named('report') };
    }
    default:
      return null;
  }
}
