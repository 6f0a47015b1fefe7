/**
 * A sample of what `npm run bench -- adversaries` measures at length: every adversary over a few
 * runs. Money is checked after every command of every run (conservation.ts).
 */
import { expect } from 'chai';
import { adversaries, honestOnly } from './adversaries/adversary-list.js';
import { wilson } from './expectations.js';
import type { Adversary } from './adversary.js';
import { measure, playOnce, type Row } from './measure.js';
import { settings } from './settings.js';
import { faultOf } from './verdict.js';

/** One interval in a thousand may miss the formula; seeds are fixed, so none does by chance. */
const z = 3.3;
/** Of those that are to be decisive, one in a hundred. */
const decisiveZ = 2.6;
/** Runs of each, in which it is exposed a few times: too few to tell a detector that went blind. */
const seeds = 2;
/** Of each way to be found, one adversary with so many that never, or always, would not pass. */
const decisive: Record<string, number> = {
  ...{ 'free-rider-zeros': 22, 'fewer-steps': 4, scaled: 14, 'seed-grinding': 5 },
  ...{ 'withheld-reveal': 4, 'lazy-auditor': 2, 'lazy-jurors': 6, 'reading-auditor': 5 },
};

/** In the round with the ordinal 2 it starts from what it made up. */
const poisonedRound = 3;

interface AnswerCommand {
  seat: number;
  round: number;
  segment: number;
}

const rows = new Map<string, Row>();

function rowOf(adversary: Adversary): Row {
  const setting = settings[adversary.settings?.[0] ?? 'quarter'];
  const known = rows.get(adversary.name);
  const often = decisive[adversary.name] ?? seeds;
  const row = known ?? measure({ adversary, honest: honestOnly, setting, seeds: often });
  rows.set(adversary.name, row);
  return row;
}

describe('adversaries in simulated runs', () => {
  for (const adversary of adversaries) {
    if (adversary === honestOnly) continue;
    it(`finds ${adversary.name} as often as the formula says, and hits nobody honest`, () => {
      const setting = settings[adversary.settings?.[0] ?? 'quarter'];
      const row = rowOf(adversary);
      expect(row.stuck, 'runs that nothing but a vote could end').to.equal(0);
      expect(row.finalRounds).to.equal(setting.terms.rounds);
      if (!adversary.beyondTerms) expect(row.honestPunished).to.equal(0);
      expect(row.extras.accepted, 'commands out of turn that changed something').to.equal(0);
      if (adversary.beyondTerms) {
        const { hits, trials } = row.effect!;
        expect(2 * hits, `${hits} of ${trials}`).to.be.above(trials);
        return;
      }
      expect(faultOf(row, adversary)).to.equal(null);
      if (row.effect) {
        const [low, high] = wilson(row.effect.hits, row.effect.trials, z);
        expect(row.effect.rate, JSON.stringify(row.effect)).to.be.within(low - 1e-9, high + 1e-9);
      }
      if (row.expected === null) {
        if (!adversary.findsLate) expect(row.detected).to.equal(0);
        return;
      }
      if (row.exposed === 0) expect(adversary.captures, 'never exposed').to.not.equal(undefined);
      const width = adversary.name in decisive ? decisiveZ : z;
      const [low, high] = wilson(row.detected, row.exposed, width);
      expect(row.expected, `${row.detected} of ${row.exposed}`).to.be.within(
        low - 1e-9,
        high + 1e-9,
      );
    });
  }

  it('would fail this if nothing of that kind, or everything, were found', function () {
    this.timeout(120_000);
    for (const name of Object.keys(decisive)) {
      const { expected, exposed } = rowOf(adversaries.find((one) => one.name === name)!);
      expect(wilson(0, exposed, decisiveZ)[1], `${name}: 0 of ${exposed}`).to.be.below(expected!);
      if (expected === 1) continue;
      expect(wilson(exposed, exposed, decisiveZ)[0], `${name}: all ${exposed}`).to.be.above(
        expected!,
      );
    }
  });

  it('finds made-up optimizer state where the first segment from it is audited, and only there', () => {
    const poisoner = adversaries.find((one) => one.name === 'poisoned-local-state')!;
    const found: boolean[] = [];
    for (let i = 1; i <= 4; i++) {
      const { run, contributors } = playOnce(poisoner, settings.main, `seed ${i}`, true);
      const seat = run.chain.seatOf(contributors.find(({ crew }) => crew)!.account)!;
      const answers = run.chain.lines
        .filter((line) => / ok .*"kind":"answer"/.test(line))
        .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as AnswerCommand)
        .filter((answer) => answer.seat === seat && answer.round === poisonedRound);
      expect(answers).to.have.length(1);
      found.push(run.offences.tallies.get(seat)!.detected === 1);
      expect(found.at(-1), `seed ${i}`).to.equal(answers[0]!.segment === 0);
    }
    expect(found).to.include(true).and.to.include(false);
  });

  it('calls an attack that pays a fault, and one that nobody meets, and one found too late', () => {
    const zeros = adversaries.find((one) => one.name === 'free-rider-zeros')!;
    const row = rowOf(zeros);
    expect(faultOf({ ...row, crewProfit: row.sameSeatsProfit + 1 }, zeros)).to.equal('pays');
    const effect = { what: '', rate: 0.1, hits: 0, trials: 0 };
    expect(faultOf({ ...row, effect }, zeros)).to.match(/no occasion/);
    expect(faultOf({ ...row, crewProfit: 0 }, { ...zeros, findsLate: true })).to.match(/too late/);
    expect(faultOf({ ...row, detected: row.exposed }, zeros)).to.match(/not found as/);
  });

  it('includes no update that cannot be decoded or had', () => {
    for (const name of ['non-finite', 'selective-availability']) {
      const adversary = adversaries.find((one) => one.name === name)!;
      const row = measure({ adversary, honest: honestOnly, setting: settings.main, seeds: 2 });
      expect(row.excluded).to.equal(2 * settings.main.terms.rounds);
      expect(row.exposed).to.equal(0);
      expect(row.damage).to.be.below(0.02);
    }
  });

  it('gives back what a false accusation took, and lets the seat work again', () => {
    const adversary = adversaries.find((one) => one.name === 'framing-third')!;
    const { run, contributors } = playOnce(adversary, settings.large, 'seed 1');
    const crew = new Set(contributors.filter((one) => one.crew).map((one) => one.account));
    const honest = run.chain.state.seats.filter(({ account }) => !crew.has(account));
    expect(honest.filter((seat) => seat.rejoins > 0)).to.not.deep.equal([]);
    expect(honest.filter((seat) => seat.slashedYocto > 0n)).to.deep.equal([]);
  });

  it('bounds what a tampered update does to the loss', () => {
    for (const name of ['scaled', 'sign-flip', 'backdoor']) {
      const adversary = adversaries.find((one) => one.name === name)!;
      const row = measure({ adversary, honest: honestOnly, setting: settings.quarter, seeds: 3 });
      expect(row.damage, name).to.be.below(0.15);
    }
  });
});

describe('honest contributors in simulated runs', () => {
  it('are never punished: thousands of audits of claims, each one passed', () => {
    const setting = settings.main;
    const row = measure({ adversary: honestOnly, honest: honestOnly, setting, seeds: 20 });
    const { maxWorkers, rounds } = setting.terms;
    expect(row.honestAudits).to.equal(20 * maxWorkers * rounds);
    expect(row.honestPunished).to.equal(0);
    expect(row.stuck).to.equal(0);
    expect(row.refusals).to.deep.equal({});
  });

  it('end with all of their stakes and pay, and the run with nothing', () => {
    const { run } = playOnce(honestOnly, settings.main, 'money');
    const { chain } = run;
    const { terms, seats } = chain.state;
    for (const seat of seats) {
      const paid = chain.ledgers.get(seat.account)!;
      expect(paid).to.equal(BigInt(terms.stakeYocto) + seat.earnedYocto);
    }
    expect(chain.totals.escrows).to.equal(0n);
  });
});
