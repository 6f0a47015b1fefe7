/** Bounties in the contract: money and storage add up after every call (fake-dao.ts watches). */
import { expect } from 'chai';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { bountyEscrow } from '@commonweights/dao-contracts/rules/bounty/terms.js';
import type {
  AccountingView,
  DatasetRecord,
  DatasetView,
  EarningsView,
} from '@commonweights/dao-contracts/rules/views.js';
import { bountyTerms, BountyRun, itemsNamed, judges } from './bounty-driver.js';
import { dataset, named, near } from './dao-driver.js';
import { startDao } from './fake-dao.js';
import { GovernancePlay } from './governance-play.js';

const [ones, twos] = [itemsNamed('ada', 16), itemsNamed('ben', 4)];

async function startBounty(changes = {}) {
  const { fake, chain } = await startDao();
  const bounty = new BountyRun(chain);
  await bounty.start(changes);
  return { fake, chain, bounty };
}

/** Two batches; all of the first and three of four of the second are accepted. */
async function playToEnd(changes = {}) {
  const dao = await startBounty(changes);
  const { bounty } = dao;
  await bounty.commit('w0.test', ones);
  await bounty.commit('w1.test', twos);
  for (const account of judges) await bounty.apply(account);
  await bounty.pass();
  await bounty.reveal('w1.test', 1, twos);
  await bounty.reveal('w0.test', 0, ones);
  await bounty.tick();
  await bounty.judge((batch, items) => (batch === 0 ? '1'.repeat(items.length) : '0111'));
  return { ...dao, end: await bounty.finish() };
}

const refusalOf = (act: () => Promise<unknown>) =>
  act().then(
    () => 'accepted',
    (error: Error) => error.message,
  );

describe('a bounty in the contract', () => {
  it('is paid from an escrow of just what it can cost, and gives back what it did not', async () => {
    const { chain, bounty } = await startBounty();
    const start = await chain.view<AccountingView>('get_accounting');
    const { escrowYocto } = await bounty.view();
    expect(start.escrowsYocto).to.equal(escrowYocto);
    expect(bountyEscrow(bountyTerms) - BigInt(escrowYocto)).to.equal(near / 20n);
    const end = await bounty.finish();
    expect(end.escrowYocto).to.equal('0');
    const after = await chain.view<AccountingView>('get_accounting');
    expect(BigInt(after.treasuryYocto) - BigInt(start.treasuryYocto)).to.equal(BigInt(escrowYocto));
  });

  it('pays through ledgers, each account once, and is claimed like other pay', async () => {
    const { fake, end } = await playToEnd();
    expect(end).to.include({ accepted: 19, batches: 2, alphaBps: 10_000 });
    expect(end.itemsRoot).to.equal(digestTreeRoot([...ones, ...twos.slice(1)]));
    const owed = (account: string) =>
      BigInt(fake.view<EarningsView>('get_earnings', { account }).ledgerYocto);
    expect(owed('w0.test')).to.equal((16n * near) / 100n + near / 10n);
    expect(owed('w1.test')).to.equal((3n * near) / 100n + near / 10n);
    const before = fake.balance('w0.test');
    fake.call('w0.test', 'claim');
    expect(fake.balance('w0.test') - before).to.equal((16n * near) / 100n + near / 10n);
    const { bondsYocto, stakesYocto, escrowsYocto } = fake.view<AccountingView>('get_accounting');
    expect([bondsYocto, stakesYocto, escrowsYocto]).to.deep.equal(['0', '0', '0']);
  });

  it('becomes a dataset with shares by accepted items, as the contract counted them', async () => {
    const { fake, end } = await playToEnd();
    const record: DatasetRecord = {
      ...dataset,
      id: 'spam@1',
      items: 19,
      itemsRoot: end.itemsRoot!,
      contributors: [
        { account: 'w0.test', weightBps: 8_421 },
        { account: 'w1.test', weightBps: 1_579 },
      ],
    };
    const register = (changes: object, by = 'ann.test') => {
      const args = { record: { ...record, ...changes }, bounty: 1 };
      try {
        fake.call(by, 'register_dataset', args, { depositYocto: near });
      } catch (error) {
        return (error as Error).message;
      }
      return 'accepted';
    };
    for (const [field, value] of [
      ['itemsRoot', named('other')],
      ['items', 16],
      ['licenceConcluded', 'MIT'],
      ['licenceDeclared', 'MIT'],
      ['contributors', [{ account: 'late.test', weightBps: 10_000 }]],
      ['contributors', []],
    ] as const) {
      expect(register({ [field]: value }), field).to.match(
        new RegExp(`^BAD_ARGUMENT: record.${field} must be `),
      );
    }
    expect(register({}, 'late.test'), 'another would be its publisher').to.match(
      /^NOT_PUBLISHER: ann\.test registers what bounty 1 accepted; /,
    );
    expect(register({})).to.equal('accepted');
    expect(fake.view<DatasetView>('get_dataset', { id: 'spam@1' }).bounty).to.equal(1);
    const missing = { record: { ...record, id: 'spam@2', version: '2' }, bounty: 9 };
    const late = () => fake.call('late.test', 'register_dataset', missing, { depositYocto: near });
    expect(late).to.throw(/^NOT_FOUND: there is no bounty 9/);
  });

  it('is no dataset before its batches are settled', async () => {
    const { chain } = await startBounty();
    const args = { record: { ...dataset, id: 'early@1' }, bounty: 1 };
    const early = () => chain.call('ann.test', 'register_dataset', args, { depositYocto: near });
    expect(await refusalOf(early)).to.match(/^WRONG_PHASE: bounty 1 has no settled items/);
  });

  it('has its storage paid for, at its largest too', async () => {
    const { fake, chain } = await startDao();
    const long = (i: number) => `${`${i}`.padStart(50, 'a')}.${'b'.repeat(13)}`;
    const names = Array.from({ length: 20 }, (_, i) => long(i));
    // What the accounts bring is new money: the supply that the books are watched by is given anew.
    for (const name of names) fake.give('cat.test', name, 4n * near);
    const bounty = new BountyRun(chain, 's'.repeat(128));
    const title = '\\u0007'.repeat(30) + '🜚'.repeat(10);
    await bounty.start({ title, reviewers: 7, batches: 6, items: 90, agreementBps: 10_000 });
    const items = [0, 1, 2].map((i) => itemsNamed(`long ${i}`, 16));
    for (const i of [0, 1, 2]) await bounty.commit(names[i]!, items[i]!, names[10 + i]!);
    for (let i = 3; i < 10; i++) await bounty.apply(names[i]!, names[10 + i]!);
    await bounty.pass();
    for (const i of [0, 1, 2]) await bounty.reveal(names[i]!, i, items[i]!);
    await bounty.tick();
    await bounty.judge(() => '1'.repeat(16));
    expect((await bounty.finish()).accepted).to.equal(48);
  });

  it('wants its tick to bring gas for what is due', async () => {
    const { fake, bounty } = await startBounty();
    const { deadlineMs } = await bounty.view();
    fake.nowMs = deadlineMs;
    const poor = () => fake.call('cat.test', 'bounty_tick', { bounty: 1 }, { teraGas: 49n });
    expect(poor).to.throw(/^GAS_TOO_LOW/);
  });

  it('refuses what is no bounty, no batch, no item, and no vote', async () => {
    const { fake } = await startBounty();
    const refused = (method: string, args: object) => {
      try {
        const depositYocto = method === 'bounty_commit' ? near : 0n;
        fake.call('w0.test', method, args, { depositYocto });
      } catch (error) {
        return (error as Error).message;
      }
      return 'accepted';
    };
    const sealed = named('x');
    expect(refused('bounty_tick', { bounty: 2 })).to.match(/^NOT_FOUND: there is no bounty 2/);
    expect(refused('bounty_commit', { bounty: 1, commitment: 'x', payout: null })).to.match(
      /^BAD_ARGUMENT: commitment/,
    );
    expect(refused('bounty_commit', { bounty: 1, commitment: sealed, more: 1 })).to.match(
      /^BAD_ARGUMENT: more is not/,
    );
    const many = { bounty: 1, batch: 0, items: itemsNamed('i', 17), salt: 's' };
    expect(refused('bounty_reveal', many)).to.match(/^BAD_ARGUMENT: items/);
    const wrong = { bounty: 1, batch: 1.5, sealed };
    expect(refused('bounty_review', wrong)).to.match(/^BAD_ARGUMENT: batch/);
    const long = { bounty: 1, batch: 0, votes: '1'.repeat(17), salt: 's' };
    expect(refused('bounty_open', long)).to.match(/^BAD_ARGUMENT: votes/);
  });
});

describe('a proposal to open a bounty', () => {
  it('is refused where the licence is not allowed or the material cannot be used', async () => {
    const play = await GovernancePlay.found();
    const refused = (changes: object) => {
      const action = { kind: 'open-bounty', terms: { ...bountyTerms, ...changes } };
      return play.refusal('ann.test', 'propose', { action, description: named('why') }, 2n * near);
    };
    expect(refused({ licence: 'MIT' })).to.match(/^LICENCE_NOT_ALLOWED: the bounty asks/);
    expect(refused({ material: 'no@1' })).to.match(/^NOT_FOUND: dataset no@1/);
    expect(refused({ reviewers: 8 })).to.match(/^BAD_ARGUMENT: action.terms.reviewers/);
    const args = { record: dataset };
    play.fake.call('ann.test', 'register_dataset', args, { depositYocto: near });
    expect(refused({ material: dataset.id })).to.equal('accepted');
    const register = (id: string, licence: string) => {
      const licences = { licenceDeclared: licence, licenceConcluded: licence };
      const record = { ...dataset, id, ...licences };
      play.fake.call('ann.test', 'register_dataset', { record }, { depositYocto: near });
    };
    register('closed@1', 'CC-BY-NC-4.0');
    expect(refused({ material: 'closed@1' }), 'labels would launder it').to.match(
      /^LICENCE_NOT_ALLOWED: what comes of closed@1 would be under "CC0-1.0 AND CC-BY-NC-4.0"/,
    );
    register('long@1', Array.from({ length: 8 }, () => 'CC0-1.0').join(' AND '));
    expect(refused({ material: 'long@1' })).to.match(/^BAD_TERMS: "CC0-1.0 AND .*too long/);
    play.fake.call('ann.test', 'withdraw_dataset', { id: dataset.id }, { depositYocto: near });
    expect(refused({ material: dataset.id })).to.match(/^DATASET_BLOCKED/);
  });

  it('is not carried out while the treasury cannot pay for it', async () => {
    const play = await GovernancePlay.found({ treasuryYocto: near });
    const terms = { ...bountyTerms, priceYocto: `${near}`, bondYocto: `${2n * near}` };
    const proposal = play.accept({ kind: 'open-bounty', terms });
    play.forwardTo(play.view(proposal).executableAtMs);
    expect(play.refusal('cat.test', 'execute', { proposal })).to.match(/^TREASURY_TOO_SMALL/);
  });
});
