/**
 * Contributors of data earn by a run that trains on it: from the vote over its rounds to their own
 * call, and what a dispute of the dataset does to that. The fake DAO checks the books at each call.
 */
import { expect } from 'chai';
import { escrowNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import type {
  Action,
  DatasetRecord,
  DataShareView,
  EarningsView,
  RunTerms,
} from '@commonweights/dao-contracts/rules/views.js';
import { dataset, named, near, terms, workers, type Play } from './dao-driver.js';
import { startDao } from './fake-dao.js';

const raw: DatasetRecord = {
  ...dataset,
  id: 'letters@1',
  contributors: [
    { account: 'ann.test', weightBps: 6_000 },
    { account: 'late.test', weightBps: 4_000 },
  ],
};
const packed: DatasetRecord = {
  ...dataset,
  id: 'packed@1',
  contributors: [],
  parents: [raw, dataset].map(({ id }) => ({ dataset: id, transform: named('pack') })),
};
const reward = near / 10n;
const shares = [
  { dataset: raw.id, weightBps: 2_500 },
  { dataset: dataset.id, weightBps: 7_500 },
];
const paying: RunTerms = {
  ...{ ...terms, datasets: [packed.id], rounds: 3, auditedClaimsBps: 10_000 },
  ...{ dataRewardYocto: `${reward}`, dataShares: shares },
};

async function startWithData() {
  const { fake, chain, play } = await startDao();
  await chain.call('ann.test', 'deposit', {}, { depositYocto: 30n * near });
  for (const record of [raw, dataset, packed]) {
    await chain.call('bob.test', 'register_dataset', { record }, { depositYocto: near });
  }
  const refusal = (account: string, method: string, args: object, depositYocto = 0n) =>
    chain.call(account, method, args, { depositYocto }).then(
      () => 'accepted',
      (error: unknown) => (error as Error).message,
    );
  const claim = { run: 1, dataset: raw.id };
  return {
    ...{ fake, chain, play, refusal, claim },
    vouch: async (...ids: string[]) => {
      for (const id of ids) await play.decide({ kind: 'approve-dataset', dataset: id } as Action);
    },
    fundOn: (changes: Partial<RunTerms> = {}): Action => {
      const funded = { ...paying, ...changes };
      return { kind: 'fund-run', terms: funded, budgetYocto: `${escrowNeeded(funded)}` };
    },
    shares: (account?: string) =>
      chain.view<DataShareView[]>('list_data_shares', { run: 1, ...(account ? { account } : {}) }),
    ledger: async (account: string) => {
      const { ledgerYocto } = await chain.view<EarningsView>('get_earnings', { account });
      return BigInt(ledgerYocto);
    },
    set: async () => BigInt((await play.accounting()).dataSharesYocto),
  };
}

/** One more final round. */
async function finalRound(play: Play): Promise<void> {
  await play.round();
  await play.audit();
}

async function startRun() {
  const dao = await startWithData();
  await dao.vouch(raw.id, dataset.id);
  await dao.play.decide(dao.fundOn());
  await dao.play.enrol(workers.slice(0, 3));
  return dao;
}

describe('shares of data in a run', () => {
  it('are for datasets that it is trained on, and whose contributors a vote or a bounty names', async () => {
    const { play, refusal, fundOn, vouch } = await startWithData();
    const propose = (changes: Partial<RunTerms> = {}) => {
      const action = fundOn(changes);
      return refusal('ann.test', 'propose', { action, description: named('why') }, 2n * near);
    };
    expect(await propose()).to.match(/^DATASET_NOT_APPROVED: nobody vouches .* letters@1/);
    await vouch(raw.id, dataset.id, packed.id);
    const only = (id: string) => ({ dataShares: [{ dataset: id, weightBps: 10_000 }] });
    expect(await propose(only(packed.id))).to.match(/^BAD_TERMS: dataset packed@1 has no contri/);
    expect(await propose({ ...only(raw.id), datasets: [dataset.id] })).to.match(
      /^BAD_TERMS: the run is not trained on letters@1/,
    );
    expect(await propose(only('nowhere@1'))).to.match(/^NOT_FOUND: dataset nowhere@1/);
    expect(await propose()).to.equal('accepted');
    expect((await play.accounting()).dataSharesYocto).to.equal('0');
  });

  it('grow with each final round, and each contributor takes its own once', async () => {
    const { chain, play, refusal, claim, shares, ledger, set } = await startRun();
    expect(await refusal('ann.test', 'claim_data_share', claim)).to.match(/^NOTHING_TO_CLAIM/);
    await finalRound(play);
    await finalRound(play);
    expect(await play.view()).to.include({ dataRounds: 2, finalRound: 2 });
    expect(await set()).to.equal(2n * reward);
    const [letters, speeches] = await shares('late.test');
    expect(letters).to.deep.equal({
      ...{ dataset: raw.id, weightBps: 2_500, standing: 'due', rounds: 2 },
      ...{ perRoundYocto: `${reward / 4n}`, accruedYocto: `${reward / 2n}`, takenYocto: '0' },
      own: {
        ...{ weightBps: 4_000, perRoundYocto: `${reward / 10n}`, roundsTaken: 0 },
        dueYocto: `${reward / 5n}`,
      },
    });
    expect(speeches!.own).to.equal(null);

    const before = await ledger('ann.test');
    expect(await chain.call('ann.test', 'claim_data_share', claim)).to.equal(
      `${(reward * 3n) / 10n}`,
    );
    expect((await ledger('ann.test')) - before).to.equal((reward * 3n) / 10n);
    expect(await refusal('ann.test', 'claim_data_share', claim)).to.match(
      /^NOTHING_TO_CLAIM: ann.test has taken all that it earned so far/,
    );
    expect(await refusal('bob.test', 'claim_data_share', claim)).to.match(
      /^NOT_FOUND: bob.test is no contributor of letters@1/,
    );
    for (const [args, sentence] of [
      [{ ...claim, dataset: packed.id }, /^NOT_FOUND: run 1 pays nothing for dataset packed@1/],
      [{ ...claim, run: 2 }, /^NOT_FOUND: there is no run 2/],
    ] as const) {
      expect(await refusal('ann.test', 'claim_data_share', args)).to.match(sentence);
    }

    await finalRound(play);
    expect((await play.view()).status).to.equal('completed');
    await chain.call('ann.test', 'claim_data_share', claim);
    await chain.call('late.test', 'claim_data_share', claim);
    await chain.call('ann.test', 'claim_data_share', { run: 1, dataset: dataset.id });
    expect(await set()).to.equal(0n);
    expect((await shares()).map(({ takenYocto }) => takenYocto)).to.deep.equal([
      ...[`${(3n * reward) / 4n}`, `${(9n * reward) / 4n}`],
    ]);
    expect(await chain.view('list_data_shares', { run: 9 })).to.deep.equal([]);
  });

  it('pay for the ledger of who had none, which gets it back with the ledger', async () => {
    const { chain, play, claim, ledger } = await startRun();
    await finalRound(play);
    await chain.call('late.test', 'claim_data_share', claim);
    const paid = await ledger('late.test');
    const storage = await chain.view<{ total: string }>('storage_balance_of', {
      account_id: 'late.test',
    });
    expect(paid + BigInt(storage.total)).to.equal(reward / 10n);
    expect(BigInt(storage.total) > 0n).to.be.true;
  });

  it('that are less than a ledger costs wait until they are more', async () => {
    const dao = await startWithData();
    await dao.vouch(raw.id, dataset.id);
    await dao.play.decide(dao.fundOn({ dataRewardYocto: `${10n ** 21n}` }));
    await dao.play.enrol(workers.slice(0, 3));
    await finalRound(dao.play);
    expect(await dao.refusal('late.test', 'claim_data_share', dao.claim)).to.match(
      /^NOTHING_TO_CLAIM: 100000000000000000000 yoctoNEAR do not pay \d+ for a ledger/,
    );
    await dao.chain.call('late.test', 'storage_deposit', {}, { depositYocto: near });
    await dao.chain.call('late.test', 'claim_data_share', dao.claim);
    expect(await dao.ledger('late.test')).to.equal(10n ** 20n);
  });

  it('wait while the dataset is disputed, and are the treasury’s once that was upheld', async () => {
    const { chain, play, refusal, claim, shares, set } = await startRun();
    await finalRound(play);
    await chain.call('ann.test', 'claim_data_share', claim);
    const evidence = named('proof');
    await chain.call(
      'cat.test',
      'dispute_dataset',
      { id: raw.id, evidence },
      { depositYocto: 2n * near },
    );
    expect((await shares())[0]).to.include({ standing: 'disputed' });
    expect(await refusal('late.test', 'claim_data_share', claim)).to.match(
      /^DATASET_BLOCKED: dataset letters@1 is disputed/,
    );
    expect(await refusal('cat.test', 'return_data_share', claim)).to.match(/^WRONG_PHASE/);
    await play.decide({
      ...{ kind: 'resolve-dataset-dispute', dataset: raw.id, dispute: 1 },
      ...{ verdict: 'upheld', evidence },
    });
    expect(await refusal('late.test', 'claim_data_share', claim)).to.match(
      /^DATASET_BLOCKED: a dispute of dataset letters@1 was upheld/,
    );
    const treasury = async () => BigInt((await play.accounting()).treasuryYocto);
    const [before, kept] = [await treasury(), await set()];
    // Ann took hers before; what late.test has not taken goes back.
    await chain.call('cat.test', 'return_data_share', claim);
    expect((await treasury()) - before).to.equal(reward / 10n);
    expect(kept - (await set())).to.equal(reward / 10n);
    expect(await refusal('cat.test', 'return_data_share', claim)).to.match(/^NOTHING_TO_CLAIM/);
    // The other dataset has done nothing wrong.
    await chain.call('ann.test', 'claim_data_share', { run: 1, dataset: dataset.id });
    expect(await set()).to.equal(0n);
  });

  it('are not lost when the publisher withdraws the dataset, nor when the DAO stops the run', async () => {
    const { chain, play, claim, set } = await startRun();
    await finalRound(play);
    await chain.call('bob.test', 'withdraw_dataset', { id: raw.id }, { depositYocto: near });
    await play.decide({ kind: 'stop-run', run: 1 });
    expect(await set()).to.equal(reward);
    await chain.call('late.test', 'claim_data_share', claim);
    expect(await set()).to.equal(reward - reward / 10n);
  });
});
