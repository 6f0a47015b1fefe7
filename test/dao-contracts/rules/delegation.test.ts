/** Who counts for whom, against a model that knows neither sums nor order. */
import { expect } from 'chai';
import fc from 'fast-check';
import { founding } from '@commonweights/dao-contracts/rules/electorate.js';
import type { Choice } from '@commonweights/dao-contracts/rules/views.js';
import { BallotBox, countNaively, Electorate, votingPeriodMs } from './electorate-play.js';

const choices: Choice[] = ['yes', 'no', 'abstain'];
const nothing = [][Symbol.iterator]() as Iterator<number>;

describe('votes with delegation', () => {
  it('count as a naive model counts them, in every order', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.nat()),
        fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f']),
        (dice, voters) => {
          const dao = new Electorate(dice);
          dao.live(40);
          const proposal = dao.propose();
          const pictures = [dao.picturesAt(votingPeriodMs), dao.picturesAt(0)];
          const box = new BallotBox(dao, proposal);
          const votes = new Map<string, Choice>();
          for (const voter of voters) {
            const choice = dao.pick(choices);
            if (box.vote(voter, choice)) votes.set(voter, choice);
            dao.live(3); // What happens meanwhile counts for nothing.
          }
          expect(box.tally).to.deep.equal(countNaively(votes, pictures));
          const { yes, no, abstain } = box.tally;
          expect(yes + no + abstain <= dao.totalAt(proposal), 'more votes than voters').to.be.true;
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('add the reputation of who votes itself, and of nobody else', () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.nat()),
        fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e', 'f', 'stranger']),
        fc.array(fc.bigInt(0n, 20n), { minLength: 7, maxLength: 7 }),
        (dice, voters, weights) => {
          const dao = new Electorate(dice);
          dao.live(40);
          const proposal = dao.propose();
          const pictures = [dao.picturesAt(votingPeriodMs), dao.picturesAt(0)];
          const box = new BallotBox(dao, proposal);
          const votes = new Map<string, Choice>();
          const earned = { yes: 0n, no: 0n, abstain: 0n };
          for (const [i, voter] of voters.entries()) {
            const choice = dao.pick(choices);
            if (!box.vote(voter, choice, weights[i]!)) continue;
            votes.set(voter, choice);
            earned[choice] += weights[i]!;
          }
          const members = countNaively(votes, pictures);
          for (const choice of choices) {
            expect(box.tally[choice], choice).to.equal(members[choice] + earned[choice]);
          }
          const { yes, no, abstain } = box.tally;
          const most = dao.totalAt(proposal) + weights.reduce((a, b) => a + b);
          expect(yes + no + abstain <= most, 'more votes than voters').to.be.true;
        },
      ),
      { numRuns: 1_000, endOnFailure: true },
    );
  });

  /** b votes for itself (2) and for a (5), who has been with it since the founding. */
  function pair(): { dao: Electorate; box: () => BallotBox } {
    const dao = new Electorate(nothing);
    dao.setWeight('a', 5n, founding);
    dao.setWeight('b', 2n, founding);
    dao.delegate('a', 'b');
    dao.forward(votingPeriodMs);
    return { dao, box: () => new BallotBox(dao, dao.propose()) };
  }

  it('count the delegate for both', () => {
    const box = pair().box();
    box.vote('b', 'yes');
    expect(box.tally).to.deep.equal({ yes: 7n, no: 0n, abstain: 0n });
  });

  it('let the delegator overrule its delegate, before and after', () => {
    for (const order of ['ab', 'ba']) {
      const box = pair().box();
      for (const voter of order) box.vote(voter, voter === 'a' ? 'no' : 'yes');
      expect(box.tally, order).to.deep.equal({ yes: 2n, no: 5n, abstain: 0n });
      expect(box.vote('a', 'yes'), 'a second vote').to.equal(false);
    }
  });

  it('count a fresh delegation only after one voting period', () => {
    const { dao, box } = pair();
    dao.setWeight('c', 1n, founding);
    dao.delegate('a', 'c');
    dao.forward(votingPeriodMs - 1);
    const early = box();
    early.vote('c', 'yes');
    early.vote('b', 'yes');
    expect(early.tally.yes, 'a votes for itself meanwhile').to.equal(3n);
    early.vote('a', 'yes');
    expect(early.tally.yes).to.equal(8n);
    dao.forward(1);
    const aged = box();
    aged.vote('c', 'yes');
    expect(aged.tally.yes).to.equal(6n);
  });

  it('count nothing for a delegate that is no member any more', () => {
    const { dao, box } = pair();
    dao.setWeight('b', 0n);
    const after = box();
    expect(after.vote('b', 'yes')).to.equal(false);
    expect(after.vote('a', 'yes')).to.equal(true);
    expect(after.tally.yes).to.equal(5n);
  });

  it('take one step only: what was delegated does not travel on', () => {
    const { dao, box } = pair();
    dao.setWeight('c', 1n, founding);
    dao.delegate('b', 'c');
    dao.forward(votingPeriodMs);
    const chain = box();
    chain.vote('c', 'yes');
    expect(chain.tally.yes, 'c for itself and for b').to.equal(3n);
    chain.vote('b', 'no');
    expect(chain.tally, 'b for itself and for a').to.deep.equal({ yes: 1n, no: 7n, abstain: 0n });
  });
});
