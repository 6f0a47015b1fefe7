/**
 * The DAO on NEAR: one thin method per call. Arguments are decoded strictly, the rules decide, what
 * changed is stored, events are logged. docs/protocol says what each call means.
 *
 * The class has no fields: every record has its own key (records.ts), so that a call reads and
 * writes only what it needs. The SDK exports a function for each method: what this file imports must
 * have other names.
 */
import { call, initialize, near, NearBindgen, view } from 'near-sdk-js';
import { disputesListedMax, disputesShownMax } from '../rules/limits.js';
import {
  decodeSignedStatement,
  decodeStatement,
  type AttestationView,
} from '../rules/attestation.js';
import { founding } from '../rules/electorate.js';
import { refuse } from '../rules/errors.js';
import { viewProposal } from '../rules/proposal.js';
import { viewApplicant, viewRun, viewSeat } from '../rules/run-view.js';
import { noMoney, receiveMoney } from '../rules/totals.js';
import { seatsIn } from '../rules/seat-set.js';
import { checkVersion } from '../rules/upgrade.js';
import type * as shown from '../rules/views.js';
import { showAccounting } from './accounting.js';
import { decode } from './arguments.js';
import * as attestations from './attestations.js';
import { commandBounty, listRecords, showBounty } from './bounty-shell.js';
import { caller, emit, nowMs, promiseSucceeded, readArguments, requireGas } from './call.js';
import * as claims from './claims.js';
import * as dataShares from './data-share-shell.js';
import * as data from './dataset-shell.js';
import * as electorate from './electorate-shell.js';
import * as governance from './governance-shell.js';
import { listIds } from './pages.js';
import {
  addTokens,
  applyMoves,
  datasets,
  initTotals,
  proposals,
  proposedActions,
  readAmendment,
  readApplicants,
  readAudits,
  readCounts,
  readDisputes,
  readJson,
  readLedger,
  readRun,
  readSettings,
  releases,
  seats,
  terms,
  writeJson,
} from './records.js';
import { countReputationOf, initReputation, showReputation } from './reputations.js';
import { commandRun } from './run-shell.js';
import { readStateVersion, storedVersion, writeStateVersion } from './state-version.js';
import * as storage from './storage-deposit.js';
import * as ticks from './ticks.js';
import * as tokens from './tokens.js';
import * as upgrades from './upgrade-shell.js';

@NearBindgen({ requireInit: true })
export class Dao {
  /** Only the account that holds the contract can: nobody slips in between deployment and this. */
  @initialize({})
  init(args: unknown): void {
    if (caller() !== near.currentAccountId()) {
      refuse('PRIVATE', 'only the contract itself can be its initialiser; sign with its account');
    }
    const { members, policy, guardian, guardianTermMs, code } = decode.init(args, '');
    writeJson('counts', { proposals: 0, runs: 0, datasets: 0, releases: 0, bounties: 0 });
    initTotals();
    addTokens(policy.tokens);
    initReputation();
    writeStateVersion(); // By this the SDK knows that it was initialised.
    writeJson('code', { code, former: null, proposal: null });
    const untilMs = nowMs() + guardianTermMs;
    const appointed = guardian === null ? null : { account: guardian, untilMs };
    writeJson('policy', { policy, version: 1, guardian: appointed });
    if (members.length === 0) refuse('BAD_ARGUMENT', 'members must name at least one voter');
    electorate.setMembers(members, founding);
    emit([{ event: 'initialised', data: { members, guardian } }]);
  }

  // Money

  @call({ payableFunction: true })
  deposit(args: unknown): void {
    decode.nothing(args, '');
    const yocto = near.attachedDeposit();
    if (yocto === 0n) refuse('DEPOSIT_TOO_SMALL', 'attach what the treasury is to receive');
    const moves = noMoney();
    receiveMoney(moves, 'treasury', yocto);
    applyMoves(moves);
    emit([{ event: 'deposited', data: { account: caller(), amountYocto: `${yocto}` } }]);
  }

  @call({})
  claim(args: unknown): void {
    decode.nothing(args, '');
    claims.claim();
  }

  @call({ privateFunction: true })
  on_claimed(args: unknown): object {
    return claims.onClaimed(decode.claimed(args, ''));
  }

  // Tokens (NEP-141)

  @call({})
  ft_on_transfer(args: unknown): string {
    return tokens.receive(decode.transferred(args, ''));
  }

  /** Payable: the receiver's registration with the token, and the one yocto of a transfer. */
  @call({ payableFunction: true })
  claim_token(args: unknown): void {
    tokens.claim(decode.claimToken(args, '').token);
  }

  @call({ privateFunction: true })
  on_registration(args: unknown): object | undefined {
    return tokens.onRegistration(decode.tokenClaim(args, ''));
  }

  @call({ privateFunction: true })
  on_token_claimed(args: unknown): object {
    return tokens.onClaimed(decode.tokenClaim(args, ''));
  }

  // Storage deposits (NEP-145)

  @call({ payableFunction: true })
  storage_deposit(args: unknown): storage.StorageBalance {
    return storage.deposit(decode.storageDeposit(args, ''));
  }

  @call({ payableFunction: true })
  storage_withdraw(args: unknown): storage.StorageBalance {
    return storage.withdraw(decode.storageWithdraw(args, '').amount);
  }

  @call({ payableFunction: true })
  storage_unregister(args: unknown): boolean {
    return storage.unregister(decode.storageUnregister(args, '').force);
  }

  @view({})
  storage_balance_of(args: unknown): storage.StorageBalance | null {
    return storage.balanceOf(decode.storageBalance(args, '').account_id);
  }

  @view({})
  storage_balance_bounds(args: unknown): object {
    decode.nothing(args, '');
    return storage.bounds();
  }

  // Governance

  @call({ payableFunction: true })
  propose(args: unknown): number {
    return governance.propose(decode.propose(args, ''));
  }

  @call({ payableFunction: true })
  vote(args: unknown): void {
    governance.vote(decode.vote(args, ''));
  }

  @call({ payableFunction: true })
  execute(args: unknown): object | void {
    requireGas(50);
    return governance.execute(decode.proposal(args, ''));
  }

  @call({ payableFunction: true })
  cancel(args: unknown): void {
    governance.cancel(decode.proposal(args, ''));
  }

  /** Somebody votes for the caller while the caller does not vote itself. */
  @call({ payableFunction: true })
  delegate(args: unknown): void {
    electorate.delegate(decode.delegate(args, '').to);
  }

  @call({ payableFunction: true })
  undelegate(args: unknown): void {
    decode.nothing(args, '');
    electorate.delegate(null);
  }

  /** An account's reputation counts in votes as it is now, where the policy lets it. */
  @call({ payableFunction: true })
  count_reputation(args: unknown): void {
    countReputationOf(decode.account(args, '').account);
  }

  // Upgrades: stage_code and migrate are below the class

  @call({})
  unstage_code(args: unknown): void {
    upgrades.unstageCode(decode.code(args, '').code);
  }

  @call({ privateFunction: true })
  on_upgraded(args: unknown): object {
    return upgrades.onUpgraded(decode.proposal(args, '').proposal, promiseSucceeded());
  }

  /** Refuses with what is wrong; after a migration that undoes the upgrade. */
  @view({})
  check_health(args: unknown): shown.HealthView {
    return upgrades.checkHealth(decode.health(args, ''), { proposal: showProposal, run: readRun });
  }

  // Datasets

  @call({ payableFunction: true })
  register_dataset(args: unknown): void {
    const { record, bounty } = decode.dataset(args, '');
    data.register(record, bounty);
  }

  @call({ payableFunction: true })
  withdraw_dataset(args: unknown): void {
    data.withdraw(decode.datasetId(args, '').id);
  }

  @call({ payableFunction: true })
  set_opt_out(args: unknown): void {
    const { id, optOut } = decode.optOut(args, '');
    data.setOptOut(id, optOut);
  }

  @call({ payableFunction: true })
  dispute_dataset(args: unknown): number {
    const { id, evidence } = decode.disputeDataset(args, '');
    return data.dispute(id, evidence);
  }

  @call({ payableFunction: true })
  lapse_dataset_dispute(args: unknown): void {
    data.lapseDispute(decode.datasetId(args, '').id);
  }

  @call({})
  claim_data_share(args: unknown): string {
    return dataShares.take(decode.dataShare(args, ''));
  }

  @call({})
  return_data_share(args: unknown): string {
    return dataShares.giveBackShare(decode.dataShare(args, ''));
  }

  // Bounties

  @call({ payableFunction: true })
  bounty_commit(args: unknown): void {
    const { bounty, ...it } = decode.bountyCommit(args, '');
    const depositYocto = near.attachedDeposit();
    commandBounty(bounty, { kind: 'commit', account: caller(), ...it, depositYocto });
  }

  @call({})
  bounty_reveal(args: unknown): void {
    const { bounty, ...it } = decode.bountyReveal(args, '');
    commandBounty(bounty, { kind: 'reveal', account: caller(), ...it });
  }

  @call({ payableFunction: true })
  bounty_apply(args: unknown): void {
    const { bounty, ...it } = decode.bountyApply(args, '');
    const depositYocto = near.attachedDeposit();
    commandBounty(bounty, { kind: 'apply', account: caller(), ...it, depositYocto });
  }

  @call({})
  bounty_review(args: unknown): void {
    const { bounty, ...it } = decode.bountyReview(args, '');
    commandBounty(bounty, { kind: 'review', account: caller(), ...it });
  }

  @call({})
  bounty_open(args: unknown): void {
    const { bounty, ...it } = decode.bountyOpen(args, '');
    commandBounty(bounty, { kind: 'open', account: caller(), ...it });
  }

  @call({})
  bounty_tick(args: unknown): void {
    ticks.askForBountyTick(decode.bounty(args, ''));
  }

  @call({ privateFunction: true })
  on_bounty_tick(args: unknown): void {
    ticks.tickBounty(decode.bounty(args, ''));
  }

  // Runs

  @call({ payableFunction: true })
  enrol(args: unknown): void {
    const { run, ...it } = decode.enrol(args, '');
    const depositYocto = near.attachedDeposit();
    commandRun(run, { kind: 'enrol', account: caller(), ...it, depositYocto });
  }

  /** Exactly one yocto: what a function-call key cannot attach, so a stolen one cannot call it. */
  @call({ payableFunction: true })
  set_payout(args: unknown): void {
    const { run, ...it } = decode.setPayout(args, '');
    const depositYocto = near.attachedDeposit();
    commandRun(run, { kind: 'set_payout', account: caller(), ...it, depositYocto });
  }

  @call({ payableFunction: true })
  set_operator(args: unknown): void {
    const { run, ...it } = decode.setOperator(args, '');
    const depositYocto = near.attachedDeposit();
    commandRun(run, { kind: 'set_operator', account: caller(), ...it, depositYocto });
  }

  @call({})
  rejoin(args: unknown): void {
    const { run, ...it } = decode.rejoin(args, '');
    commandRun(run, { kind: 'rejoin', account: caller(), ...it });
  }

  @call({})
  tick(args: unknown): void {
    ticks.askForTick(decode.tick(args, ''));
  }

  @call({ privateFunction: true })
  on_tick(args: unknown): object | null {
    return ticks.tickRun(decode.tickFor(args, ''));
  }

  @call({})
  commit(args: unknown): void {
    const { run, ...act } = decode.commit(args, '');
    commandRun(run, { kind: 'commit', account: caller(), ...act });
  }

  @call({})
  reveal(args: unknown): void {
    const { run, ...act } = decode.reveal(args, '');
    commandRun(run, { kind: 'reveal', account: caller(), ...act });
  }

  @call({})
  certify(args: unknown): void {
    const { run, ...act } = decode.certify(args, '');
    commandRun(run, { kind: 'certify', account: caller(), ...act });
  }

  @call({})
  submit_root(args: unknown): void {
    const { run, ...act } = decode.submitRoot(args, '');
    commandRun(run, { kind: 'submit_root', account: caller(), ...act });
  }

  @call({})
  deliver(args: unknown): void {
    const { run, ...step } = decode.deliver(args, '');
    commandRun(run, { kind: 'deliver', account: caller(), ...step });
  }

  @call({})
  answer(args: unknown): void {
    const { run, ...step } = decode.answer(args, '');
    commandRun(run, { kind: 'answer', account: caller(), ...step });
  }

  @call({})
  open(args: unknown): void {
    const { run, ...step } = decode.open(args, '');
    commandRun(run, { kind: 'open', account: caller(), ...step });
  }

  @call({})
  measure(args: unknown): void {
    const { run, ...step } = decode.measure(args, '');
    commandRun(run, { kind: 'measure', account: caller(), ...step });
  }

  @call({})
  uncover(args: unknown): void {
    const { run, ...step } = decode.uncover(args, '');
    commandRun(run, { kind: 'uncover', account: caller(), ...step });
  }

  @call({ payableFunction: true })
  challenge_root(args: unknown): void {
    const { run, ...it } = decode.challengeRoot(args, '');
    const depositYocto = near.attachedDeposit();
    commandRun(run, { kind: 'challenge_root', account: caller(), depositYocto, ...it });
  }

  @call({ payableFunction: true })
  challenge_update(args: unknown): void {
    const { run, ...it } = decode.challengeUpdate(args, '');
    const depositYocto = near.attachedDeposit();
    commandRun(run, { kind: 'challenge_update', account: caller(), depositYocto, ...it });
  }

  @call({})
  judge(args: unknown): void {
    const { run, ...it } = decode.judge(args, '');
    commandRun(run, { kind: 'judge', account: caller(), ...it });
  }

  @call({ payableFunction: true })
  appeal(args: unknown): void {
    const { run, ...it } = decode.appeal(args, '');
    const depositYocto = near.attachedDeposit();
    commandRun(run, { kind: 'appeal', account: caller(), depositYocto, ...it });
  }

  // Attestations

  @call({ payableFunction: true })
  attest(args: unknown): void {
    attestations.attest(decodeStatement(args, ''));
  }

  /** Brought by anybody, signed by an Ethereum wallet (rules/attestation.ts). */
  @call({ payableFunction: true })
  attest_ethereum(args: unknown): string {
    return attestations.attestEthereum(decodeSignedStatement(args, ''));
  }

  // Views

  @view({})
  get_policy(args: unknown): shown.PolicyView {
    decode.nothing(args, '');
    const { policy, version, guardian } = readSettings();
    const appointed = {
      guardian: guardian?.account ?? null,
      guardianUntilMs: guardian?.untilMs ?? 0,
    };
    return { ...policy, version, ...appointed };
  }

  @view({})
  get_members(args: unknown): shown.MembersView {
    return electorate.showMembers(decode.page(args, ''));
  }

  @view({})
  get_standing(args: unknown): shown.StandingView {
    return electorate.showStanding(decode.account(args, '').account);
  }

  @view({})
  get_ballot(args: unknown): shown.BallotView {
    const { proposal, account } = decode.ballot(args, '');
    return electorate.showBallot(proposal, account);
  }

  @view({})
  get_proposal(args: unknown): shown.ProposalView | null {
    return showProposal(decode.proposal(args, '').proposal);
  }

  @view({})
  list_proposals(args: unknown): shown.ProposalView[] {
    const ids = listIds(decode.page(args, ''), readCounts().proposals);
    return ids.map((id) => showProposal(id)!);
  }

  @view({})
  get_code(args: unknown): shown.CodeView {
    decode.nothing(args, '');
    return { ...upgrades.showCode(), state: storedVersion };
  }

  @view({})
  get_staged_code(args: unknown): shown.StagedCodeView | null {
    return upgrades.showStaged(decode.code(args, '').code);
  }

  @view({})
  get_upgrade(args: unknown): shown.UpgradeView | null {
    return upgrades.showUpgrade(decode.proposal(args, '').proposal);
  }

  @view({})
  get_dataset(args: unknown): shown.DatasetView | null {
    return datasets.get(decode.datasetId(args, '').id);
  }

  @view({})
  list_datasets(args: unknown): shown.DatasetView[] {
    const ids = listIds(decode.page(args, ''), readCounts().datasets);
    return ids.map((id) => datasets.get(near.storageRead(`di:${id}`)!)!);
  }

  @view({})
  list_dataset_disputes(args: unknown): shown.DatasetDisputeView[] {
    return data.listDisputes(decode.datasetDisputes(args, ''));
  }

  @view({})
  list_data_shares(args: unknown): shown.DataShareView[] {
    return dataShares.listShares(decode.dataShares(args, ''));
  }

  @view({})
  get_bounty(args: unknown): shown.BountyView | null {
    return showBounty(decode.bounty(args, '').bounty);
  }

  @view({})
  list_bounties(args: unknown): shown.BountyView[] {
    const ids = listIds(decode.page(args, ''), readCounts().bounties);
    return ids.map((id) => showBounty(id)!);
  }

  @view({})
  list_bounty_records(args: unknown): unknown[] {
    return listRecords(decode.bountyRecords(args, ''));
  }

  @view({})
  get_run(args: unknown): shown.RunView | null {
    const { run, disputesFrom: from } = decode.shownRun(args, '');
    return showRun(run, { from, limit: disputesShownMax });
  }

  @view({})
  list_runs(args: unknown): (shown.RunView | null)[] {
    const first = { from: 0, limit: disputesListedMax };
    return listIds(decode.runsPage(args, ''), readCounts().runs).map((id) => showRun(id, first));
  }

  @view({})
  get_seats(args: unknown): shown.SeatView[] {
    const id = decode.run(args, '').run;
    const run = readRun(id)?.run;
    if (!run) return [];
    const known = terms.get(id)!;
    if (run.status === 'enrolling') {
      return readApplicants(id).map((applicant, i) => viewApplicant(applicant, i, known));
    }
    return run.roster.map((_, seat) => {
      return viewSeat(seats.get(`${id}:${seat}`)!, { run });
    });
  }

  @view({})
  get_round_record(args: unknown): shown.RoundRecord | null {
    const { run, round } = decode.roundRecord(args, '');
    return readJson<shown.RoundRecord>(`c:${run}:${round}`);
  }

  @view({})
  get_release(args: unknown): shown.ReleaseView | null {
    return releases.get(decode.release(args, '').release);
  }

  @view({})
  get_release_by_manifest(args: unknown): shown.ReleaseView | null {
    const id = near.storageRead(`fm:${decode.manifest(args, '').manifest}`);
    return id === null ? null : releases.get(id);
  }

  @view({})
  list_releases(args: unknown): shown.ReleaseView[] {
    const ids = listIds(decode.page(args, ''), readCounts().releases);
    return ids.map((id) => releases.get(id)!);
  }

  @view({})
  list_attestations(args: unknown): AttestationView[] {
    return attestations.listAttestations(decode.attestations(args, ''));
  }

  @view({})
  get_earnings(args: unknown): shown.EarningsView {
    const ledger = readLedger(decode.account(args, '').account);
    return {
      account: ledger.account,
      ledgerYocto: `${ledger.balance}`,
      inFlightYocto: `${ledger.inFlight}`,
      claimedYocto: `${ledger.claimed}`,
      seats: ledger.seats,
    };
  }

  @view({})
  get_reputation(args: unknown): shown.ReputationView {
    return showReputation(decode.account(args, '').account);
  }

  /** NEP-330. */
  @view({})
  contract_source_metadata(args: unknown): object {
    decode.nothing(args, '');
    return { ...contractBuild, standards };
  }

  @view({})
  list_tokens(args: unknown): shown.TokenView[] {
    return tokens.list(decode.tokens(args, '').account);
  }

  @view({})
  get_accounting(args: unknown): shown.AccountingView {
    decode.nothing(args, '');
    return showAccounting();
  }
}

/** Its argument is the code itself. */
export function stage_code(): void {
  upgrades.stageCode();
}

/** Runs on what earlier code stored, which no method of the class would accept. */
export function migrate(): void {
  upgrades.migrate(decode.migration(readArguments(), ''));
}

/** Put there by the toolchain (toolchain/build-info.ts). */
declare const contractBuild: object;

const standards = [
  ['nep145', '1.0.0'],
  ['nep297', '1.0.0'],
  ['nep330', '1.3.0'],
].map(([standard, version]) => ({ standard, version }));

/**
 * Habits of the SDK that this contract does not share: parsing whatever comes, which traps on what
 * nests too deeply, and reading and writing the class, which has no fields. What it reads instead
 * is the version of what is stored: code that another version is for touches none of it.
 */
const sdk = Dao as unknown as {
  _getArgs(): unknown;
  _getState(): number | null;
  _saveToStorage(): void;
};
sdk._getArgs = readArguments;
sdk._getState = () => {
  const stored = readStateVersion();
  if (stored !== null) checkVersion({ expected: storedVersion, stored });
  return stored;
};
sdk._saveToStorage = () => {};

function showProposal(id: number): shown.ProposalView | null {
  const proposal = proposals.get(id);
  return proposal && viewProposal(proposal, { action: proposedActions.get(id)!, nowMs: nowMs() });
}

function showRun(id: number, part: { from: number; limit: number }): shown.RunView | null {
  const run = readRun(id)?.run;
  if (!run) return null;
  const amendment = run.amendment ? readAmendment(id) : null;
  const audits = seatsIn(run.audited).flatMap((seat) => readAudits(id, seat));
  const disputes = readDisputes(id);
  const known = { terms: terms.get(id)!, audits, disputes, amendment };
  return viewRun(run, { ...known, nowMs: nowMs(), shown: part });
}
