import { expect } from 'chai';
import { recountLog } from '@commonweights/trainer/release/recount-log.js';
import { searchLaws } from '../../dao-contracts/rules/law-search.js';
import type { LawSequence } from '../../dao-contracts/rules/law-sequence.js';
import { near, RunPlay } from '../../dao-contracts/rules/run-play.js';
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
import {
  rosterProblem,
  withheldPay,
  type SeatFacts,
} from '@commonweights/trainer/release/roster-facts.js';
import { termsOf } from '@commonweights/trainer/run/run-spec.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { smallRelease, smallRun, sparse, verifyUnderVotedManifest } from './small-release.js';

const { rounds, spec } = smallRun(sparse);
const initialRoot = rounds[0]!.startRoot;
const terms = termsOf({ spec, digest: digestOfJson(spec), initialRoot });
const recount = (records: readonly RoundRecord[], amended = false) =>
  recountLog({ records, terms, amended });

describe('a log counted again', () => {
  it('is accepted if the rules wrote it, and pays whom they paid', function () {
    this.timeout(120_000);
    const plays: { play: RunPlay; sequence: LawSequence }[] = [];
    const makePlay = (sequence: LawSequence) => {
      const play = new RunPlay(sequence.terms, sequence.name);
      Object.assign(play, { ownersAct: true, votes: sequence.votes });
      play.grant(1_000_000n * near);
      plays.push({ play, sequence });
      return play;
    };
    searchLaws({ seed: 20261130, sequences: 160, makePlay });
    let paid = 0;
    for (const { play, sequence } of plays) {
      const records = play.parsedRecords();
      const last = records.map(({ outcome }) => outcome).lastIndexOf('final');
      const log = records.slice(0, last + 1);
      if (log.length === 0) continue;
      const amended = sequence.votes === 'all';
      for (const one of recountLog({ records: log, terms: play.state.terms, amended })) {
        const seat = play.state.seats[one.seat]!;
        const { status, role } = play.state.run.roster[one.seat]!;
        if (one.account !== null) expect(seat.account).to.equal(one.account);
        if (role === 'auditor') expect(one.rewards).to.equal(0);
        expect(seat.verifiedRounds).to.be.at.most(one.rewards + one.failed);
        if (status === 'expelled') continue;
        expect(seat.verifiedRounds).to.be.at.least(one.rewards);
        paid += one.rewards;
      }
    }
    expect(paid).to.be.above(40);
  });

  it('gives each seat its rewards, by name where it has claims', () => {
    expect(recount(rounds)).to.deep.equal([
      { seat: 0, account: 'worker.near', rewards: 2, yocto: 2n, failed: 0 },
      { seat: 1, account: null, rewards: 0, yocto: 0n, failed: 0 },
    ]);
  });

  const claim = rounds[3]!.claims[0]!;
  const changed = (at: number, change: Partial<RoundRecord>) =>
    rounds.map((record, i) => (i === at ? { ...record, ...change } : record));
  const withClaim = (change: Partial<typeof claim>) => ({ claims: [{ ...claim, ...change }] });
  const joined = { ...claim, account: 'eve.near', verdict: 'unaudited' as const };

  it('has every seat in one hand, in seats that the terms give', () => {
    const log = changed(3, withClaim({ account: 'eve.near' }));
    expect(() => recount(log)).to.throw('seat 0 is worker.near, and in round 4 it is eve.near');
    const second = { ...joined, account: 'worker.near', seat: 2, slice: 2 };
    expect(() => recount(changed(3, { claims: [claim, second] }))).to.throw(/has 1 of 1 seats/);
    const tenth = { ...joined, seat: 10, slice: 2 };
    expect(() => recount(changed(3, { claims: [claim, tenth] }))).to.throw(/RUN_FULL/);
    expect(() => recount(changed(3, { claims: [] }))).to.throw(/0 claims where 1 are needed/);
    const out = changed(3, { claims: [{ ...joined, seat: 2, slice: 1 }, claim] });
    expect(() => recount(out)).to.throw('round 4 names seats out of order');
  });

  it('has no more workers in a round than the terms, unless a vote changed them', () => {
    const five = [2, 3, 4, 5].map((seat) => {
      return { ...joined, account: `w${seat}.near`, seat, slice: seat };
    });
    const log = changed(3, { claims: [claim, ...five] });
    expect(() => recount(log)).to.throw('the rules give it no place');
    expect(recount(log, true)).to.have.length(6);
  });

  it('has the slices of the queue, with room for those who took one and were silent', () => {
    for (const slice of [0, 2, 7, 1e15]) {
      expect(() => recount(changed(3, withClaim({ slice }))), `${slice}`).to.throw('not its turn');
    }
    const second = { ...joined, seat: 2 };
    for (const slice of [2, 3]) {
      expect(recount(changed(3, { claims: [claim, { ...second, slice }] }))).to.have.length(3);
    }
    for (const slice of [0, 1, 4]) {
      const log = changed(3, { claims: [claim, { ...second, slice }] });
      expect(() => recount(log), `${slice}`).to.throw('not its turn');
    }
  });

  it('has every record of a round, and none with work that came to nothing', () => {
    expect(() => recount(rounds.filter(({ round }) => round !== 3))).to.throw(
      'round 3 is not in the log',
    );
    expect(() => recount(changed(2, { claims: [claim] }))).to.throw('came to nothing');
  });

  it('lets nobody bring a state along that it did not have', () => {
    const localIn = digestOf(new Uint8Array(5));
    for (const at of [0, 3]) {
      expect(() =>
        recount(changed(at, { claims: [{ ...rounds[at]!.claims[0]!, localIn }] })),
      ).to.throw('seat 0 brought a state');
    }
    // The one that it did have, but for the reset after a cancelled round.
    const { localOut } = rounds[0]!.claims[0]!;
    expect(() => recount(changed(3, withClaim({ localIn: localOut })))).to.throw('brought a state');
  });

  it('is not believed against the log, about people or pay', () => {
    const small = smallRelease(sparse);
    const pay = recount(rounds);
    const { roster } = small.facts.run!;
    const told_ = (change: Partial<SeatFacts>, more: object = {}) => ({
      ...{ ...roster!, ...more },
      seats: roster!.seats.map((one) => (one.seat === 0 ? { ...one, ...change } : one)),
    });
    const codeWith = (change: Partial<SeatFacts>, more: object = {}) =>
      rosterProblem(pay, { ...told_(change), ...more })?.[0] ?? null;
    expect(codeWith({})).to.equal(null);
    expect(codeWith({ account: 'eve.near' })).to.equal('ROSTER_OTHER');
    expect(codeWith({ role: 'auditor' })).to.equal('ROSTER_OTHER');
    expect(codeWith({}, { seats: [] })).to.equal('ROSTER_OTHER');
    const more = { verifiedRounds: 3, earnedYocto: '3' };
    expect(codeWith(more)).to.equal('PAYOUT_OTHER');
    // The run went on.
    expect(codeWith(more, { isWhole: false })).to.equal(null);
    // Less is no lie: a verdict may have taken it. It is told.
    const withheld = (change: Partial<SeatFacts>, amended = false) =>
      withheldPay(pay, told_(change, { amended }), '1');
    const fewer = { verifiedRounds: 1, earnedYocto: '1' };
    expect(codeWith(fewer)).to.equal(null);
    expect(withheld({})).to.equal(null);
    expect(withheld(fewer)).to.equal('seat 0 has 2 rewards by the log, the chain paid 1');
    expect(withheld({ ...fewer, status: 'expelled' })).to.equal(null);
    expect(withheld({ earnedYocto: '1' })).to.match(/^seat 0 earned 1 yoctoNEAR/);
    expect(withheld({ earnedYocto: '1' }, true)).to.equal(null);
    const less = { ...small.facts, run: { ...small.facts.run!, roster: told_(fewer) } };
    expect(
      verifyUnderVotedManifest(small, small.files, less).find((one) => one.claim === 'rounds'),
    ).to.include({ status: 'warn', code: 'PAY_WITHHELD', standing: 'attested' });
    const told = structuredClone(small.facts);
    (told.run!.roster!.seats[0] as { account: string }).account = 'eve.near';
    const verdicts = verifyUnderVotedManifest(small, small.files, told);
    expect(exitCodeOf(verdicts)).to.equal(23);
    expect(verdicts.find(({ claim: name }) => name === 'rounds')).to.include({
      ...{ code: 'ROSTER_OTHER', standing: 'attested' },
    });
  });
});
