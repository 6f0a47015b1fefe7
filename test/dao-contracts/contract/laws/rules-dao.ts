/**
 * The whole DAO by the rules alone, in memory: no shell, no records, no bytes. What the deployed
 * contract does is compared with it call by call (twin-dao.ts). The price of storage depends on
 * bytes, which only a chain counts: it comes in as an answer (`StorageAnswer`) and is judged there.
 */
import { newDataset } from '@commonweights/dao-contracts/rules/datasets.js';
import { sha256, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { decode } from '@commonweights/dao-contracts/contract/arguments.js';
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import {
  decodeStatement,
  type AttestationView,
} from '@commonweights/dao-contracts/rules/attestation.js';
import { founding } from '@commonweights/dao-contracts/rules/electorate.js';
import { refuse } from '@commonweights/dao-contracts/rules/errors.js';
import { cancelProposal, type Guardian } from '@commonweights/dao-contracts/rules/guardian.js';
import {
  beginClaim,
  emptyLedger,
  endClaim,
  noteSeat,
  payFromDeposit,
  type Ledger,
} from '@commonweights/dao-contracts/rules/ledger.js';
import {
  createProposal,
  executeProposal,
  isLive,
  settleBond,
  type Proposal,
} from '@commonweights/dao-contracts/rules/proposal.js';
import { canonicalText } from '@commonweights/dao-contracts/rules/canonical-text.js';
import {
  noReputation,
  settleReputation,
  type Reputation,
  type ReputationTotal,
} from '@commonweights/dao-contracts/rules/reputation.js';
import {
  stepRun,
  type RunCommand,
  type RunState,
} from '@commonweights/dao-contracts/rules/run-events.js';
import {
  recordsPerCallMax,
  storageYoctoPerByte,
} from '@commonweights/dao-contracts/rules/limits.js';
import type { TickResult } from '@commonweights/dao-contracts/rules/run.js';
import {
  moveMoney,
  noMoney,
  receiveMoney,
  type Totals,
} from '@commonweights/dao-contracts/rules/totals.js';
import {
  returnDataShare,
  takeDataShare,
  viewDataShare,
  type ShareBook,
} from '@commonweights/dao-contracts/rules/data-shares.js';
import type {
  DatasetView,
  DataShareView,
  Policy,
  ReleaseView,
} from '@commonweights/dao-contracts/rules/views.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { addTotals } from '../../rules/add-totals.js';
import * as electorate from './rules-electorate.js';
import { checkAction, perform } from './rules-actions.js';

/** What the chain says about the bytes of a call. */
export interface StorageAnswer {
  /** By how much all that was paid for storage grew, in yocto. */
  grownYocto: bigint;
  /** The price that the contract named when it refused a deposit as too small for it. */
  refusedYocto: bigint | null;
}

export interface RulesCall {
  account: string;
  /** Who signed it, where it is not the caller. */
  relayer: string | null;
  depositYocto: bigint;
  teraGas: number;
  nowMs: number;
  seed: Uint8Array;
  storage: StorageAnswer;
}

export interface DaoState {
  totals: Totals;
  ledgers: Map<string, Ledger>;
  policy: Policy;
  policyVersion: number;
  guardian: Guardian | null;
  electorate: electorate.ElectorateState;
  proposals: { proposal: Proposal; action: Action }[];
  cancelled: Set<Digest>;
  datasets: DatasetView[];
  releases: ReleaseView[];
  attestations: AttestationView[];
  runs: RunState[];
  /** Rounds that each contributor has taken its part of, by `<run>:<place in dataShares>`. */
  taken: Map<string, number[]>;
  /** Texts of closed rounds' records, by `<run>:<round>`. */
  records: Map<string, string>;
  reputations: Map<string, Reputation>;
  reputationTotal: ReputationTotal;
}

/** Methods of the contract that this model does not know; each is driven by tests of its own. */
export const notModelled: readonly string[] = [
  'attest_ethereum',
  // tokens.test.ts, storage-deposits.test.ts
  ...['ft_on_transfer', 'claim_token', 'storage_withdraw', 'storage_unregister'],
  // upgrades.test.ts
  'unstage_code',
  // datasets.test.ts, bounties.test.ts; bounty-laws.test.ts searches their rules
  ...['withdraw_dataset', 'set_opt_out', 'dispute_dataset', 'lapse_dataset_dispute'],
  ...['bounty_commit', 'bounty_reveal', 'bounty_apply', 'bounty_review', 'bounty_open'],
  ...['bounty_tick', 'on_bounty_tick'],
  // reputation-votes.test.ts; reputation-weight.test.ts searches its rules
  'count_reputation',
];

export class RulesDao {
  state: DaoState;
  /** The least that opens a ledger, by the chain's own word. */
  ledgerYoctoMin = 0n;
  constructor(readonly contract: string) {
    this.state = {
      totals: noMoney(),
      ledgers: new Map(),
      policy: null as unknown as Policy,
      policyVersion: 0,
      guardian: null,
      electorate: electorate.noElectorate(),
      proposals: [],
      cancelled: new Set(),
      datasets: [],
      releases: [],
      attestations: [],
      runs: [],
      taken: new Map(),
      records: new Map(),
      reputations: new Map(),
      reputationTotal: { points: 0n, atMs: 0 },
    };
  }

  /** What goes back to the caller at once, of its deposit. Throws a `Refusal`, changing nothing. */
  call(method: string, args: unknown, call: RulesCall): { changeYocto: bigint } {
    const before = this.state;
    this.#known = 0n;
    this.state = structuredClone(before);
    try {
      const run = this.#methods[method];
      if (!run) throw new Error(`the model has no ${method}`);
      const charged: Charge = { changeYocto: 0n };
      run(args, call, charged);
      return charged;
    } catch (error) {
      this.state = before;
      throw error;
    }
  }

  /** A claim's callback; `sent`: whether the money left. */
  settleClaim(account: string, it: { claim: number; sent: boolean }): void {
    const yocto = endClaim(this.ledger(account), it);
    const { totals } = this.state;
    if (it.sent) totals.inFlight -= yocto;
    else moveMoney(totals, 'inFlight', 'ledgers', yocto);
  }

  get methods(): string[] {
    return Object.keys(this.#methods);
  }

  readonly #methods: Record<string, (args: unknown, call: RulesCall, charge: Charge) => void> = {
    init: (args, call) => {
      if (this.state.policyVersion > 0) refuse('ALREADY_INITIALISED', 'once is enough');
      if (call.account !== this.contract) refuse('PRIVATE', 'only the contract itself');
      const { members, policy, guardian, guardianTermMs } = decode.init(args, '');
      if (members.length === 0) refuse('BAD_ARGUMENT', 'members must name at least one voter');
      const untilMs = call.nowMs + guardianTermMs;
      this.state.policy = policy;
      this.state.policyVersion = 1;
      this.state.guardian = guardian === null ? null : { account: guardian, untilMs };
      electorate.setMembers(this.state.electorate, members, founding);
    },
    deposit: (args, call) => {
      decode.nothing(args, '');
      if (call.depositYocto === 0n) refuse('DEPOSIT_TOO_SMALL', 'attach something');
      receiveMoney(this.state.totals, 'treasury', call.depositYocto);
    },
    claim: (args, call) => {
      decode.nothing(args, '');
      if (call.teraGas < 50) refuse('GAS_TOO_LOW', 'attach at least 50 Tgas');
      const { account, nowMs } = call;
      const yocto = beginClaim(this.shownLedger(account), { account, nowMs });
      moveMoney(this.state.totals, 'ledgers', 'inFlight', yocto);
    },
    storage_deposit: (args, call, charge) => {
      const { account_id, registration_only } = decode.storageDeposit(args, '');
      const account = account_id ?? call.account;
      const min = this.ledgerYoctoMin;
      const { depositYocto } = call;
      const isNew = !this.state.ledgers.has(account);
      if (isNew ? depositYocto < min : depositYocto === 0n) {
        refuse('DEPOSIT_TOO_SMALL', `attach at least ${min}`);
      }
      const kept = registration_only ? (isNew ? min : 0n) : depositYocto;
      const locked = call.storage.grownYocto;
      if (isNew !== locked > 0n) throw new Error(`${account}'s ledger cost ${locked}`);
      const ledger = this.ledger(account);
      ledger.lockedYocto += locked;
      ledger.depositYocto += kept - locked;
      receiveMoney(this.state.totals, 'deposits', kept - locked);
      receiveMoney(this.state.totals, 'storage', locked);
      charge.changeYocto = depositYocto - kept;
    },
    propose: (args, call, charge) => this.#propose(decode.propose(args, ''), call, charge),
    vote: (args, call, charge) => {
      const { proposal: id, choice, action } = decode.vote(args, '');
      const { proposal } = this.#proposal(id);
      const { account, nowMs } = call;
      electorate.vote(this.state.electorate, { proposal, account, choice, action, nowMs });
      this.#chargeDao(call, charge);
    },
    execute: (args, call, charge) => {
      if (call.teraGas < 50) refuse('GAS_TOO_LOW', 'attach at least 50 Tgas');
      const { proposal, action } = this.#proposal(decode.proposal(args, '').proposal);
      if (executeProposal(proposal, call.nowMs)) perform(this, { proposal, action, call });
      this.#releaseBond(proposal);
      this.#chargeDao(call, charge);
    },
    cancel: (args, call, charge) => {
      const { proposal } = this.#proposal(decode.proposal(args, '').proposal);
      const { guardian, cancelled } = this.state;
      const cancelledBefore = cancelled.has(proposal.actionDigest);
      const { account: caller, nowMs } = call;
      cancelProposal(proposal, { caller, guardian, cancelledBefore, nowMs });
      cancelled.add(proposal.actionDigest);
      this.#releaseBond(proposal);
      this.#chargeDao(call, charge);
    },
    delegate: (args, call, charge) => this.#delegate(decode.delegate(args, '').to, call, charge),
    undelegate: (args, call, charge) => {
      decode.nothing(args, '');
      this.#delegate(null, call, charge);
    },
    register_dataset: (args, call, charge) => {
      const { record } = decode.dataset(args, '');
      const known = (id: string) => this.state.datasets.some((one) => one.id === id);
      if (known(record.id)) refuse('ALREADY_EXISTS', `dataset ${record.id} is registered`);
      for (const { dataset } of record.parents) {
        if (!known(dataset)) refuse('NOT_FOUND', `parent ${dataset} is not registered`);
      }
      const added = { publisher: call.account, bounty: null, nowMs: call.nowMs };
      this.state.datasets.push(newDataset(record, added));
      this.#charge(call, charge, { attachedYocto: call.depositYocto });
    },
    attest: (args, call, charge) => {
      const statement = decodeStatement(args, '');
      this.state.attestations.push({ ...statement, by: call.account, atMs: call.nowMs });
      this.#charge(call, charge, { attachedYocto: call.depositYocto });
    },
    claim_data_share: (args, call) => {
      const it = decode.dataShare(args, '');
      const { account, storage } = call;
      const { book, terms, key } = this.#shareOf(it);
      const { yocto } = takeDataShare(terms, book, account);
      const cost = this.state.ledgers.has(account) ? 0n : this.#ledgerYocto(account);
      if (yocto <= cost) refuse('NOTHING_TO_CLAIM', `${yocto} do not pay ${cost} for a ledger`);
      if (storage.grownYocto !== cost) throw new Error(`a ledger cost ${storage.grownYocto}`);
      this.state.taken.set(key, book.taken);
      const ledger = this.ledger(account);
      ledger.lockedYocto += cost;
      ledger.balance += yocto - cost;
      moveMoney(this.state.totals, 'dataShares', 'storage', cost);
      moveMoney(this.state.totals, 'dataShares', 'ledgers', yocto - cost);
    },
    return_data_share: (args) => {
      const { book, terms, key } = this.#shareOf(decode.dataShare(args, ''));
      const yocto = returnDataShare(terms, book);
      this.state.taken.set(key, book.taken);
      moveMoney(this.state.totals, 'dataShares', 'treasury', yocto);
    },
    tick: (args, call) => {
      decode.tick(args, '');
      if (call.teraGas < 270) refuse('GAS_TOO_LOW', 'attach at least 270 Tgas');
    },
    // The contract's own call; who asked for it is named in it, and may have been relayed.
    on_tick: (args, call) => {
      const { account: named, ...it } = decode.tickFor(args, '');
      const signer = call.relayer ?? call.account;
      const account = named ?? signer;
      const relayer = signer === account ? null : signer;
      this.#act('tick', it, { ...call, account, relayer });
    },
    enrol: (args, call) => this.#act('enrol', decode.enrol(args, ''), call),
    set_payout: (args, call) => this.#act('set_payout', decode.setPayout(args, ''), call),
    set_operator: (args, call) => this.#act('set_operator', decode.setOperator(args, ''), call),
    rejoin: (args, call) => this.#act('rejoin', decode.rejoin(args, ''), call),
    commit: (args, call) => this.#act('commit', decode.commit(args, ''), call),
    reveal: (args, call) => this.#act('reveal', decode.reveal(args, ''), call),
    certify: (args, call) => this.#act('certify', decode.certify(args, ''), call),
    submit_root: (args, call) => this.#act('submit_root', decode.submitRoot(args, ''), call),
    deliver: (args, call) => this.#act('deliver', decode.deliver(args, ''), call),
    answer: (args, call) => this.#act('answer', decode.answer(args, ''), call),
    open: (args, call) => this.#act('open', decode.open(args, ''), call),
    measure: (args, call) => this.#act('measure', decode.measure(args, ''), call),
    uncover: (args, call) => this.#act('uncover', decode.uncover(args, ''), call),
    challenge_root: (args, call) => {
      this.#act('challenge_root', decode.challengeRoot(args, ''), call);
    },
    challenge_update: (args, call) => {
      this.#act('challenge_update', decode.challengeUpdate(args, ''), call);
    },
    judge: (args, call) => this.#act('judge', decode.judge(args, ''), call),
    appeal: (args, call) => this.#act('appeal', decode.appeal(args, ''), call),
  };

  /** An empty ledger's price grows with its account's name; the chain told that of the longest. */
  #ledgerYocto(account: string): bigint {
    return this.ledgerYoctoMin - BigInt(64 - account.length) * storageYoctoPerByte;
  }

  #shareOf({ run, dataset }: { run: number; dataset: string }) {
    const { terms } = this.runState(run);
    const place = terms.dataShares.findIndex((share) => share.dataset === dataset);
    if (place < 0) refuse('NOT_FOUND', `run ${run} pays nothing for ${dataset}`);
    return { terms, book: this.#bookOf(run, place), key: `${run}:${place}` };
  }

  /** No life disputes a dataset: every share stays due. */
  #bookOf(run: number, place: number): ShareBook {
    const { terms, run: record } = this.runState(run);
    const share = terms.dataShares[place]!;
    const { contributors } = this.state.datasets.find((one) => one.id === share.dataset)!;
    const known = this.state.taken.get(`${run}:${place}`);
    const taken = [...(known ?? contributors.map(() => 0))];
    return { share, contributors, taken, standing: 'due', rounds: record.dataRounds };
  }

  viewShares(run: number, account: string | null): DataShareView[] {
    const { terms } = this.runState(run);
    return terms.dataShares.map((_, place) =>
      viewDataShare(terms, this.#bookOf(run, place), account),
    );
  }

  #propose(it: { action: Action; description: Digest }, call: RulesCall, charge: Charge): void {
    const { policy, policyVersion, proposals } = this.state;
    const { account, nowMs, depositYocto } = call;
    const bond = BigInt(policy.bondYocto);
    if (depositYocto < bond) refuse('DEPOSIT_TOO_SMALL', `attach the bond of ${bond}`);
    const id = proposals.length + 1;
    const open = proposals.filter(
      ({ proposal }) => proposal.proposer === account && isLive(proposal, nowMs),
    );
    if (open.length >= policy.liveProposalsMax) refuse('TOO_MANY', `${account} has open proposals`);
    const snapshotMs = nowMs - policy.votingPeriodMs;
    const totalWeight = electorate.weightOfElectorate(this.state.electorate, { id, snapshotMs });
    const proposal = createProposal({
      ...{ id, proposer: account, action: it.action, description: it.description },
      actionDigest: digestOf(encodeUtf8(canonicalText(it.action))),
      ...{ policy, policyVersion, totalWeight, nowMs },
      evidence: checkAction(this, it.action),
    });
    proposals.push({ proposal, action: it.action });
    receiveMoney(this.state.totals, 'bonds', bond);
    this.#charge(call, charge, { attachedYocto: depositYocto - bond });
  }

  #delegate(to: string | null, call: RulesCall, charge: Charge): void {
    const { account } = call;
    electorate.delegateTo(this.state.electorate, { account, to, moment: this.moment(call) });
    this.#charge(call, charge, { attachedYocto: call.depositYocto });
  }

  moment({ nowMs }: RulesCall): { atMs: number; proposals: number } {
    return { atMs: nowMs, proposals: this.state.proposals.length };
  }

  #act(kind: string, { run, ...it }: { run: number }, call: RulesCall): void {
    const { account, depositYocto } = call;
    this.commandRun(run, { kind, account, ...it, depositYocto } as unknown as RunCommand, call);
  }

  /** A command of a run, with everything that follows from it outside of the run. */
  commandRun(id: number, command: RunCommand, call: RulesCall): TickResult | null {
    const before = this.runState(id);
    const { nowMs, seed, relayer } = call;
    const host = { hash: sha256, utf8: encodeUtf8, room: recordsPerCallMax };
    const at = { contract: this.contract, nowMs, seed, relayer, ...host };
    const { state, effects } = stepRun(before, command, at);
    this.state.runs[id - 1] = state;
    for (const { round, text } of effects.records) {
      this.state.records.set(`${id}:${round}`, text);
      const record = JSON.parse(text) as NonNullable<RunState['records']>[number];
      state.records = [...state.records!.filter((one) => one.round !== round), record];
    }
    for (const seat of state.seats.slice(before.seats.length)) {
      for (const account of new Set([seat.account, seat.payout])) {
        noteSeat(this.ledger(account), { run: id, seat: seat.seat });
      }
    }
    for (const [account, yocto] of effects.credits) this.ledger(account).balance += yocto;
    for (const [account, conduct] of effects.conducts) {
      const { reputations, reputationTotal: total } = this.state;
      const reputation = reputations.get(account) ?? noReputation(account, nowMs);
      const settled = settleReputation({ reputation, total }, conduct, nowMs);
      reputations.set(account, settled.reputation);
      this.state.reputationTotal = settled.total;
    }
    this.state.totals = addTotals(this.state.totals, effects.moves);
    this.#known += effects.moves.storage;
    return effects.result;
  }

  /** What the rules themselves have charged for storage in the call under way. */
  #known = 0n;

  noteStorage(yocto: bigint): void {
    this.#known += yocto;
  }

  runState(id: number): RunState {
    return this.state.runs[id - 1] ?? refuse('NOT_FOUND', `there is no run ${id}`);
  }

  /** As it is shown; where there is none, none is made. */
  shownLedger(account: string): Ledger {
    return this.state.ledgers.get(account) ?? emptyLedger(account);
  }

  ledger(account: string): Ledger {
    const { ledgers } = this.state;
    if (!ledgers.has(account)) ledgers.set(account, emptyLedger(account));
    return ledgers.get(account)!;
  }

  #proposal(id: number): DaoState['proposals'][number] {
    return this.state.proposals[id - 1] ?? refuse('NOT_FOUND', `there is no proposal ${id}`);
  }

  #releaseBond(proposal: Proposal): void {
    const { bondYocto, proposer } = proposal;
    if (settleBond(proposal) === 'forfeited') {
      moveMoney(this.state.totals, 'bonds', 'treasury', bondYocto);
    } else if (bondYocto > 0n) {
      moveMoney(this.state.totals, 'bonds', 'ledgers', bondYocto);
      this.ledger(proposer).balance += bondYocto;
    }
  }

  #chargeDao(call: RulesCall, charge: Charge): void {
    this.#charge(call, charge, { attachedYocto: call.depositYocto, treasuryPays: true });
  }

  /** The deposit pays for storage, or the treasury, and what is left of the deposit goes back. */
  #charge(
    { storage, account }: RulesCall,
    charge: Charge,
    it: { attachedYocto: bigint; treasuryPays?: boolean },
  ): void {
    const known = this.#known;
    const { attachedYocto } = it;
    const { totals } = this.state;
    const mayPay = it.treasuryPays ? totals.treasury : 0n;
    const deposited = this.shownLedger(account).depositYocto;
    if (storage.refusedYocto !== null) {
      const cost = storage.refusedYocto;
      if (attachedYocto + deposited >= cost || mayPay >= cost) {
        throw new Error(`${cost} for storage was refused though ${attachedYocto} were attached`);
      }
      refuse('DEPOSIT_TOO_SMALL', `attach ${cost} yoctoNEAR more for storage`);
    }
    const cost = storage.grownYocto - known;
    if (cost < 0n) throw new Error(`${cost} yoctoNEAR were charged for storage`);
    if (attachedYocto >= cost) {
      receiveMoney(totals, 'storage', cost);
      charge.changeYocto = attachedYocto - cost;
    } else if (mayPay >= cost) {
      moveMoney(totals, 'treasury', 'storage', cost);
      charge.changeYocto = attachedYocto;
    } else {
      const lacking = cost - attachedYocto;
      if (!payFromDeposit(this.shownLedger(account), lacking)) {
        throw new Error('storage that nobody paid');
      }
      receiveMoney(totals, 'storage', attachedYocto);
      moveMoney(totals, 'deposits', 'storage', lacking);
    }
  }
}

interface Charge {
  changeYocto: bigint;
}
