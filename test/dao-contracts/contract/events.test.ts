/**
 * NEP-297: whoever follows the log misses no change. The fake host refuses any call that stores
 * something and logs nothing, or something malformed; here every method is driven under it.
 */
import { expect } from 'chai';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { contractMethods } from './contract-methods.js';
import { auditor, dataset, named, near, policy, workers, Play } from './dao-driver.js';
import { byDistance, distanceTerms } from './distance-audit.js';
import { startDao } from './fake-dao.js';
import type { FakeChain } from './fake-host.js';
import { TokenModel } from './token-model.js';

/** What this host cannot do: recover keys, deploy code. Tests on the embedded node drive them. */
const onNode = ['attest_ethereum', 'unstage_code', 'on_upgraded'];
/** Driven by tests of their own, on this host and so under the same check. */
const underTheSameCheck = [
  ...['withdraw_dataset', 'set_opt_out', 'dispute_dataset', 'lapse_dataset_dispute'],
  ...['bounty_commit', 'bounty_reveal', 'bounty_apply', 'bounty_review', 'bounty_open'],
  ...['bounty_tick', 'on_bounty_tick', 'count_reputation'],
  ...['claim_data_share', 'return_data_share'],
];
const elsewhere = new Set([...onNode, ...underTheSameCheck]);

describe('events of the contract', () => {
  it('are well formed and logged by every method that changes something', async function () {
    this.timeout(20_000);
    const seen = new Set<string>();
    for (const drive of [driveMoney, driveDisputes, driveDistances]) {
      const { fake, play } = await startDao();
      await drive(play, fake);
      for (const method of fake.methodsSeen) seen.add(method);
    }
    const { calls, callbacks } = contractMethods();
    const missing = [...calls, ...callbacks].filter(
      (method) => !seen.has(method) && !elsewhere.has(method),
    );
    expect(missing, 'drive these here, or say where they are driven').to.deep.equal([]);
  });
});

async function driveMoney(play: Play, fake: FakeChain): Promise<void> {
  const { chain } = play;
  const token = new TokenModel(fake, 'gold.test');
  const call = (account: string, method: string, args: object, depositYocto = 0n) =>
    chain.call(account, method, args, { depositYocto });
  await play.fund();
  await call('cat.test', 'delegate', { to: 'bob.test' }, near);
  await call('cat.test', 'undelegate', {}, near);
  await call(
    'late.test',
    'attest',
    { subject: named('x'), purpose: 'disputes', evidence: null },
    near,
  );
  await call('ann.test', 'register_dataset', { record: { ...dataset, id: 'b@1' } }, near);
  await play.decide({ kind: 'set-policy', policy: { ...policy, tokens: ['gold.test'] } });
  token.give('ann.test', 9n);
  await play.decide({
    kind: 'transfer-token',
    token: 'gold.test',
    to: 'late.test',
    amountUnits: '9',
  });
  await call('late.test', 'claim_token', { token: 'gold.test' }, near);
  await play.decide({ kind: 'transfer', to: 'late.test', amountYocto: '5' });
  await call('late.test', 'claim', {});
  await call('late.test', 'storage_deposit', {}, near);
  await call('late.test', 'storage_withdraw', {}, 1n);
  await call('late.test', 'storage_unregister', {}, 1n);
  const doubtful = { kind: 'transfer' as const, to: 'late.test', amountYocto: '6' };
  const proposal = await play.propose(doubtful);
  const ballot = { proposal, choice: 'yes', action: digestOfJson(doubtful) };
  await call('ann.test', 'vote', ballot);
  await call('bob.test', 'vote', ballot);
  await chain.forward(policy.votingPeriodMs);
  await call('bob.test', 'cancel', { proposal });
}

async function driveDistances({ chain }: Play): Promise<void> {
  const play = new Play(chain, 1, byDistance);
  await play.fund(distanceTerms);
  await play.enrol();
  await play.round();
  await play.audit();
  expect((await play.view()).finalRound).to.equal(1);
}

async function driveDisputes(play: Play): Promise<void> {
  const { chain } = play;
  await play.fund({ rounds: 6 });
  await play.enrol();
  await chain.call(
    workers[0]!,
    'set_payout',
    { run: 1, payout: 'late.test' },
    { depositYocto: 1n },
  );
  await chain.call(
    auditor,
    'set_operator',
    { run: 1, operator: 'late.test' },
    { depositYocto: 1n },
  );
  await chain.call(auditor, 'set_operator', { run: 1, operator: auditor }, { depositYocto: 1n });
  const seats = await play.seats();
  const [cheat, sleeper] = [seats[1]!.account, seats[3]!.account];
  await play.round({ cheats: [cheat] });
  await play.audit();
  const [dispute] = (await play.view()).disputes;
  const appeal = { run: 1, dispute: dispute!.id };
  const depositYocto = BigInt(dispute!.appealYocto!);
  await chain.call(cheat, 'appeal', appeal, { depositYocto });
  await play.round({ without: [sleeper] });
  await chain.call(sleeper, 'rejoin', { run: 1 });
  const { round, challengeYocto } = (await play.view()).provisional!;
  const deposit = { depositYocto: BigInt(challengeYocto) + near };
  const [included] = (await play.view()).provisional!.included;
  await chain.call('late.test', 'challenge_root', { run: 1, round, root: named('no') }, deposit);
  await chain.call('late.test', 'challenge_update', { run: 1, round, seat: included }, deposit);
}
