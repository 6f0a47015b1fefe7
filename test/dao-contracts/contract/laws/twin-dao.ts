/**
 * The deployed contract and the rules side by side. Every receipt that reaches the contract is also
 * given to the rules; then outcome, books and views are compared, and the real balance is held
 * against everything that is owed. A difference throws `LAW_BROKEN`.
 */
import { isDeepStrictEqual } from 'node:util';
import { Refusal, refuse } from '@commonweights/dao-contracts/rules/errors.js';
import {
  argumentBracketsMax,
  storageYoctoPerByte,
} from '@commonweights/dao-contracts/rules/limits.js';
import { viewProposal } from '@commonweights/dao-contracts/rules/proposal.js';
import { viewReputation, noReputation } from '@commonweights/dao-contracts/rules/reputation.js';
import { viewApplicant, viewRun, viewSeat } from '@commonweights/dao-contracts/rules/run-view.js';
import { buckets, type Totals } from '@commonweights/dao-contracts/rules/totals.js';
import type { AccountingView } from '@commonweights/dao-contracts/rules/views.js';
import { contractLaws, type ContractLaw } from './contract-laws.js';
import { ReceiptChain, type Call, type ContractCode, type Executed } from './receipt-chain.js';
import { RulesDao, type RulesCall } from './rules-dao.js';
import { showMembers, showStanding } from './rules-electorate.js';

const near = 10n ** 24n;
export const contract = 'dao.test';
/** Methods that take no deposit, and the one that only the contract itself calls. */
const unpaid = new Set(
  (
    'claim tick rejoin commit reveal certify submit_root deliver answer open measure uncover judge ' +
    'claim_data_share return_data_share'
  ).split(' '),
);
/** Digits of one bucket in the record of totals (contract/records.ts). */
const bucketDigits = 35;

export interface Seen {
  method: string;
  code: string | null;
}

export class TwinDao {
  readonly chain: ReceiptChain;
  readonly rules = new RulesDao(contract);
  receipts = 0;
  /** All views are compared after one call in so many, else those that it may have changed. */
  compareEvery = 12;
  #supply: bigint;
  #surplusAtStart = 0n;
  failedClaims = 0;

  constructor(code: ContractCode, seed: string, accounts: readonly string[]) {
    this.chain = new ReceiptChain(contract, code, seed);
    this.chain.fund(contract, 13n * near);
    for (const account of accounts) this.chain.fund(account, 1_000n * near);
    this.#supply = this.chain.supply();
  }

  /** Calls and lets everything that follows happen, in order. Returns the refusal's code. */
  call(account: string, method: string, args: object, depositYocto = 0n): string | null {
    this.chain.send({ account, method, args, depositYocto, teraGas: 300, signer: account });
    const seen = this.settle(0);
    if (method === 'init') {
      this.#surplusAtStart = this.#surplus();
      const { min } = this.chain.view<{ min: string }>('storage_balance_bounds');
      this.rules.ledgerYoctoMin = BigInt(min);
    }
    return seen.find((one) => one.method === method)?.code ?? null;
  }

  send(call: Call): boolean {
    return this.chain.send(call);
  }

  /** Executes all that is on its way, `pick` choosing the order. */
  settle(pick: number): Seen[] {
    const seen: Seen[] = [];
    while (this.chain.pending.length > 0) {
      const one = this.step(pick);
      if (one) seen.push(one);
    }
    this.#checkBooks();
    return seen;
  }

  /** Executes one receipt. Null: it was none of the contract's calls. */
  step(pick: number): Seen | null {
    const before = { totals: this.#totals(), bytes: this.chain.storageBytes() };
    const executed = this.chain.step(pick);
    this.receipts++;
    const seen = executed ? this.#follow(executed, before) : null;
    this.#checkSolvency();
    return seen;
  }

  delete(account: string): void {
    this.#supply -= this.chain.delete(account);
  }

  revive(account: string): void {
    this.chain.fund(account, 1_000n * near);
    this.#supply += 1_000n * near;
  }

  #totals(): Totals | null {
    const text = this.chain.record('totals');
    if (text === null) return null;
    const digits = (i: number) => text.slice(i * bucketDigits, (i + 1) * bucketDigits);
    return Object.fromEntries(buckets.map((one, i) => [one, BigInt(digits(i))])) as Totals;
  }

  #follow(executed: Executed, before: { totals: Totals | null; bytes: bigint }): Seen | null {
    const { receipt, panic, stored, outcome } = executed;
    if (receipt.receiverId !== contract) {
      const failed = 'Failure' in outcome.status;
      // A refund to an account that is gone is burnt by the protocol.
      if (failed && receipt.predecessorId === 'system') this.#supply -= outcome.burntYocto;
      return null;
    }
    const [action] = receipt.actions;
    if (action?.kind !== 'functionCall') return null;
    const { method, args } = action;
    if (panic !== null && stored) broken('refused', `${method} was refused and stored something`);
    if (receipt.predecessorId === contract && method === 'on_claimed') {
      return this.#followCallback(executed, new TextDecoder().decode(args));
    }
    const grownYocto = (this.#totals()?.storage ?? 0n) - (before.totals?.storage ?? 0n);
    const code = panic === null ? null : codeOf(panic, method);
    const refusedForStorage = /^DEPOSIT_TOO_SMALL: attach (\d+) yoctoNEAR more for storage/;
    const refused = refusedForStorage.exec(panic ?? '');
    const call: RulesCall = {
      account: receipt.predecessorId,
      relayer: receipt.signerId === receipt.predecessorId ? null : receipt.signerId,
      depositYocto: action.depositYocto,
      teraGas: action.gas / 1e12,
      nowMs: this.chain.nowMs,
      seed: this.chain.seedOf(method, args),
      storage: { grownYocto, refusedYocto: refused ? BigInt(refused[1]!) : null },
    };
    const { expected, changeYocto } = this.#expect(method, args, call);
    if (expected !== code) {
      broken(
        'agree',
        `${method}: the contract says ${panic ?? 'ok'}, the rules ${expected ?? 'ok'}`,
      );
    }
    this.#compareTotals(method);
    if (code === null) {
      const back = outcome.receipts.reduce(
        (sum, one) =>
          one.kind === 'action' && one.receiverId === call.account && method !== 'claim'
            ? sum + sentBy(one)
            : sum,
        0n,
      );
      if (back !== changeYocto) broken('change', `${method} gave ${back} of ${changeYocto} back`);
      this.#compareViews(method, args, call);
    }
    return { method, code };
  }

  #expect(
    method: string,
    args: Uint8Array,
    call: RulesCall,
  ): { expected: string | null; changeYocto: bigint } {
    try {
      const given = parseArguments(args);
      if (unpaid.has(method) && call.depositYocto > 0n) refuse('NOT_PAYABLE', 'no deposit');
      const { changeYocto } = this.rules.call(method, given, call);
      return { expected: null, changeYocto };
    } catch (error) {
      if (error instanceof Refusal) return { expected: error.code, changeYocto: 0n };
      throw broken('agree', `${method}: ${(error as Error).stack}`);
    }
  }

  #followCallback(executed: Executed, args: string): Seen {
    if (executed.panic !== null) broken('callback', `it failed: ${executed.panic}`);
    const { account, claim } = JSON.parse(args) as { account: string; claim: number };
    const sent = executed.results[0]!.ok;
    if (!sent) this.failedClaims++;
    this.rules.settleClaim(account, { claim, sent });
    this.#compareTotals('on_claimed');
    this.#compareEarnings(account);
    return { method: 'on_claimed', code: null };
  }

  #compareTotals(method: string): void {
    const stored = this.#totals();
    if (stored === null) return;
    const { totals } = this.rules.state;
    for (const bucket of buckets) {
      if (stored[bucket] === totals[bucket]) continue;
      broken('books', `${bucket} after ${method}: ${stored[bucket]}, the rules ${totals[bucket]}`);
    }
  }

  /** Balance − what is owed − the price of what is stored. Money in flight has left already. */
  #surplus(): bigint {
    const totals = this.#totals();
    if (totals === null) return 0n;
    const { storage, inFlight, ...owed } = totals;
    void storage;
    void inFlight;
    const sum = Object.values(owed).reduce((a, b) => a + b, 0n);
    const storedYocto = this.chain.storageBytes() * storageYoctoPerByte;
    return this.chain.balance(contract) + this.chain.returningYocto() - sum - storedYocto;
  }

  #checkSolvency(): void {
    if (this.chain.supply() !== this.#supply) {
      broken('supply', `${this.chain.supply()} of ${this.#supply}`);
    }
    const surplus = this.#surplus();
    if (surplus < 0n) broken('solvent', `${-surplus} yoctoNEAR are missing`);
    const least = this.#surplusAtStart;
    if (surplus < least) broken('storage', `the surplus fell to ${surplus}, below ${least}`);
  }

  /** With nothing on its way, every bucket is the sum of the records that it stands for. */
  #checkBooks(): void {
    const { totals, ledgers, proposals, runs } = this.rules.state;
    const sum = (values: Iterable<bigint>) => [...values].reduce((a, b) => a + b, 0n);
    const sums = {
      ledgers: sum([...ledgers.values()].map((one) => one.balance)),
      inFlight: sum([...ledgers.values()].map((one) => one.inFlight)),
      deposits: sum([...ledgers.values()].map((one) => one.depositYocto)),
      bonds: sum(
        proposals.map(({ proposal }) => (proposal.bond === 'held' ? proposal.bondYocto : 0n)),
      ),
      escrows: sum(runs.map(({ run }) => run.escrowYocto)),
    };
    for (const [bucket, yocto] of Object.entries(sums)) {
      const kept = totals[bucket as keyof typeof sums];
      // Challengers' and appellants' bonds are in disputes; the run's laws count them.
      if (bucket === 'bonds' ? kept < yocto : kept !== yocto) {
        broken('books', `${bucket} holds ${kept}, its records ${yocto}`);
      }
    }
    if (totals.inFlight !== 0n) broken('callback', `${totals.inFlight} are in flight for ever`);
  }

  #compareViews(method: string, args: Uint8Array, call: RulesCall): void {
    const given = parseArguments(args) as { run?: number; proposal?: number };
    if (typeof given.run === 'number') this.#compareRun(given.run);
    if (typeof given.proposal === 'number') this.#compareProposal(given.proposal);
    if (method === 'propose') this.#compareProposal(this.rules.state.proposals.length);
    if (method === 'execute') this.rules.state.runs.forEach((_, i) => this.#compareRun(i + 1));
    if (method === 'claim') this.#compareEarnings(call.account);
    if (this.receipts % this.compareEvery === 0) this.compareAll(call.account);
  }

  #same(view: string, args: object, expected: unknown): void {
    const shown = this.chain.view<unknown>(view, args);
    const plain = JSON.parse(JSON.stringify(expected ?? null)) as unknown;
    if (isDeepStrictEqual(shown, plain)) return;
    broken('views', `${view} ${JSON.stringify(args)}: ${firstDifference(shown, plain)}`);
  }

  #compareRun(id: number): void {
    const state = this.rules.state.runs[id - 1];
    if (!state) return;
    const { run, terms, audits, disputes, seats, applicants } = state;
    const { nowMs } = this.chain;
    const amendment = run.amendment ? (state.amendment ?? null) : null;
    this.#same('get_run', { run: id }, viewRun(run, { terms, audits, disputes, nowMs, amendment }));
    const shown =
      run.status === 'enrolling'
        ? applicants.map((one, i) => viewApplicant(one, i, terms))
        : seats.map((seat) => viewSeat(seat, { run }));
    this.#same('get_seats', { run: id }, shown);
    for (const account of [null, terms.dataShares.length > 0 ? 'ann.test' : null]) {
      const views = this.rules.viewShares(id, account);
      this.#same('list_data_shares', { run: id, account }, views);
    }
  }

  #compareProposal(id: number): void {
    const known = this.rules.state.proposals[id - 1];
    if (!known) return;
    const { proposal, action } = known;
    const { nowMs } = this.chain;
    this.#same('get_proposal', { proposal: id }, viewProposal(proposal, { action, nowMs }));
  }

  #compareEarnings(account: string): void {
    const ledger = this.rules.shownLedger(account);
    this.#same(
      'get_earnings',
      { account },
      {
        account,
        ledgerYocto: `${ledger.balance}`,
        inFlightYocto: `${ledger.inFlight}`,
        claimedYocto: `${ledger.claimed}`,
        seats: ledger.seats,
      },
    );
  }

  /** Everything that the contract shows about the DAO, and about one account. */
  compareAll(account: string): void {
    const { state } = this.rules;
    const { nowMs } = this.chain;
    this.#compareEarnings(account);
    this.#same('get_members', {}, showMembers(state.electorate));
    this.#same('get_standing', { account }, showStanding(state.electorate, account));
    const { policy, policyVersion: version, guardian } = state;
    const appointed = {
      guardian: guardian?.account ?? null,
      guardianUntilMs: guardian?.untilMs ?? 0,
    };
    this.#same('get_policy', {}, { ...policy, version, ...appointed });
    const reputation = state.reputations.get(account) ?? noReputation(account, nowMs);
    const total = state.reputationTotal;
    this.#same('get_reputation', { account }, viewReputation({ reputation, total }, nowMs));
    this.#same('list_releases', {}, state.releases);
    this.#same('list_datasets', {}, state.datasets);
    state.proposals.forEach((_, i) => this.#compareProposal(i + 1));
    state.runs.forEach((_, i) => this.#compareRun(i + 1));
    this.#compareAccounting();
  }

  #compareAccounting(): void {
    const shown = this.chain.view<AccountingView>('get_accounting');
    const { totals } = this.rules.state;
    for (const bucket of buckets) {
      if (bucket === 'storage') continue;
      const kept = shown[`${bucket}Yocto`];
      if (kept !== `${totals[bucket]}`) broken('views', `get_accounting: ${bucket} is ${kept}`);
    }
    const surplus = this.#surplus() - this.chain.returningYocto();
    if (shown.surplusYocto !== `${surplus}`) {
      broken('views', `get_accounting: surplus ${shown.surplusYocto}, not ${surplus}`);
    }
  }
}

export function broken(law: ContractLaw, detail: string): never {
  throw new Error(`LAW_BROKEN: ${contractLaws[law]}: ${detail}`);
}

/** As the contract reads its input (contract/call.ts). */
function parseArguments(bytes: Uint8Array): unknown {
  const text = new TextDecoder().decode(bytes) || '{}';
  if (text.split('{').length + text.split('[').length > argumentBracketsMax) {
    refuse('BAD_ARGUMENT', 'too many brackets');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return refuse('BAD_ARGUMENT', 'the argument must be one JSON value');
  }
}

function codeOf(panic: string, method: string): string {
  const code = /^([A-Z][A-Z_]+): /.exec(panic)?.[1];
  if (code === undefined || code === 'BUG') broken('coded', `${method}: ${panic}`);
  return code!;
}

function sentBy({ actions }: Executed['receipt']): bigint {
  return actions.reduce((sum, one) => (one.kind === 'transfer' ? sum + one.depositYocto : sum), 0n);
}

function firstDifference(a: unknown, b: unknown, path = ''): string {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return `${path} is ${JSON.stringify(a)}, by the rules ${JSON.stringify(b)}`;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [left, right] = [(a as never)[key] as unknown, (b as never)[key] as unknown];
    if (!isDeepStrictEqual(left, right)) return firstDifference(left, right, `${path}.${key}`);
  }
  return `${path} differs in the order of its fields`;
}
