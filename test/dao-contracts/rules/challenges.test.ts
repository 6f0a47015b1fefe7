/** Challenges of a provisional round: who may, what juries make of them, who pays. */
import { expect } from 'chai';
import fc from 'fast-check';
import { challengeCost } from '@commonweights/dao-contracts/rules/challenge.js';
import {
  countSeats,
  namersOf,
  noSeats,
  seatBeyond,
  seatsIn,
  setOfSeats,
  withSeat,
} from '@commonweights/dao-contracts/rules/seat-set.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/run.js';
import { named, near, RunPlay } from './run-play.js';
import { accountOf, terms } from './run-scenes.js';
import {
  appealBy,
  crowd,
  crowdTerms,
  jurySays,
  passAudits,
  playRound,
  refusalOf,
  theDispute,
  tickOnly,
} from './dispute-scenes.js';

const right = named('root 1');
const wrong = named('a captured root');
const bondYocto = challengeCost(crowdTerms).bondYocto;
const depositYocto = near;

/** Twelve trainers who all named `root`, and two auditors; audits are still open. */
function named12(root = right): RunPlay {
  const play = new RunPlay({ ...crowdTerms });
  const enrol = (name: string, role: 'trainer' | 'auditor') =>
    play.apply({ kind: 'enrol', account: name, role, fromRound: null, depositYocto: near });
  for (let i = 0; i < 12; i++) enrol(`t${i}.test`, 'trainer');
  for (let i = 0; i < 2; i++) enrol(`x${i}.test`, 'auditor');
  play.draw();
  playRound(play, root);
  return play;
}

const challenge = (play: RunPlay, changes: object = {}) =>
  refusalOf(play, {
    ...{ kind: 'challenge_root', account: 'stranger.test', round: 1, root: right, depositYocto },
    ...changes,
  });
const challengeUpdate = (play: RunPlay, changes: object = {}) =>
  refusalOf(play, {
    ...{ kind: 'challenge_update', account: 'stranger.test', round: 1, seat: 4, depositYocto },
    ...changes,
  });
const statuses = (play: RunPlay) => play.state.run.roster.map(({ status }) => status);
const outcomes = (play: RunPlay) =>
  play.records.map(({ text }) => (JSON.parse(text) as RoundRecord).outcome);

describe('a challenge of a root', () => {
  it('is made by anybody with a bond, and judged first by those who did not name the root', () => {
    const play = named12(wrong);
    expect(challenge(play)).to.equal('accepted');
    expect(play.totals.bonds).to.equal(bondYocto);
    play.apply(tickOnly);
    const seats = theDispute(play).panel!.map(({ seat }) => seat);
    expect(seats).to.have.length(3).and.include.members([12, 13]);
  });

  it('that juries confirm rewinds the round and takes the stakes of who named the root', () => {
    const play = named12(wrong);
    challenge(play);
    jurySays(play, right);
    expect(play.state.run.provisional).to.include({ struck: 'root' });
    expect(statuses(play).filter((status) => status === 'expelled')).to.have.length(12);
    expect(play.totals.slashed).to.equal(12n * near);
    // The round's audits end first: a cheat is not to hide behind a challenge.
    expect(outcomes(play)).to.deep.equal([]);
    for (let i = 0; i < 3; i++) {
      play.nowMs += terms.deadlinesMs.audit;
      play.apply(tickOnly);
    }
    expect(outcomes(play)).to.deep.equal(['rewound', 'aborted']);
    // Bond back, and a tenth of what was taken, a stake at most; the deposit's rest came at once.
    const got = play.ledgers.get('stranger.test')!;
    const { bondYocto: bond, storageYocto } = challengeCost(crowdTerms);
    expect(got).to.equal(depositYocto - bond - storageYocto + bond + near);
    expect(play.totals).to.include({ slashed: 0n, bonds: 0n });
  });

  it('that juries refuse loses its bond to them, and the round becomes final', () => {
    const play = named12();
    challenge(play, { root: wrong });
    const jurors = jurySays(play, right).slice(0, 2);
    passAudits(play);
    expect(play.state.run.provisional).to.include({ round: 1, struck: null });
    play.nowMs += terms.deadlinesMs.audit;
    play.apply(tickOnly);
    expect(outcomes(play)).to.deep.equal(['final']);
    for (const seat of jurors) expect(play.state.seats[seat]!.earnedYocto > 0n).to.equal(true);
    expect(play.totals.bonds).to.equal(0n);
    for (const { slashedYocto } of play.state.seats) expect(slashedYocto).to.equal(0n);
  });

  it('with a wrong root of its own shields no other wrong root', () => {
    const play = named12(wrong);
    challenge(play, { root: named('nonsense') });
    jurySays(play, right);
    expect(play.state.run.provisional).to.include({ struck: 'root' });
  });

  it('does not succeed where jurors name roots that differ from each other', () => {
    const play = named12();
    challenge(play, { root: wrong });
    play.apply(tickOnly);
    const { id, panel } = theDispute(play);
    panel!.forEach(({ seat }, i) => {
      if (!theDispute(play).panel) return;
      const answer = named(`guess ${i}`);
      play.apply({ kind: 'judge', account: accountOf(play, seat), dispute: id, answer });
    });
    expect(theDispute(play)).to.include({ verdict: 'for' });
  });

  it('is carried on by one who named the root', () => {
    const play = named12();
    challenge(play, { root: wrong });
    jurySays(play, wrong);
    appealBy(play, accountOf(play, 3));
    // Nobody is left who has not sat: the DAO decides.
    expect(theDispute(play)).to.include({ level: 3, stage: 'dao' });
    play.apply({ kind: 'resolve', dispute: theDispute(play).id, verdict: 'for' });
    // What acted stays: the round is rewound though its root was right.
    expect(play.state.run.provisional).to.include({ struck: 'root' });
    expect(statuses(play).slice(0, 12)).to.deep.equal(Array(12).fill('absent'));
    expect(play.totals).to.include({ slashed: 0n, bonds: 0n });
    for (const { stakeYocto } of play.state.seats.slice(0, 12)) expect(stakeYocto).to.equal(near);
  });

  it('that the first jury refuses may be carried on by the challenger', () => {
    const play = named12();
    challenge(play, { root: wrong });
    jurySays(play, right);
    appealBy(play, 'stranger.test');
    expect(jurySays(play, right)).to.have.length(7);
    expect(theDispute(play)).to.include({ level: 1, verdict: 'for' });
    appealBy(play, 'stranger.test');
    expect(jurySays(play, right)).to.have.length(14);
  });

  it('is refused where there is nothing to challenge, twice at once, and too often', () => {
    const play = named12();
    const wrongRoot = { root: wrong };
    expect(challenge(play, { ...wrongRoot, round: 2 })).to.match(/^WRONG_ROUND: round 2 is not/);
    expect(challenge(play, { root: right })).to.match(/^BAD_ARGUMENT: .* is the provisional root/);
    expect(challenge(play, { ...wrongRoot, depositYocto: bondYocto })).to.match(/^DEPOSIT_TOO/);
    for (let i = 0; i < 2; i++) {
      expect(challenge(play, wrongRoot)).to.equal('accepted');
      expect(challenge(play, wrongRoot)).to.match(/^CHALLENGE_OPEN: the root of round 1/);
      play.apply(tickOnly);
      const panel = theDispute(play).panel!;
      const { id } = theDispute(play);
      for (const { seat } of panel.slice(0, 2)) {
        const account = accountOf(play, seat);
        play.apply({ kind: 'judge', account, dispute: id, answer: right });
      }
      passAudits(play);
      play.nowMs = theDispute(play).deadlineMs;
      if (i === 0) {
        // Another dispute keeps the round open while this one ends.
        expect(challengeUpdate(play)).to.equal('accepted');
        play.apply(tickOnly);
      }
    }
    expect(play.state.run.provisional!.challenges.root).to.equal(2);
  });
});

describe('a challenge of an update', () => {
  it('that jurors cannot fetch rewinds the round and takes a tenth of who certified it', () => {
    const play = named12();
    expect(challengeUpdate(play)).to.equal('accepted');
    jurySays(play, null);
    expect(play.state.run.provisional).to.include({ struck: 'update' });
    passAudits(play);
    expect(outcomes(play)).to.deep.equal(['rewound', 'aborted']);
    expect(statuses(play)).to.not.include('expelled');
    for (const seat of [0, 4, 11]) {
      expect(play.state.seats[seat]).to.include({ slashedYocto: near / 10n });
    }
    expect(play.state.seats[12]).to.include({ slashedYocto: 0n });
  });

  it('that jurors could fetch loses its bond, and punishes no juror who could not', () => {
    const play = named12();
    challengeUpdate(play);
    jurySays(play, theDispute(play).claimed);
    passAudits(play);
    play.nowMs += terms.deadlinesMs.audit;
    play.apply(tickOnly);
    expect(outcomes(play)).to.deep.equal(['final']);
    for (const { slashedYocto } of play.state.seats) expect(slashedYocto).to.equal(0n);
    expect(play.totals.bonds).to.equal(0n);
  });

  it('shields no other update of its round', () => {
    const play = crowd({}, { ...crowdTerms, challengeWindowMs: 1_000 });
    passAudits(play);
    expect(challengeUpdate(play)).to.equal('accepted');
    expect(challengeUpdate(play)).to.match(/^CHALLENGE_OPEN: the update of round 1 is challenged/);
    expect(challengeUpdate(play, { seat: 5 })).to.equal('accepted');
  });

  it('is refused for what the round does not include', () => {
    expect(challengeUpdate(named12(), { seat: 12 })).to.match(/^BAD_ARGUMENT: round 1 includes no/);
  });
});

describe('the time to challenge', () => {
  it('keeps a round provisional whose audits have passed, and no longer', () => {
    const play = crowd({}, { ...crowdTerms, challengeWindowMs: 2_000 });
    passAudits(play);
    expect(play.state.run.provisional).to.include({ round: 1 });
    play.nowMs += 1_999;
    play.apply(tickOnly);
    expect(play.state.run.finalRounds).to.equal(0);
    play.nowMs += 1;
    play.apply(tickOnly);
    expect(play.state.run.finalRounds).to.equal(1);
  });
});

describe('a set of seats', () => {
  it('holds exactly what was put into it', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(63)), (seats) => {
        const set = seats.reduce(withSeat, noSeats);
        expect(seatsIn(set)).to.deep.equal([...new Set(seats)].sort((a, b) => a - b));
        expect(set.length).to.be.at.most(16);
        expect(setOfSeats(seats)).to.equal(set);
        expect(countSeats(set)).to.equal(seatsIn(set).length);
      }),
    );
  });

  it('tells what it holds beyond another', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(63)), fc.array(fc.nat(63)), (these, those) => {
        const beyond = these.filter((seat) => !those.includes(seat)).sort((a, b) => a - b);
        const found = seatBeyond(setOfSeats(these), setOfSeats(those));
        expect(found).to.equal(beyond[0] ?? null);
      }),
    );
  });

  it('of what each voter named gives, for each seat, who named it', () => {
    const votes = fc.uniqueArray(fc.tuple(fc.nat(63), fc.array(fc.nat(63))), {
      selector: ([voter]) => voter,
    });
    fc.assert(
      fc.property(votes, fc.uniqueArray(fc.nat(63)), (cast, seats) => {
        const voters = cast.map(([voter]) => voter);
        const named = cast.map(([, them]) => setOfSeats(them));
        const expected = seats.map((seat) =>
          voters.filter((_, i) => cast[i]![1].includes(seat)).sort((a, b) => a - b),
        );
        expect(namersOf(seats, voters, named).map(seatsIn)).to.deep.equal(expected);
      }),
    );
  });
});
