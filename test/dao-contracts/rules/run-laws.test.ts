/**
 * Laws of a run under any sequence of commands. A sample of what `npm run bench -- laws` plays a
 * hundred thousand sequences of; a violation prints its seed and its shortest steps.
 */
import { expect } from 'chai';
import { cancelledRoundsMax } from '@commonweights/dao-contracts/rules/budget.js';
import { stepRun, type RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { searchLaws } from './law-search.js';
import { sequenceOf, type LawSequence } from './law-sequence.js';
import { playSequence } from './law-play.js';
import { RunLaws } from './run-laws.js';
import { RunPlay, smallTerms } from './run-play.js';
import { allTransitions } from './run-transitions.js';
import { enrolCommand, running } from './run-scenes.js';

describe('a run under generated sequences of commands', () => {
  it('keeps every law, and every state is visited', function () {
    this.timeout(120_000);
    const tally = searchLaws({ seed: 20261123, sequences: 1_200 });
    const visited = [...tally.transitions.keys()].join('\n');
    for (const state of new Set(allTransitions.map((line) => line.split(' → ')[1]!))) {
      expect(visited, `nothing became "${state}"`).to.include(`→ ${state}`);
    }
    expect(tally.copiesChecked).to.be.above(500);
    expect(tally.exitsChecked).to.be.above(500);
    for (const point of ['nothing owed', 'committed, not revealed'] as const) {
      expect(tally.crashes.get(point)?.crashes ?? 0, point).to.be.above(0);
    }
  });

  it('keeps every law in sequences that once broke one', () => {
    // Cleared while another dispute held its round, a claim was paid by the round and by that one.
    playSequence(sequenceOf(20261128, 58_360));
    // A seat that trained before its time, to end a pause, sat out the reset and brought its state along.
    playSequence(sequenceOf(20261128, 98_339));
  });

  it('is the same sequence for the same seed and index', () => {
    expect(sequenceOf(7, 3)).to.deep.equal(sequenceOf(7, 3));
    expect(playSequence(sequenceOf(7, 3))).to.deep.equal(playSequence(sequenceOf(7, 3)));
    expect(sequenceOf(7, 4).steps).to.not.deep.equal(sequenceOf(7, 3).steps);
    expect(sequenceOf(8, 3).steps).to.not.deep.equal(sequenceOf(7, 3).steps);
  });
});

describe('the laws themselves', () => {
  it('notice money from nowhere', () => {
    const play = new RunPlay();
    const watched = new RunLaws(play);
    const before = play.state;
    play.apply(enrolCommand('a1.test'));
    watched.deposit('a1.test', 10n ** 24n);
    watched.check(before);
    play.totals = { ...play.totals, treasury: 1n };
    expect(() => watched.check(before)).to.throw('LAW_BROKEN: money is conserved');
  });

  it('notice a fine without a cause', () => {
    const play = running();
    const watched = new RunLaws(play);
    for (const { account } of play.state.seats) watched.deposit(account, 10n ** 24n);
    const before = play.state;
    const [first, ...others] = before.seats;
    const fined = { ...first!, stakeYocto: 0n, slashedYocto: first!.stakeYocto };
    play.state = { ...before, seats: [fined, ...others] };
    play.totals = {
      ...play.totals,
      stakes: play.totals.stakes - first!.stakeYocto,
      treasury: first!.stakeYocto,
    };
    play.effects = null;
    expect(() => watched.check(before)).to.throw('LAW_BROKEN: every loss has a cause');
  });

  it('print the seed and the shortest steps of a violation', () => {
    class LeakyPlay extends RunPlay {
      override apply(command: RunCommand): void {
        super.apply(command);
        if (command.kind === 'commit') this.received += 1n;
      }
    }
    const makePlay = ({ terms, name }: LawSequence) => new LeakyPlay(terms, name);
    expect(() => searchLaws({ seed: 1, sequences: 50, makePlay })).to.throw(
      /LAW_BROKEN: money is conserved.*\nseed 1, sequence \d+ \(.*shrunk from \d+ to [1-9] steps/,
    );
  });
});

describe('a run that only ever cancels rounds', () => {
  it('stops after rounds + 64 cancelled rounds and refunds its escrow', () => {
    const terms = { ...smallTerms, rounds: 1, minWorkers: 1, maxWorkers: 1, maxAuditors: 0 };
    const play = new RunPlay(terms);
    play.apply(enrolCommand('a1.test'));
    play.draw();
    for (let i = 0; play.state.run.status !== 'stopped'; i++) {
      expect(i).to.be.below(cancelledRoundsMax(terms));
      if (!play.state.run.open) play.apply(play.tick());
      play.apply(play.commitCommand(0));
      play.apply(play.tick());
      play.apply({ kind: 'reveal', ...play.opening(0) });
      play.apply(play.tick());
      // Who is silent would be absent; who says that it has nothing is not.
      const { round } = play.state.run.open!;
      play.apply({ kind: 'certify', account: 'a1.test', round, available: [] });
      play.apply(play.tick());
    }
    expect(play.state.run).to.include({ cancelledRounds: 65, escrowYocto: 0n });
    expect(play.ledgers.get('a1.test')).to.equal(BigInt(terms.stakeYocto));
  });
});

describe('a pause', () => {
  it('is not logged again by ticks that come while it lasts', () => {
    const play = running();
    play.apply(play.commitCommand(0));
    play.nowMs += play.state.terms.deadlinesMs.train;
    play.apply(play.tick());
    const paused = play.state.run;
    expect(paused).to.include({ status: 'paused' });
    play.apply(play.tick());
    expect(play.effects).to.deep.include({ events: [], records: [] });
    expect(play.effects?.result).to.include({ moved: false });
    expect(play.state.run).to.deep.equal(paused);
  });
});

describe('stepRun', () => {
  it('shares the records that a command does not touch', () => {
    const play = running();
    const { state } = stepRun(play.state, play.commitCommand(1), play.context());
    expect(state.seats[0]).to.equal(play.state.seats[0]);
    expect(state.seats[1]).to.not.equal(play.state.seats[1]);
    expect(state.audits).to.equal(play.state.audits);
  });
});
