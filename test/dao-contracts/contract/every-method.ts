/**
 * A life of the DAO in which every method of the contract is called, the same at every time: what
 * docs/gas.md is made of. A method that is neither called here nor named below with a reason fails
 * the check of that table.
 */
import { Wallet } from 'ethers';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { contributorsMax } from '@commonweights/dao-contracts/rules/limits.js';
import { typedData } from '@commonweights/dao-contracts/rules/attestation.js';
import type {
  DisputeView,
  ProposalView,
  ReputationView,
} from '@commonweights/dao-contracts/rules/views.js';
import { BountyRun, itemsNamed, judges } from './bounty-driver.js';
import {
  dataset,
  everybody,
  members,
  named,
  near,
  Play,
  policy,
  terms,
  workers,
} from './dao-driver.js';
import { byDistance, distanceTerms } from './distance-audit.js';
import { VmChain, type MeteredCall } from './vm-chain.js';

/** Methods that are not called here, and why. */
export const notPlayed: Readonly<Record<string, string>> = {
  migrate: 'part of an upgrade, which may burn more than 30 Tgas (upgrades.test.ts)',
  on_upgraded: 'part of an upgrade, which may burn more than 30 Tgas (upgrades.test.ts)',
};

const token = 'gold.test';
const longMs = 365 * 24 * 3_600_000;

export async function playEveryMethod(): Promise<{
  calls: MeteredCall[];
  methods: string[];
  codeBytes: number;
}> {
  const founding = { members, policy: { ...policy, tokens: [token] }, guardian: 'guard.test' };
  const chain = await VmChain.start(founding);
  const play = new Play(chain);
  await governance(chain, play);
  await tokens(chain, play);
  await storageDeposits(chain);
  await firstRun(chain, play);
  await challengedRun(chain);
  await comparedRun(chain);
  await counted(chain);
  await dataShares(chain);
  await datasets(chain);
  await bounty(chain);
  await statements(chain);
  await code(chain);
  for (const view of views(chain)) await view();
  const { calls, methods } = chain;
  return { calls, methods: [...methods], codeBytes: chain.code.bytes.length };
}

async function governance(chain: VmChain, play: Play): Promise<void> {
  await chain.call('ann.test', 'deposit', {}, { depositYocto: 500n * near });
  await chain.call('cat.test', 'delegate', { to: 'bob.test' }, { depositYocto: near / 2n });
  await chain.forward(policy.votingPeriodMs);
  await play.decide({ kind: 'transfer', to: 'late.test', amountYocto: '1' });
  const own = await play.propose({ kind: 'transfer', to: 'late.test', amountYocto: '2' });
  const action = (await chain.view<ProposalView>('get_proposal', { proposal: own })).actionDigest;
  for (const account of ['bob.test', 'cat.test', 'ann.test']) {
    await chain.call(account, 'vote', { proposal: own, choice: 'yes', action });
  }
  await chain.forward(policy.votingPeriodMs);
  await chain.call('guard.test', 'cancel', { proposal: own });
  await chain.call('cat.test', 'undelegate', {}, { depositYocto: near / 2n });
  await chain.call('late.test', 'claim', {});
}

async function tokens(chain: VmChain, play: Play): Promise<void> {
  chain.others = (_, method) =>
    method === 'storage_balance_bounds'
      ? { min: `${near / 100n}`, max: null }
      : method === 'storage_balance_of'
        ? null
        : {};
  const received = { sender_id: 'ann.test', amount: '1000', msg: 'treasury' };
  await chain.call(token, 'ft_on_transfer', received);
  await play.decide({ kind: 'transfer-token', token, to: 'late.test', amountUnits: '10' });
  await chain.call('late.test', 'claim_token', { token }, { depositYocto: near });
}

async function storageDeposits(chain: VmChain): Promise<void> {
  await chain.call('w9.test', 'storage_deposit', {}, { depositYocto: near });
  await chain.call('w9.test', 'storage_withdraw', {}, { depositYocto: 1n });
  await chain.call('w9.test', 'storage_unregister', {}, { depositYocto: 1n });
}

/** Five trainers; one is absent for a round, one cheats and appeals. */
async function firstRun(chain: VmChain, play: Play): Promise<void> {
  await play.fund({ maxWorkers: 5, rounds: 4 });
  await play.enrol([...workers, 'w4.test']);
  const owner = { depositYocto: 1n };
  await chain.call('w0.test', 'set_payout', { run: play.run, payout: 'late.test' }, owner);
  await chain.call('w0.test', 'set_operator', { run: play.run, operator: 'op.test' }, owner);
  await chain.call('w0.test', 'set_operator', { run: play.run, operator: 'w0.test' }, owner);
  await play.train({ without: ['w4.test'] });
  await chain.call('w4.test', 'rejoin', { run: play.run });
  await play.reveal();
  await play.certify();
  await play.aggregate();
  await play.round({ cheats: ['w1.test'] });
  await play.audit();
  const { disputes } = await play.view();
  const { id, appealYocto } = disputes[0]!;
  await appeal(chain, { run: play.run, id, by: 'w1.test', depositYocto: BigInt(appealYocto!) });
  await judgeAll(chain, play);
  for (let i = 0; i < 6 && (await play.view()).open; i++) {
    await play.round();
    await play.audit();
  }
  await chain.call('w2.test', 'claim', {});
}

function appeal(
  chain: VmChain,
  it: { run: number; id: number; by: string; depositYocto: bigint },
): Promise<unknown> {
  const { run, id, by, depositYocto } = it;
  return chain.call(by, 'appeal', { run, dispute: id }, { depositYocto });
}

/** Whoever is drawn finds for what was claimed, until nothing waits for a jury. */
async function judgeAll(chain: VmChain, play: Play): Promise<void> {
  for (let i = 0; i < 60; i++) {
    const { disputes } = await play.view();
    const open = disputes.find(({ stage }) => stage === 'jury');
    if (!open) return;
    const juror = open.panel.find(({ answered }) => !answered);
    if (!juror) {
      await play.tick();
      if ((await still(play, open))?.panel.length === 0) await play.letTimePass();
      continue;
    }
    const { account } = (await play.seats())[juror.seat]!;
    const args = { run: play.run, dispute: open.id, answer: open.claimed };
    await chain.call(account, 'judge', args);
  }
}

async function still(play: Play, { id }: DisputeView): Promise<DisputeView | undefined> {
  return (await play.view()).disputes.find((one) => one.id === id);
}

/** A second run, of which a root and an update are challenged. */
async function challengedRun(chain: VmChain): Promise<void> {
  const play = new Play(chain, 2);
  await play.decide({ kind: 'fund-run', terms, budgetYocto: `${100n * near}` });
  await play.enrol();
  await play.round();
  const challenge = { run: 2, round: 1 };
  const { provisional } = await play.view();
  const deposit = { depositYocto: BigInt(provisional!.challengeYocto) };
  await chain.call('late.test', 'challenge_root', { ...challenge, root: named('none') }, deposit);
  await chain.call('ann.test', 'challenge_update', { ...challenge, seat: 2 }, deposit);
  await play.tick();
  await judgeAll(chain, play);
}

/** A third run, in which distances are measured and every leaf that may be is a decoy. */
async function comparedRun(chain: VmChain): Promise<void> {
  const play = new Play(chain, 3, byDistance);
  const budgetYocto = `${100n * near}`;
  await play.decide({ kind: 'fund-run', terms: distanceTerms, budgetYocto });
  await play.enrol();
  await play.round();
  await play.audit();
}

/** A fourth run, which pays as many contributors as a dataset can have; a dispute takes it away. */
async function dataShares(chain: VmChain): Promise<void> {
  const play = new Play(chain, 4);
  const id = 'letters@1';
  const others = Array.from({ length: contributorsMax - 2 }, (_, i) => `c${i}.test`);
  const contributors = [
    { account: 'late.test', weightBps: 5_000 },
    ...others.map((account) => ({ account, weightBps: 1 })),
    { account: 'new.test', weightBps: 5_000 - others.length },
  ];
  const record = { ...dataset, id, contributors };
  await chain.call('ann.test', 'register_dataset', { record }, { depositYocto: near });
  await play.decide({ kind: 'approve-dataset', dataset: id });
  const dataTerms = {
    datasets: [id],
    dataRewardYocto: `${near}`,
    dataShares: [{ dataset: id, weightBps: 10_000 }],
  };
  const budgetYocto = `${100n * near}`;
  await play.decide({ kind: 'fund-run', terms: { ...terms, ...dataTerms }, budgetYocto });
  await play.enrol();
  await play.round();
  await play.audit();
  const share = { run: play.run, dataset: id };
  await chain.call('late.test', 'claim_data_share', share);
  await chain.call('new.test', 'claim_data_share', share);
  await chain.view('list_data_shares', { run: play.run, account: 'late.test' });
  const evidence = named('proof');
  await chain.call('cat.test', 'dispute_dataset', { id, evidence }, { depositYocto: 2n * near });
  const upheld = { dataset: id, dispute: 1, verdict: 'upheld', evidence } as const;
  await play.decide({ kind: 'resolve-dataset-dispute', ...upheld });
  await chain.call('cat.test', 'return_data_share', share);
}

/** Disputed and let be, and withdrawn. */
async function datasets(chain: VmChain): Promise<void> {
  const paid = { depositYocto: 2n * near };
  const { id } = dataset;
  await chain.call('ann.test', 'set_opt_out', { id, optOut: named('list') }, paid);
  await chain.call('cat.test', 'dispute_dataset', { id, evidence: named('proof') }, paid);
  await chain.view('list_dataset_disputes', { id });
  await chain.forward(longMs);
  await chain.call('bob.test', 'lapse_dataset_dispute', { id }, paid);
  await chain.call('ann.test', 'withdraw_dataset', { id }, paid);
}

/** Three contributors with full batches, and a full panel for each. */
async function bounty(chain: VmChain): Promise<void> {
  const play = new BountyRun(chain);
  const people = ['w0.test', 'w1.test', 'bob.test'];
  await play.start();
  for (const name of people) await play.commit(name, itemsNamed(name, 16));
  for (const name of judges) await play.apply(name);
  await play.pass();
  for (const [i, name] of people.entries()) await play.reveal(name, i, itemsNamed(name, 16));
  await play.tick();
  await play.judge(() => '1'.repeat(15) + '0');
  await play.finish();
}

/** Of somebody to whom the first run gave some. */
async function counted(chain: VmChain): Promise<void> {
  const depositYocto = near / 10n;
  for (const account of workers) {
    const { points } = await chain.view<ReputationView>('get_reputation', { account });
    if (points === '0') continue;
    await chain.call('late.test', 'count_reputation', { account }, { depositYocto });
    return;
  }
  throw new Error('BUG: the first run gave nobody reputation');
}

async function statements(chain: VmChain): Promise<void> {
  const depositYocto = near;
  const subject = named('release');
  const statement = { subject, purpose: 'endorses', evidence: null };
  await chain.call('ann.test', 'attest', statement, { depositYocto });
  const wallet = new Wallet(`0x${'1'.padStart(64, '0')}`);
  const until = { nonce: 1, deadlineMs: chain.nowMs + longMs };
  const { domain, types } = typedData;
  const message = { contract: chain.contract, purpose: 'endorses', subject, evidence: '' };
  const signature = await wallet.signTypedData(domain, types, { ...message, ...until });
  const by = wallet.address.toLowerCase();
  const args = { ...statement, by, ...until, signature };
  await chain.call('ann.test', 'attest_ethereum', args, { depositYocto });
}

/** Uploaded and, unused, removed: what the method costs grows with the code, here a small one. */
async function code(chain: VmChain): Promise<void> {
  const bytes = new Uint8Array(64);
  bytes.set([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  chain.send({ account: 'late.test', depositYocto: near }, 'stage_code', bytes);
  await chain.view('get_staged_code', { code: digestOf(bytes) });
  await chain.forward(longMs);
  await chain.call('late.test', 'unstage_code', { code: digestOf(bytes) });
  await chain.call('late.test', 'check_health', {});
}

/** Whatever only reads and was not asked yet. */
function views(chain: VmChain): (() => Promise<unknown>)[] {
  const page = { from: 0, limit: 3 };
  const account = 'ann.test';
  const args: Record<string, object> = {
    get_policy: {},
    get_members: page,
    get_standing: { account },
    get_ballot: { proposal: 1, account },
    get_proposal: { proposal: 1 },
    list_proposals: { ...page, limit: 2 },
    get_code: {},
    get_upgrade: { proposal: 1 },
    get_dataset: { id: 'speeches@1' },
    list_datasets: page,
    list_bounties: page,
    contract_source_metadata: {},
    list_runs: page,
    get_round_record: { run: 1, round: 1 },
    get_release: { release: 1 },
    get_release_by_manifest: { manifest: digestOfJson(0) },
    list_releases: page,
    list_attestations: { subject: named('release'), ...page },
    get_earnings: { account },
    get_reputation: { account },
    list_tokens: { account },
    get_accounting: {},
    storage_balance_of: { account_id: everybody[0]! },
    storage_balance_bounds: {},
  };
  return Object.entries(args).map(
    ([method, it]) =>
      () =>
        chain.view(method, it),
  );
}
