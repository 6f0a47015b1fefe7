import { expect } from 'chai';
import { digestTreeRoot } from '@commonweights/dataset-registry/digest/digest-tree.js';
import { datasetOfBounty } from '@commonweights/dao-contracts/rules/bounty/dataset-of-bounty.js';
import { sharesOf, viewBounty } from '@commonweights/dao-contracts/rules/bounty/new-bounty.js';
import {
  bountyEscrow,
  decodeBountyTerms,
} from '@commonweights/dao-contracts/rules/bounty/terms.js';
import { BountyPlay, item, near, price, terms } from './bounty-play.js';

const reviewers = ['rae.test', 'rob.test', 'ron.test', 'ria.test'];
const [one, two, three] = [item('one'), item('two'), item('three')];
const [four, five] = [item('four'), item('five')];

/** Ada and Ben hand in; four may judge. In phase `reveal`. */
function handedIn(changes = {}, adas = [one, two]): BountyPlay {
  const play = new BountyPlay(changes);
  play.commit('ada.test', adas);
  play.commit('ben.test', [three]);
  for (const account of reviewers) play.applyAs(account);
  play.pass();
  return play;
}

function revealed(changes = {}, adas = [one, two]): BountyPlay {
  const play = handedIn(changes, adas);
  play.reveal('ada.test', 0, adas);
  play.reveal('ben.test', 1, [three]);
  expect(play.tick()).to.equal('review');
  return play;
}

/** Everybody on the panel of a batch votes so. */
function judge(play: BountyPlay, votes: (batch: number, place: number) => string | null): void {
  const all = play
    .batches()
    .flatMap((batch, number) =>
      batch.items
        ? play.panel(number).map((account, i) => ({ account, number, votes: votes(number, i) }))
        : [],
    );
  const said = all.filter((it) => it.votes !== null);
  for (const it of said) play.seal(it.account, it.number, it.votes!);
  play.pass();
  for (const it of said) play.open(it.account, it.number, it.votes!);
  play.pass();
}

describe('a bounty', () => {
  it('pays accepted items by their price and puts them into one tree', () => {
    const play = revealed({}, [one, two, four, five]);
    judge(play, (batch) => (batch === 0 ? '1011' : '1'));
    play.finish();
    expect(play.ledgers.get('ada.test')).to.equal(3n * price + near / 2n);
    expect(play.ledgers.get('ben.test')).to.equal(price + near / 2n);
    expect(play.batches().map(({ outcome }) => outcome)).to.deep.equal(['1011', '1']);
    expect(play.bounty.itemsRoot).to.equal(digestTreeRoot([one, four, five, three]));
    expect(play.bounty.accepted).to.equal(4);
  });

  it('pays nothing of a batch of which less than three quarters are accepted, bond included', () => {
    const play = revealed({}, [one, two, four, five]);
    judge(play, (batch) => (batch === 0 ? '1010' : '1'));
    play.finish();
    expect(play.ledgers.get('ada.test')).to.equal(undefined);
    expect(play.batches().map(({ outcome }) => outcome)).to.deep.equal(['0000', '1']);
    expect(play.bounty).to.include({ accepted: 1, itemsRoot: digestTreeRoot([three]) });
    const settled = play.events.find(({ event }) => event === 'batch_settled')!;
    expect(settled.data).to.include({ account: 'ada.test', bondReturned: false });
  });

  it('lets no batch that is turned down, or not decided, keep its items from later ones', () => {
    for (const [first, paid] of [
      ['1000', ['0000', '11', '00', '1']],
      [null, ['0000', '11', '00', '1']],
      ['1110', ['1110', '01', '00', '0']],
    ] as const) {
      const play = new BountyPlay();
      const batches = [[one, two, four, five], [one, three], [three, one], [two]];
      batches.forEach((items, i) => play.commit(`c${i}.test`, items));
      for (const account of reviewers) play.applyAs(account);
      play.pass();
      batches.forEach((items, i) => play.reveal(`c${i}.test`, i, items));
      play.tick();
      judge(play, (batch) => (batch === 0 ? first : '1'.repeat(batches[batch]!.length)));
      play.finish();
      expect(play.batches().map(({ outcome }) => outcome)).to.deep.equal(paid);
    }
  });

  it('pays each reviewer for votes with the majority, and gives the stake back', () => {
    const play = revealed({ reviewers: 3 });
    const dissenter = play.panel(0)[0]!;
    judge(play, (batch, place) => (batch === 1 ? '1' : place === 0 ? '01' : '11'));
    const missed = play.reviewers().map(({ missed: count }) => count);
    play.finish();
    const feesOf = (account: string) =>
      (play.panel(0).includes(account) ? (account === dissenter ? 1n : 2n) : 0n) +
      (play.panel(1).includes(account) ? 1n : 0n);
    expect(missed).to.deep.equal([0, 0, 0, 0]);
    for (const account of reviewers) {
      const change = near - (12n * near) / 1_000n; // what was attached above stake and storage
      const due = 2n * near + change + feesOf(account) * (near / 10n);
      expect(play.ledgers.get(account), account).to.equal(due);
    }
  });

  it('returns all that was not spent to the treasury', () => {
    const play = revealed();
    judge(play, (batch) => (batch === 0 ? '11' : '1'));
    play.finish();
    expect(play.bounty.escrowYocto).to.equal(0n);
    const paid = 3n * price + 9n * (near / 10n);
    expect(play.bounty.paidYocto).to.equal(paid);
    expect(play.totals.treasury).to.equal(
      bountyEscrow(terms) -
        paid -
        play.totals.storage +
        BigInt(reviewers.length) * 12n * (near / 1_000n),
    );
  });

  it('pays no more items than it was opened for, the earliest batches first', () => {
    const play = revealed({ items: 2 });
    judge(play, (batch) => (batch === 0 ? '11' : '1'));
    play.finish();
    expect(play.batches().map(({ outcome }) => outcome)).to.deep.equal(['11', '0']);
    expect(play.ledgers.get('ben.test')).to.equal(near / 2n); // The bond: its item was wanted.
  });

  it('pays an item once, to whoever committed to it first, in whatever order they reveal', () => {
    const play = new BountyPlay();
    play.commit('ada.test', [one]);
    play.commit('ben.test', [one, two]);
    for (const account of reviewers) play.applyAs(account);
    play.pass();
    play.reveal('ben.test', 1, [one, two]);
    play.reveal('ada.test', 0, [one]);
    play.tick();
    judge(play, (batch) => (batch === 0 ? '1' : '11'));
    play.finish();
    expect(play.batches().map(({ outcome }) => outcome)).to.deep.equal(['1', '01']);
  });

  it('does not open a commitment that was copied from somebody else', () => {
    const play = new BountyPlay();
    play.commit('ada.test', [one]);
    const { commitment } = play.batch(0);
    const depositYocto = near;
    play.apply({ kind: 'commit', account: 'eve.test', commitment, depositYocto, payout: null });
    play.pass();
    play.reveal('ada.test', 0, [one]);
    const copied = { account: 'eve.test', batch: 1, items: [one], salt: 'salt of ada.test' };
    expect(play.refusal(() => play.apply({ kind: 'reveal', ...copied }))).to.match(/^BAD_OPENING/);
    play.finish();
    expect(play.ledgers.get('eve.test')).to.equal(near / 2n); // Change; the bond is lost.
  });

  it('takes the bond of who does not reveal, and of who has nothing accepted', () => {
    const play = handedIn();
    play.reveal('ada.test', 0, [one, two]);
    play.pass();
    judge(play, () => '00');
    play.finish();
    expect(play.ledgers.get('ada.test')).to.equal(undefined);
    expect(play.ledgers.get('ben.test')).to.equal(undefined);
  });

  it('decides nothing where half of a panel or fewer voted: bond back, no pay, votes paid', () => {
    const play = revealed();
    const [voter] = play.panel(0);
    judge(play, (batch, place) => (batch === 0 && place === 0 ? '11' : null));
    play.finish();
    expect(play.bounty.accepted).to.equal(0);
    expect(play.ledgers.get('ada.test')).to.equal(near / 2n);
    expect(play.ledgers.get('ben.test')).to.equal(near / 2n);
    const mine = play.reviewers().find(({ account }) => account === voter)!;
    expect(mine.earnedYocto).to.equal(2n * (near / 10n));
  });

  it('takes a tenth of the stake for each batch that a drawn reviewer is silent about', () => {
    const play = revealed();
    judge(play, () => null);
    expect(play.reviewers().reduce((sum, one) => sum + one.missed, 0)).to.equal(0);
    const drawn = [0, 1].flatMap((batch) => play.panel(batch));
    play.finish();
    for (const account of reviewers) {
      const missed = BigInt(drawn.filter((name) => name === account).length);
      const due = 2n * near - missed * (near / 5n) + near - (12n * near) / 1_000n;
      expect(play.ledgers.get(account), account).to.equal(due);
    }
  });

  it('judges nothing where fewer applied than a panel has: bonds and stakes back', () => {
    const play = new BountyPlay();
    play.commit('ada.test', [one]);
    play.applyAs('rae.test');
    play.pass();
    play.reveal('ada.test', 0, [one]);
    expect(play.tick()).to.equal('tally');
    play.finish();
    expect(play.bounty.seed).to.equal(null);
    expect(play.ledgers.get('ada.test')).to.equal(near / 2n);
  });

  it('ends where nobody came at all', () => {
    const play = new BountyPlay();
    play.finish();
    expect(play.bounty.itemsRoot).to.equal(digestTreeRoot([]));
    expect(play.totals.treasury + play.totals.storage).to.equal(play.receivedYocto);
  });

  it('accepts an item by the share of votes that the terms ask for', () => {
    for (const [agreementBps, accepted] of [
      [6_666, 1],
      [6_667, 0],
    ] as const) {
      const play = revealed({ agreementBps });
      judge(play, (batch, place) => (batch === 0 ? '00' : place === 0 ? '0' : '1'));
      play.finish();
      expect(play.bounty.accepted, `${agreementBps}`).to.equal(accepted);
    }
  });

  it('shows how far its reviewers agreed', () => {
    const play = revealed();
    judge(play, (batch, place) => (batch === 0 ? '10' : place === 0 ? '0' : '1'));
    play.finish();
    const view = viewBounty(play.bounty, { terms, nowMs: play.nowMs });
    // 9 votes, 5 yes; one item with 2 against 1: 1 − 8·(2/2)/(5·4) = 0.6
    expect(view.votes).to.deep.equal({ yes: 5, no: 4 });
    expect(view.alphaBps).to.equal(6_000);
  });

  it('goes on as soon as everybody has acted, and else at its deadlines', () => {
    const play = handedIn();
    play.reveal('ada.test', 0, [one, two]);
    expect(play.refusal(() => play.tick())).to.match(/^WRONG_PHASE: phase "reveal" lasts until/);
    play.reveal('ben.test', 1, [three]);
    expect(play.tick()).to.equal('review');
    expect(play.refusal(() => play.tick())).to.match(/^WRONG_PHASE: phase "review" lasts until/);
  });
});

describe('the rules of a bounty refuse', () => {
  const commit = (changes: object) => ({
    ...{ kind: 'commit' as const, account: 'ada.test', commitment: one },
    ...{ depositYocto: near, payout: null, ...changes },
  });
  const application = (changes: object) => ({
    ...{ kind: 'apply' as const, account: 'rae.test', depositYocto: 3n * near, payout: null },
    ...changes,
  });

  it('a batch without its bond, an application without its stake', () => {
    const play = new BountyPlay();
    const poor = commit({ depositYocto: near / 2n - 1n });
    expect(play.refusal(() => play.apply(poor))).to.match(/^DEPOSIT_TOO_SMALL/);
    const unstaked = application({ depositYocto: 2n * near });
    expect(play.refusal(() => play.apply(unstaked))).to.match(/^DEPOSIT_TOO_SMALL/);
  });

  it('more batches than the terms take, of one account and of all', () => {
    const play = new BountyPlay({ batches: 3 });
    play.apply(commit({}));
    play.apply(commit({}));
    expect(play.refusal(() => play.apply(commit({})))).to.match(/^TOO_MANY: ada\.test has handed/);
    play.apply(commit({ account: 'ben.test' }));
    const late = commit({ account: 'cat.test' });
    expect(play.refusal(() => play.apply(late))).to.match(/^TOO_MANY: bounty 1 has all its 3/);
  });

  it('more contributors than a dataset can name', () => {
    const play = new BountyPlay({ batches: 80 });
    for (let i = 0; i < 64; i++) play.apply(commit({ account: `c${i}.test` }));
    const late = commit({ account: 'late.test' });
    expect(play.refusal(() => play.apply(late))).to.match(/^TOO_MANY: bounty 1 has 64 contrib/);
  });

  it('more applicants than it gives stakes back to', () => {
    const play = new BountyPlay();
    const bounty = { ...play.bounty, reviewers: 1_024 };
    play.state = { ...play.state, bounty };
    const act = application({});
    expect(play.refusal(() => play.apply(act))).to.match(/^TOO_MANY: 1024 reviewers have applied/);
  });

  it('a judge in its own cause, and one who is paid for what it judges', () => {
    const play = new BountyPlay();
    play.apply(commit({ payout: 'ada-cold.test' }));
    play.apply(application({ payout: 'rae-cold.test' }));
    for (const act of [
      application({ account: 'ada.test' }),
      application({ account: 'new.test', payout: 'ada.test' }),
      commit({ account: 'rae.test' }),
      commit({ account: 'new.test', payout: 'rae.test' }),
    ]) {
      expect(play.refusal(() => play.apply(act))).to.match(/^NOT_YOUR_TURN: .*nobody does both/);
    }
  });

  it('nobody because somebody else named it as its payout', () => {
    const play = new BountyPlay();
    play.apply(application({ account: 'mallory.test', payout: 'ada.test' }));
    play.apply(commit({}));
    play.apply(commit({ account: 'eve.test', payout: 'bob.test' }));
    play.apply(application({ account: 'bob.test' }));
    expect(play.bounty).to.include({ contributors: 2, reviewers: 2, batches: 2 });
  });

  it('a second application', () => {
    const play = new BountyPlay();
    play.apply(application({}));
    expect(play.refusal(() => play.apply(application({})))).to.match(/^ALREADY_ENROLLED/);
  });

  it('acts out of their phase and after its deadline', () => {
    const play = new BountyPlay();
    play.commit('ada.test', [one]);
    const early = () => play.reveal('ada.test', 0, [one]);
    expect(play.refusal(early)).to.match(/^WRONG_PHASE: bounty 1 is in phase "submit"/);
    play.nowMs = play.bounty.deadlineMs;
    const late = () => play.commit('ben.test', [two]);
    expect(play.refusal(late)).to.match(/^WRONG_PHASE: phase "submit" is over/);
    expect(play.refusal(() => play.applyAs('rae.test'))).to.match(/^WRONG_PHASE/);
    expect(play.refusal(() => play.seal('rae.test', 0, '1'))).to.match(/^WRONG_PHASE/);
    expect(play.refusal(() => play.open('rae.test', 0, '1'))).to.match(/^WRONG_PHASE/);
    play.finish();
    expect(play.refusal(() => play.tick())).to.match(/^WRONG_PHASE: bounty 1 is closed/);
  });

  it('reveals of others, of nothing, twice, and of other items', () => {
    const play = handedIn();
    const reveal = (account: string, batch: number, items: (typeof one)[]) =>
      play.refusal(() => play.reveal(account, batch, items));
    expect(reveal('ada.test', 7, [one])).to.match(/^NOT_FOUND: bounty 1 has no batch 7/);
    expect(reveal('ben.test', 0, [one, two])).to.match(/^NOT_YOUR_TURN/);
    expect(reveal('ada.test', 0, [])).to.match(/^BAD_ARGUMENT/);
    expect(reveal('ada.test', 0, [one, one])).to.match(/^BAD_ARGUMENT/);
    expect(reveal('ada.test', 0, [two, one])).to.match(/^BAD_OPENING/);
    play.reveal('ada.test', 0, [one, two]);
    expect(reveal('ada.test', 0, [one, two])).to.match(/^ALREADY_ACTED/);
  });

  it('votes of who was not drawn, did not apply, voted, or says something else', () => {
    const play = revealed();
    const [drawn] = play.panel(0);
    const idle = reviewers.find((account) => !play.panel(0).includes(account))!;
    const seal = (account: string, votes: string) =>
      play.refusal(() => play.seal(account, 0, votes));
    expect(seal(idle, '11')).to.match(/^NOT_YOUR_TURN/);
    expect(seal('ada.test', '11')).to.match(/^NOT_ENROLLED/);
    play.seal(drawn!, 0, '11');
    expect(seal(drawn!, '10')).to.match(/^ALREADY_ACTED/);
    play.seal(play.panel(0)[1]!, 0, '1x');
    play.pass();
    const open = (account: string, votes: string) =>
      play.refusal(() => play.open(account, 0, votes));
    expect(open(drawn!, '10')).to.match(/^BAD_OPENING/);
    expect(open(play.panel(0)[1]!, '1x')).to.match(/^BAD_ARGUMENT: votes/);
    expect(open(play.panel(0)[2]!, '11')).to.match(/^NOT_YOUR_TURN/);
    expect(open('ada.test', '11')).to.match(/^NOT_ENROLLED/);
    play.open(drawn!, 0, '11');
    expect(open(drawn!, '11')).to.match(/^ALREADY_ACTED/);
  });

  it('votes on what was not revealed', () => {
    const play = handedIn();
    play.reveal('ada.test', 0, [one, two]);
    play.pass();
    const seal = () => play.seal(play.panel(1)[0]!, 1, '1');
    expect(play.refusal(seal)).to.match(/^NOT_YOUR_TURN/);
  });

  it('terms that cannot be met, or whose bond does not pay for a batch', () => {
    const decode = (changes: object) => {
      try {
        return decodeBountyTerms({ ...terms, ...changes }, 'terms');
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(decode({})).to.deep.equal(terms);
    expect(decode({ items: 17, batches: 1 })).to.match(/^BAD_TERMS: 1 batches hold too few/);
    const free = { priceYocto: '0' };
    const storage = (6n * near) / 100n;
    expect(decode({ ...free, bondYocto: `${storage - 1n}` })).to.match(/^BAD_TERMS: the bond must/);
    expect(decode({ ...free, bondYocto: `${storage}` })).to.include({ items: 6 });
    const cheap = { bondYocto: `${2n * price - 1n}` };
    expect(decode(cheap)).to.match(/^BAD_TERMS: guessing would pay: ask for a bond of/);
    expect(decode({ bondYocto: `${2n * price}` })).to.include({ items: 6 });
    for (const [field, value] of [
      ['agreementBps', 5_000],
      ['agreementBps', 10_001],
      ['reviewers', 0],
      ['reviewers', 8],
      ['items', 4_097],
      ['items', 1.5],
      ['batches', 0],
      ['priceYocto', '-1'],
      ['priceYocto', 1],
      ['stakeYocto', '01'],
      ['windowsMs', { ...terms.windowsMs, open: 999 }],
      ['windowsMs', { ...terms.windowsMs, later: 60_000 }],
      ['instructions', 'sha256:1'],
      ['extra', 1],
    ] as const) {
      expect(decode({ [field]: value }), field).to.match(/^BAD_ARGUMENT: terms/);
    }
  });
});

describe('the dataset of a bounty', () => {
  const settled = { id: 1, itemsRoot: one, accepted: 1 };
  const licencesOf = (labelled: { licenceDeclared: string; licenceConcluded: string } | null) => {
    const record = datasetOfBounty(settled, terms, [{ account: 'a.test', accepted: 1 }], labelled);
    return [record.licenceDeclared, record.licenceConcluded];
  };

  it('is under the licence of the texts that it labels, too', () => {
    expect(licencesOf(null)).to.deep.equal(['CC0-1.0', 'CC0-1.0']);
    const same = { licenceDeclared: 'CC0-1.0', licenceConcluded: 'CC0-1.0' };
    expect(licencesOf(same)).to.deep.equal(['CC0-1.0', 'CC0-1.0']);
    const other = { licenceDeclared: 'MIT OR Apache-2.0', licenceConcluded: 'MIT' };
    expect(licencesOf(other)).to.deep.equal(['CC0-1.0 AND (MIT OR Apache-2.0)', 'CC0-1.0 AND MIT']);
  });
});

describe('shares of contributors', () => {
  it('sum to the whole, whatever does not divide going to who lost most', () => {
    expect(sharesOf([1, 1, 1])).to.deep.equal([3_334, 3_333, 3_333]);
    expect(sharesOf([0, 5, 0])).to.deep.equal([0, 10_000, 0]);
    expect(sharesOf([0, 0])).to.deep.equal([0, 0]);
  });
});
