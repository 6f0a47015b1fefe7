/** What happens to datasets after they were registered: withdrawn, disputed, approved, left out. */
import { expect } from 'chai';
import { checkTrainable } from '@commonweights/dao-contracts/rules/datasets.js';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { disputeBondYocto } from '@commonweights/dao-contracts/rules/dataset-dispute.js';
import type { Policy } from '@commonweights/dao-contracts/rules/actions.js';
import type {
  AccountingView,
  Action,
  DatasetDisputeView,
  DatasetRecord,
  DatasetView,
  EarningsView,
} from '@commonweights/dao-contracts/rules/views.js';
import { dataset, named, near, terms } from './dao-driver.js';
import { GovernancePlay } from './governance-play.js';

const monthMs = 30 * 24 * 3_600_000;

/** With `speeches@1` of ann and `packed@1` of bob, which descends from it. */
async function startWithData(policy = {}): Promise<GovernancePlay> {
  const play = await GovernancePlay.found({ policy, treasuryYocto: 60n * near });
  register(play, 'ann.test', dataset);
  const parents = [{ dataset: dataset.id, transform: named('pack') }];
  register(play, 'bob.test', { ...dataset, id: 'packed@1', parents });
  return play;
}

function register(play: GovernancePlay, account: string, record: DatasetRecord): void {
  play.fake.call(account, 'register_dataset', { record }, { depositYocto: near });
}

const view = (play: GovernancePlay, id: string) =>
  play.fake.view<DatasetView>('get_dataset', { id });
const disputesOf = (play: GovernancePlay, id: string) =>
  play.fake.view<DatasetDisputeView[]>('list_dataset_disputes', { id });
const dispute = (play: GovernancePlay, id: string, by = 'cat.test') =>
  play.fake.call(
    by,
    'dispute_dataset',
    { id, evidence: named('proof') },
    { depositYocto: 3n * near },
  );
const ledger = (play: GovernancePlay, account: string) =>
  BigInt(play.fake.view<EarningsView>('get_earnings', { account }).ledgerYocto);
const bonds = (play: GovernancePlay) =>
  BigInt(play.fake.view<AccountingView>('get_accounting').bondsYocto);

function fundOn(id: string): Action {
  const changed = { ...terms, datasets: [id] };
  return { kind: 'fund-run', terms: changed, budgetYocto: `${escrowNeeded(changed)}` };
}

const refusalOfFunding = (play: GovernancePlay, id: string) =>
  play.refusal('cat.test', 'propose', { action: fundOn(id), description: named('why') }, 2n * near);

function resolution(verdict: 'upheld' | 'dismissed', number = 1): Action {
  const about = { dataset: dataset.id, dispute: number, verdict, evidence: named('report') };
  return { kind: 'resolve-dataset-dispute', ...about };
}

describe('a withdrawn dataset', () => {
  it('is withdrawn by its publisher alone, for good, and stays on record', async () => {
    const play = await startWithData();
    const args = { id: dataset.id };
    expect(play.refusal('bob.test', 'withdraw_dataset', args, near)).to.match(
      /^NOT_PUBLISHER: ann/,
    );
    play.fake.call('ann.test', 'withdraw_dataset', args, { depositYocto: near });
    expect(view(play, dataset.id)).to.include({ status: 'withdrawn', manifest: dataset.manifest });
    expect(play.refusal('ann.test', 'withdraw_dataset', args, near)).to.match(/^DATASET_BLOCKED/);
    expect(play.refusal('ann.test', 'withdraw_dataset', { id: 'no@1' }, near)).to.match(
      /^NOT_FOUND/,
    );
  });

  it('cannot be trained on any more, nor can what descends from it', async () => {
    const play = await startWithData();
    const waiting = play.accept(fundOn('packed@1'));
    play.fake.call('ann.test', 'withdraw_dataset', { id: dataset.id }, { depositYocto: near });
    for (const id of [dataset.id, 'packed@1']) {
      expect(refusalOfFunding(play, id)).to.match(
        /^DATASET_BLOCKED: dataset speeches@1 is withdrawn/,
      );
    }
    play.forwardTo(play.view(waiting).executableAtMs);
    expect(play.refusal('cat.test', 'execute', { proposal: waiting })).to.match(/^DATASET_BLOCKED/);
  });

  it('can be disputed all the same, for what it earned, until a verdict has withdrawn it', async () => {
    const play = await startWithData();
    play.fake.call('ann.test', 'withdraw_dataset', { id: dataset.id }, { depositYocto: near });
    expect(dispute(play, dataset.id).value).to.equal(1);
    expect(view(play, dataset.id)).to.include({ status: 'withdrawn', disputes: 1 });
    const args = { id: dataset.id, evidence: named('proof') };
    expect(play.refusal('cat.test', 'dispute_dataset', args, 2n * near)).to.match(
      /^DATASET_BLOCKED: .* is disputed already/,
    );
    play.pass(resolution('upheld'));
    expect(view(play, dataset.id).status).to.equal('withdrawn');
    expect(play.refusal('cat.test', 'dispute_dataset', args, 2n * near)).to.match(
      /^DATASET_BLOCKED: .* is withdrawn by a verdict already/,
    );
  });
});

describe('a dispute of a dataset', () => {
  it('costs a bond, blocks new runs and stands on record', async () => {
    const play = await startWithData();
    const args = { id: dataset.id, evidence: named('proof') };
    expect(play.refusal('cat.test', 'dispute_dataset', args, near - 1n)).to.match(
      /^DEPOSIT_TOO_SMALL/,
    );
    expect(play.refusal('cat.test', 'dispute_dataset', args, near)).to.match(/^DEPOSIT_TOO_SMALL/);
    const held = bonds(play);
    expect(dispute(play, dataset.id).value).to.equal(1);
    expect(bonds(play) - held).to.equal(near);
    expect(view(play, dataset.id)).to.include({ status: 'disputed', disputes: 1 });
    expect(refusalOfFunding(play, 'packed@1')).to.match(/^DATASET_BLOCKED: .*disputed/);
    expect(play.refusal('bob.test', 'dispute_dataset', args, 2n * near)).to.match(
      /^DATASET_BLOCKED/,
    );
    const [open] = disputesOf(play, dataset.id);
    expect(open).to.include({ by: 'cat.test', bondYocto: `${near}`, verdict: null });
  });

  it('costs twice as much after each one that came to nothing', async () => {
    const play = await startWithData();
    const args = { id: dataset.id, evidence: named('proof') };
    dispute(play, dataset.id);
    play.pass(resolution('dismissed'));
    expect(play.refusal('cat.test', 'dispute_dataset', args, 2n * near - 1n)).to.match(
      /^DEPOSIT_TOO_SMALL: attach the bond of 2000000000000000000000000 /,
    );
    play.fake.call('cat.test', 'dispute_dataset', args, { depositYocto: 3n * near });
    expect(disputesOf(play, dataset.id)[1]).to.include({ bondYocto: `${2n * near}` });
  });

  it('is never free, even where the policy asks nothing for a proposal', () => {
    for (const policy of [0n, 1n, near - 1n]) {
      expect(disputeBondYocto(policy, { disputes: 0 })).to.equal(near);
      expect(disputeBondYocto(policy, { disputes: 2 })).to.equal(4n * near);
    }
    expect(disputeBondYocto(3n * near, { disputes: 1 })).to.equal(6n * near);
  });

  it('that the DAO upholds withdraws the dataset and returns the bond, once', async () => {
    const play = await startWithData();
    dispute(play, dataset.id);
    const twice = play.accept(resolution('dismissed'));
    play.pass(resolution('upheld'));
    expect(ledger(play, 'cat.test')).to.equal(near);
    expect(view(play, dataset.id).status).to.equal('withdrawn');
    expect(disputesOf(play, dataset.id)[0]!.verdict).to.equal('upheld');
    play.forwardTo(play.view(twice).executableAtMs);
    expect(play.refusal('cat.test', 'execute', { proposal: twice })).to.match(/^DISPUTE_CLOSED/);
    expect(ledger(play, 'cat.test')).to.equal(near);
  });

  it('that the DAO dismisses forfeits the bond; another may follow', async () => {
    const play = await startWithData();
    dispute(play, dataset.id);
    const before = play.fake.view<AccountingView>('get_accounting');
    const proposal = play.pass(resolution('dismissed'));
    expect(play.view(proposal).status).to.equal('executed');
    const after = play.fake.view<AccountingView>('get_accounting');
    const gained = BigInt(after.treasuryYocto) - BigInt(before.treasuryYocto);
    expect(Number(gained)).to.be.within(0.98e24, 1e24); // The treasury paid for the storage of it.
    expect(ledger(play, 'cat.test')).to.equal(0n);
    expect(view(play, dataset.id).status).to.equal('active');
    expect(dispute(play, dataset.id).value).to.equal(2);
    const action = resolution('upheld', 1);
    const args = { action, description: named('why') };
    expect(play.refusal('bob.test', 'propose', args, 2n * near)).to.match(/^DISPUTE_CLOSED/);
    expect(disputesOf(play, dataset.id).map(({ verdict }) => verdict)).to.deep.equal([
      'dismissed',
      null,
    ]);
  });

  it('stays to be decided where the publisher gives in, and undoes no withdrawal', async () => {
    const play = await startWithData();
    dispute(play, dataset.id);
    play.fake.call('ann.test', 'withdraw_dataset', { id: dataset.id }, { depositYocto: near });
    play.pass(resolution('dismissed'));
    expect(view(play, dataset.id).status).to.equal('withdrawn');
  });

  it('lapses where the DAO does not decide in a month: nobody is held hostage', async () => {
    const play = await startWithData();
    dispute(play, dataset.id);
    const args = { id: dataset.id };
    play.fake.nowMs += monthMs - 1;
    expect(play.refusal('bob.test', 'lapse_dataset_dispute', args, near)).to.match(/^WRONG_PHASE/);
    play.fake.nowMs += 1;
    play.fake.call('bob.test', 'lapse_dataset_dispute', args, { depositYocto: near });
    expect(view(play, dataset.id).status).to.equal('active');
    expect(ledger(play, 'cat.test')).to.equal(near);
    expect(play.refusal('bob.test', 'lapse_dataset_dispute', args, near)).to.match(
      /^DISPUTE_CLOSED/,
    );
    expect(bonds(play)).to.equal(0n);
  });
});

describe('approved datasets', () => {
  it('are wanted where the policy says so', async () => {
    const play = await startWithData({ approvedDatasetsOnly: true });
    expect(refusalOfFunding(play, 'packed@1')).to.match(/^DATASET_NOT_APPROVED: /);
    play.pass({ kind: 'approve-dataset', dataset: 'packed@1' });
    expect(view(play, 'packed@1').approved).to.equal(true);
    expect(refusalOfFunding(play, 'packed@1')).to.equal('accepted');
  });

  it('are wanted of bounties, too: whoever registers one names the files', async () => {
    const play = await startWithData({ approvedDatasetsOnly: true });
    const made = { ...view(play, 'packed@1'), bounty: 1 };
    const policy = play.fake.view<Policy>('get_policy');
    expect(() => checkTrainable(made, policy)).to.throw(/^DATASET_NOT_APPROVED/);
    expect(() => checkTrainable({ ...made, approved: true }, policy)).to.not.throw();
  });

  it('have to be there, and not withdrawn', async () => {
    const play = await startWithData();
    const propose = (id: string) => {
      const action = { kind: 'approve-dataset', dataset: id };
      return play.refusal('ann.test', 'propose', { action, description: named('why') }, 2n * near);
    };
    expect(propose('no@1')).to.match(/^NOT_FOUND/);
    play.fake.call('bob.test', 'withdraw_dataset', { id: 'packed@1' }, { depositYocto: near });
    expect(propose('packed@1')).to.match(/^DATASET_BLOCKED/);
  });

  it('keep the canonical text of a policy that does not speak of them as it was', async () => {
    const play = await startWithData();
    const shown = play.fake.view<object>('get_policy');
    expect(shown).to.not.have.property('approvedDatasetsOnly');
  });
});

describe('lists of items to leave out', () => {
  it('are named by the publisher alone, whenever it wants', async () => {
    const play = await startWithData();
    const args = { id: dataset.id, optOut: named('list 1') };
    expect(play.refusal('bob.test', 'set_opt_out', args, near)).to.match(/^NOT_PUBLISHER/);
    play.fake.call('ann.test', 'set_opt_out', args, { depositYocto: near });
    const next = { ...args, optOut: named('list 2') };
    play.fake.call('ann.test', 'set_opt_out', next, { depositYocto: near });
    expect(view(play, dataset.id)).to.include({ optOut: named('list 2'), status: 'active' });
  });
});

describe('a lineage', () => {
  it('is followed as far as one call can, and refused beyond', async () => {
    const play = await startWithData();
    let parent = dataset.id;
    for (let i = 1; i <= 64; i++) {
      const parents = [{ dataset: parent, transform: named('t') }];
      parent = `chain@${i}`;
      register(play, 'cat.test', { ...dataset, id: parent, version: `${i}`, parents });
    }
    expect(refusalOfFunding(play, 'chain@64')).to.match(/^TOO_MANY: chain@64 descend/);
    expect(refusalOfFunding(play, 'chain@63')).to.equal('accepted');
  });
});
