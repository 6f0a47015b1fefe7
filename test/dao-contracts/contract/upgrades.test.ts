/** Upgrades on the embedded node: real receipts, real code, and nothing left of what fails. */
import { expect } from 'chai';
import { actions } from 'near-api-js';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { upgradeGas } from '@commonweights/dao-contracts/client/upgrades.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import type {
  Action,
  EarningsView,
  ProposalView,
} from '@commonweights/dao-contracts/rules/views.js';
import { stagedCodeMs } from '@commonweights/dao-contracts/rules/limits.js';
import { everybody, named, near, Play, policy } from './dao-driver.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';
import { buildNextVersion, type NextVersion } from './next-versions.js';

describe('an upgrade on the embedded node', function () {
  this.timeout(180_000);
  let dao: LocalnetDao;
  let play: Play;
  let late: DaoClient;
  let founding: string;
  before(async () => {
    dao = await startLocalnetDao([...everybody, 'guard.test']);
    play = new Play(dao.chain);
    const { secretKey } = deriveKey('dao contract', 'late.local');
    const network = { name: 'localnet' as const, rpcUrl: dao.localnet.url };
    const account = { accountId: 'late.local', secretKey };
    late = connect({ network, contract: 'dao.local', account });
    founding = await codeHash();
    await play.fund();
    await play.enrol();
    await play.round();
  });
  after(() => dao?.stop());

  const codeHash = async () => (await late.viewAccount('dao.local'))!.codeHash!;
  const view = (proposal: number) => dao.chain.view<ProposalView>('get_proposal', { proposal });
  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => 'accepted',
      (error: Error) => error.message,
    );

  const upgradeTo = (code: Digest, from = 1, to = 2): Action => ({
    ...{ kind: 'upgrade', code, from, to },
  });

  async function vote(proposal: number): Promise<void> {
    const ballot = { proposal, choice: 'yes', action: digestOfJson((await view(proposal)).action) };
    for (const member of ['ann.test', 'bob.test']) await dao.chain.call(member, 'vote', ballot);
  }

  /** A vote that passed; its timelock is over. */
  async function accept(action: Action): Promise<number> {
    const proposal = await play.propose(action);
    await vote(proposal);
    await dao.chain.forward(policy.votingPeriodMs + policy.timelockMs);
    return proposal;
  }

  async function stage(version: NextVersion): Promise<Digest> {
    const code = await buildNextVersion(version);
    await late.stageCode({ code });
    return digestOf(code);
  }

  const ledgerOf = async (account: string) =>
    BigInt((await dao.chain.view<EarningsView>('get_earnings', { account })).ledgerYocto);

  /** Everything that is shown, but for the upgrade itself. */
  async function everything(): Promise<string> {
    const shown = await Promise.all([
      dao.chain.view('get_policy'),
      dao.chain.view('get_members'),
      dao.chain.view('list_runs'),
      dao.chain.view('get_seats', { run: 1 }),
      dao.chain.view('list_datasets'),
      dao.chain.view('get_reputation', { account: 'w1.test' }),
    ]);
    return JSON.stringify(shown).replace(/"nowMs":\d+/g, '');
  }

  const failures: readonly {
    what: string;
    version: NextVersion;
    to?: number;
    because: RegExp;
  }[] = [
    { what: 'whose migration panics', version: 'panics', because: /a mistake/ },
    {
      ...{ what: 'that does not know what is stored', version: 'forgets' },
      because: /^WRONG_VERSION: this code cannot read version 1/,
    },
    {
      ...{ what: 'that stores another version than was voted for', version: 'converts', to: 3 },
      because: /^WRONG_VERSION: what is stored has version 2, not 3/,
    },
    {
      ...{ what: 'that spoils a record, which the check finds', version: 'spoils' },
      because: /^UNHEALTHY: the members on record/,
    },
    { what: 'whose migration runs out of gas', version: 'never-ends', because: /^OUT_OF_GAS/ },
  ];
  for (const { what, version, to = 2, because } of failures) {
    it(`leaves nothing of code ${what}`, async () => {
      const before = await ledgerOf('late.test');
      const code = await stage(version);
      const proposal = await accept(upgradeTo(code, 1, to));
      const shown = await everything();
      const result = await late.executeUpgrade({ proposal });
      expect(result.outcome).to.equal('rolled-back');
      expect(result.because).to.match(because);
      expect((await view(proposal)).status).to.equal('executed');
      expect(await codeHash()).to.equal(founding);
      expect(await everything()).to.equal(shown);
      expect(await dao.chain.view('get_code')).to.include({ state: 1, code: null, former: null });
      expect(await late.getUpgrade({ proposal })).to.include({ outcome: 'rolled-back' });
      expect(await late.getStagedCode({ code }), 'it was used').to.equal(null);
      expect((await ledgerOf('late.test')) - before > 5n * near, 'its storage').to.equal(true);
      expect((await view(proposal)).bond).to.equal('returned');
      expect(BigInt((await play.accounting()).surplusYocto) >= 0n).to.equal(true);
      const again = dao.chain.call('cat.test', 'execute', { proposal });
      expect(await refusal(again)).to.match(/^PROPOSAL_CLOSED/);
    });
  }

  it('refuses code that nobody uploaded, that is other code, or that is there', async () => {
    const proposal = await accept(upgradeTo(named('other code')));
    const code = await buildNextVersion('converts');
    await late.stageCode({ code });
    expect(await refusal(dao.chain.call('cat.test', 'execute', { proposal }))).to.match(
      /^NOT_FOUND: sha256:\w+ is not uploaded; call stage_code/,
    );
    expect((await view(proposal)).status).to.equal('queued');
    expect(await refusal(late.stageCode({ code }))).to.match(/^ALREADY_EXISTS: /);
    expect(await refusal(late.unstageCode({ code: digestOf(code) }))).to.match(
      /^PROPOSAL_NOT_READY: a vote may count on this code/,
    );
    const text = new TextEncoder().encode('{"code":"no"}');
    expect(await refusal(late.stageCode({ code: text }))).to.match(/^BAD_ARGUMENT: .*WebAssembly/);
  });

  it('is refused for a version that is not stored, and without the gas that it takes', async () => {
    expect(await refusal(play.propose(upgradeTo(named('code'), 2, 3)))).to.match(
      /^WRONG_VERSION: what is stored has version 1, not 2/,
    );
    expect(await refusal(play.propose(upgradeTo(named('code'), 2, 1)))).to.match(/^BAD_ARGUMENT/);
    const proposal = await accept(upgradeTo(digestOf(await buildNextVersion('converts'))));
    const call = late.connection.call('execute', { proposal }, { gas: 299n * 10n ** 12n });
    expect(await refusal(call)).to.match(/^GAS_TOO_LOW: attach at least 300 Tgas/);
  });

  it('migrates and closes for nobody but the contract itself', async () => {
    const told = { proposal: 1, code: named('code'), from: 1, to: 1, surplusYocto: '0' };
    const call = late.connection.call('migrate', told);
    expect(await refusal(call)).to.match(/^PRIVATE: only an upgrade that members voted for/);
    const closing = late.connection.call('on_upgraded', { proposal: 1 });
    expect(await refusal(closing)).to.match(/private/i);
    expect(await late.checkHealth()).to.include({ state: 1, code: null });
    const other = late.connection.view('check_health', { state: 2 });
    expect(await refusal(other)).to.match(/^WRONG_VERSION/);
  });

  it('is cancelled by the guardian in its timelock, once', async () => {
    const action = upgradeTo(named('cancelled code'));
    const proposal = await play.propose(action);
    await vote(proposal);
    await dao.chain.forward(policy.votingPeriodMs);
    await dao.chain.call('bob.test', 'cancel', { proposal });
    expect((await view(proposal)).status).to.equal('cancelled');
    const again = await play.propose(action);
    await vote(again);
    await dao.chain.forward(policy.votingPeriodMs);
    const call = dao.chain.call('bob.test', 'cancel', { proposal: again });
    expect(await refusal(call)).to.match(/^PRIVATE: .*members insist/);
  });

  it('converts what is stored while a run trains, a dispute and a vote are open', async () => {
    const code = digestOf(await buildNextVersion('converts'));
    const proposal = await accept(upgradeTo(code));
    const cheat = (await play.seats())[1]!.account;
    await play.round({ cheats: [cheat] });
    await play.audit();
    const [dispute] = (await play.view()).disputes;
    expect(dispute).to.include({ stage: 'window', verdict: 'against' });
    const open = await play.propose({ kind: 'transfer', to: 'late.test', amountYocto: '1' });
    const shown = await everything();
    const { treasuryYocto } = await play.accounting();

    const result = await dao.chain.call('cat.test', 'execute', { proposal });
    expect(result).to.include({ status: 'executed', outcome: 'done' });
    expect(await codeHash()).to.not.equal(founding);
    expect(await everything()).to.equal(shown);
    expect(await late.getCode()).to.deep.equal({ state: 2, code, former: null, proposal });
    expect(await late.checkHealth()).to.include({ state: 2, code });
    const after = await play.accounting();
    expect(BigInt(after.surplusYocto) >= 0n).to.equal(true);
    expect(BigInt(treasuryYocto) - BigInt(after.treasuryYocto) < near, 'costs little').to.equal(
      true,
    );

    await vote(open);
    const depositYocto = BigInt(dispute!.appealYocto!);
    const appeal = { run: 1, dispute: dispute!.id };
    await dao.chain.call(cheat, 'appeal', appeal, { depositYocto });
    expect((await play.view()).disputes[0]).to.include({ stage: 'dao' });
    await play.decide({
      ...{ kind: 'resolve-dispute', run: 1, dispute: dispute!.id, verdict: 'for' },
      evidence: named('report'),
    });
    expect((await play.view()).disputes).to.deep.equal([]);
    await dao.chain.call('cat.test', 'execute', { proposal: open });
    expect((await view(open)).status).to.equal('executed');
    expect(await play.propose({ kind: 'set-policy', policy })).to.equal(open + 2);
    expect(dao.gasOf.at(-1)!.gas < 30n * 10n ** 12n).to.equal(true);
  });

  it('has its next one start where it ended, with the former code on record', async () => {
    const { code: former } = await late.getCode();
    expect(await refusal(play.propose(upgradeTo(named('late code'))))).to.match(/^WRONG_VERSION/);
    const back = await accept(upgradeTo(await stage('same-records'), 2, 2));
    const { outcome, because } = await late.executeUpgrade({ proposal: back });
    expect(outcome).to.equal('rolled-back');
    expect(because, 'it stores version 1').to.match(/^WRONG_VERSION/);
    expect(await late.getCode()).to.include({ code: former, state: 2 });

    const code = await stage('repairs');
    const proposal = await accept(upgradeTo(code, 2, 2));
    const call = actions.functionCall('execute', { proposal }, upgradeGas, 0n);
    const { logs } = await late.connection.send('dao.local', [call], 'execute');
    const events = logs.map((line) => JSON.parse(line.slice('EVENT_JSON:'.length)) as LoggedEvent);
    expect(events.map(({ event }) => event)).to.deep.equal([
      'proposal_closed',
      'upgrade_started',
      'migrated',
      'upgrade_closed',
    ]);
    expect(events[2]!.data).to.deep.equal([{ proposal, code, former, from: 2, to: 2 }]);
    expect(events[3]!.data).to.deep.equal([{ proposal, outcome: 'done' }]);
    expect(await late.getCode()).to.deep.equal({ state: 2, code, former, proposal });
    expect(await late.checkHealth()).to.include({ state: 2, code });
  });

  it('gives back what unused code cost, thirty days later', async () => {
    await dao.chain.call('late.test', 'claim', {});
    const code = await stage('panics');
    const before = await ledgerOf('late.test');
    await dao.chain.forward(stagedCodeMs);
    await dao.chain.call('w0.test', 'unstage_code', { code });
    expect((await ledgerOf('late.test')) - before > 5n * near).to.equal(true);
    expect(await late.getStagedCode({ code })).to.equal(null);
    expect(BigInt((await play.accounting()).surplusYocto) >= 0n).to.equal(true);
    await late.stageCode({ code: await buildNextVersion('panics') });
  });
});

interface LoggedEvent {
  event: string;
  data: unknown[];
}
