import { expect } from 'chai';
import fc from 'fast-check';
import {
  attacks,
  conviction,
  type Attack,
  type AttackName,
  type RunEconomics,
} from '@commonweights/dao-contracts/rules/attacks.js';
import {
  assessAttacks,
  boundSabotage,
  expectedAttempts,
  leastJurors,
  meetsCore,
  payingAttacks,
  profitOf,
  remediesOf,
  unstakedGainYocto,
} from '@commonweights/dao-contracts/rules/economics.js';
import {
  compare,
  formatDecimal,
  isNegative,
  minus,
  ofBps,
  one,
  over,
  ratio,
  times,
} from '@commonweights/dao-contracts/rules/rational.js';
import { expectEqual } from '../../support/rationals.js';

const near = 10n ** 24n;

const usual: RunEconomics = {
  auditedClaimsBps: 10_000,
  segments: 8,
  auditorsPerClaim: 1,
  jurors: 3,
  stakeYocto: 5n * near,
  rewardYocto: near,
  auditFeeYocto: near / 10n,
  heldBackRounds: 2,
  computeCostYocto: near,
  liars: ratio(1n, 3n),
  reputationYocto: near / 10n,
  decoyBps: null,
  challengeBondYocto: near,
  witness: { checkedBps: 1_000, penaltyBps: 1_000, costYocto: near / 100n },
};

const yocto = fc.bigInt(0n, 1_000n * near);
const runs: fc.Arbitrary<RunEconomics> = fc.record({
  auditedClaimsBps: fc.integer({ min: 0, max: 10_000 }),
  segments: fc.integer({ min: 1, max: 64 }),
  auditorsPerClaim: fc.integer({ min: 1, max: 4 }),
  jurors: fc.constantFrom(1, 3, 7, 15),
  stakeYocto: yocto,
  rewardYocto: yocto,
  auditFeeYocto: yocto,
  heldBackRounds: fc.integer({ min: 0, max: 32 }),
  computeCostYocto: yocto,
  liars: fc.integer({ min: 0, max: 5_000 }).map(ofBps),
  reputationYocto: yocto,
  decoyBps: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: null }),
  challengeBondYocto: fc.option(yocto, { nil: null }),
  witness: fc.option(
    fc.record({
      checkedBps: fc.integer({ min: 0, max: 10_000 }),
      penaltyBps: fc.integer({ min: 0, max: 10_000 }),
      costYocto: yocto,
    }),
    { nil: null },
  ),
});
const anyAttack = fc.constantFrom(...attacks);
const workers = attacks.filter((one) => !byAuditor(one) && one.name !== 'lying-witness');

function byAuditor({ name }: Attack): boolean {
  return name === 'lying-auditor' || name === 'lazy-auditor';
}

function attackOf(name: AttackName): Attack {
  return attacks.find((attack) => attack.name === name)!;
}

describe('the economics of a run', () => {
  it('lets no priced attack pay at the usual terms', () => {
    expect(payingAttacks(usual)).to.deep.equal([]);
    for (const { name, profitYocto, horizonProfitYocto } of assessAttacks(usual, 16)) {
      expect(isNegative(profitYocto), name).to.equal(true);
      expect(horizonProfitYocto < 0n, name).to.equal(true);
    }
  });

  it('says that everything pays where nothing is at stake and nothing is audited', () => {
    const open = { ...usual, stakeYocto: 0n, heldBackRounds: 0, auditedClaimsBps: 0 };
    const names = payingAttacks(open).map((attack) => attack.name);
    expect(names).to.include.members(['free-riding', 'pretending', 'collusion', 'withheld-reveal']);
    expect(assessAttacks(open, 10)[0]!.roundsToDetection).to.equal(null);
  });

  it('is the core condition for a free-rider', () => {
    fc.assert(
      fc.property(runs, (it) => {
        expect(meetsCore(it)).to.equal(isNegative(profitOf(attackOf('free-riding'), it)));
      }),
    );
  });

  it('computes the core by hand: 1 · (1 − 1/3) · 20/27 · 7 NEAR against 1 NEAR', () => {
    expectEqual(conviction(usual), ratio(40n, 81n));
    const expected = minus(ratio(near), times(ratio(40n, 81n), ratio(7n * near)));
    expectEqual(profitOf(attackOf('free-riding'), usual), expected);
  });

  it('gives a thief of one segment the same verdict as a thief of all', () => {
    fc.assert(
      fc.property(runs, (it) => {
        const part = times(profitOf(attackOf('fewer-steps'), it), ratio(BigInt(it.segments)));
        expectEqual(part, profitOf(attackOf('free-riding'), it));
      }),
    );
  });

  it('lets no worker gain by a larger stake, longer holding back or more audits', () => {
    const more = fc.record({
      stakeYocto: yocto,
      heldBackRounds: fc.integer({ min: 0, max: 32 }),
      auditedClaimsBps: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(runs, more, fc.constantFrom(...workers), (it, add, attack) => {
        const before = profitOf(attack, it);
        const stake = { ...it, stakeYocto: it.stakeYocto + add.stakeYocto };
        const held = { ...it, heldBackRounds: it.heldBackRounds + add.heldBackRounds };
        expect(compare(profitOf(attack, stake), before)).to.be.at.most(0);
        expect(compare(profitOf(attack, held), before)).to.be.at.most(0);
        // With friends alone as auditors, an audit is pay: no share of audits finds anything.
        const audits = Math.max(it.auditedClaimsBps, add.auditedClaimsBps);
        if (attack.name === 'collusion') return;
        const audited = profitOf(attack, { ...it, auditedClaimsBps: audits });
        expect(compare(audited, before)).to.be.at.most(0);
      }),
    );
  });

  it('names remedies that make an attack lose, and one less does not', () => {
    fc.assert(
      fc.property(runs, anyAttack, (it, attack) => {
        if (!attack.applies(it)) return;
        const least = remediesOf(attack, it);
        const loses = (change: Partial<RunEconomics>) =>
          isNegative(profitOf(attack, { ...it, ...change }));
        const { stakeYocto, heldBackRounds, auditedClaimsBps } = least;
        const jurors = leastJurors(attack, it);
        if (stakeYocto !== null) {
          expect(loses({ stakeYocto })).to.equal(true);
          if (stakeYocto > 0n) expect(loses({ stakeYocto: stakeYocto - 1n })).to.equal(false);
        }
        if (heldBackRounds !== null) {
          expect(loses({ heldBackRounds })).to.equal(true);
          const fewer = heldBackRounds - 1;
          if (fewer >= 0) expect(loses({ heldBackRounds: fewer })).to.equal(false);
        }
        if (auditedClaimsBps !== null) {
          expect(loses({ auditedClaimsBps })).to.equal(true);
          const fewer = auditedClaimsBps - 1;
          if (fewer >= 0) expect(loses({ auditedClaimsBps: fewer })).to.equal(false);
        }
        if (jurors !== null) {
          expect(loses({ jurors })).to.equal(true);
          if (jurors > 1) expect(loses({ jurors: jurors - 2 })).to.equal(false);
        }
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('knows no stake against an auditor whose friends hold the juries', () => {
    const it = { ...usual, liars: ratio(1n, 2n) };
    const least = remediesOf(attackOf('lying-auditor'), it);
    expect(least.stakeYocto).to.equal(null);
    expect(remediesOf(attackOf('free-riding'), { ...it, liars: one }).stakeYocto).to.equal(null);
  });

  it('asks a pretender for more stake the less likely it is to be found', () => {
    const stakes = [10_000, 5_000, 1_000].map(
      (auditedClaimsBps) =>
        remediesOf(attackOf('pretending'), { ...usual, auditedClaimsBps }).stakeYocto!,
    );
    expect(stakes[0]! < stakes[1]! && stakes[1]! < stakes[2]!).to.equal(true);
    // (1 − d) ÷ d · R with d = 40/81
    expect(stakes[0]).to.equal((41n * near) / 40n + 1n);
  });

  it('leaves out what a run does not have', () => {
    const it = { ...usual, witness: null, challengeBondYocto: null };
    const names = assessAttacks(it, 4).map((one) => one.name);
    expect(names).to.not.include('lying-witness');
    expect(names).to.not.include('griefing-challenge');
  });

  it('finds lazy auditors by decoys alone where answers are not secret', () => {
    const lazy = attackOf('lazy-auditor');
    expect(lazy.detection({ ...usual, decoyBps: 0 }).numerator).to.equal(0n);
    expect(isNegative(profitOf(lazy, { ...usual, decoyBps: 0 }))).to.equal(false);
    expect(isNegative(profitOf(lazy, { ...usual, decoyBps: 5_000 }))).to.equal(true);
  });
});

describe('the horizon of an attack', () => {
  const shares = fc.integer({ min: 1, max: 10_000 }).map(ofBps);
  const rounds = fc.integer({ min: 0, max: 300 });

  it('has no more attempts than rounds, nor with one strike than 1 ÷ d', () => {
    fc.assert(
      fc.property(shares, rounds, fc.constantFrom(1, 3), (detection, count, strikes) => {
        const attempts = expectedAttempts({ detection, strikes, rounds: count });
        expect(compare(attempts, ratio(BigInt(count)))).to.be.at.most(0);
        if (strikes === 1) expect(compare(attempts, over(one, detection))).to.be.at.most(0);
      }),
    );
  });

  it('sums the geometric series', () => {
    const attempts = expectedAttempts({ detection: ratio(1n, 2n), strikes: 1, rounds: 3 });
    expect(formatDecimal(attempts, 6)).to.equal('1.750000');
  });

  it('agrees with counting every course of three strikes', () => {
    const [d, length] = [1 / 4, 9];
    let expected = 0;
    for (let course = 0; course < 2 ** length; course++) {
      let [chance, strikes, made] = [1, 0, 0];
      for (let i = 0; i < length; i++) {
        const convicted = (course >> i) % 2 === 1;
        chance *= convicted ? d : 1 - d;
        if (strikes < 3) made++;
        if (convicted) strikes++;
      }
      expected += chance * made;
    }
    const attempts = expectedAttempts({ detection: ratio(1n, 4n), strikes: 3, rounds: length });
    expect(Number(formatDecimal(attempts, 9))).to.be.closeTo(expected, 1e-8);
  });
});

describe('what no stake can price', () => {
  it('bounds a saboteur by the rounds before it is found', () => {
    const bound = boundSabotage({ ...usual, liars: ratio(1n, 3n) });
    expectEqual(bound.poisonedRounds, ratio(41n, 40n));
    expectEqual(bound.medianSteps, ratio(41n, 120n));
    expectEqual(bound.costYocto, ratio(7n * near));
  });

  it('names no bound where nothing is audited', () => {
    expect(boundSabotage({ ...usual, auditedClaimsBps: 0 }).poisonedRounds).to.equal(null);
  });

  it('leaves ever less to a pretender without stake the longer its pay is withheld', () => {
    const gains = [2, 4, 8, 16, 32].map((rounds) => unstakedGainYocto(usual, rounds));
    for (let i = 1; i < gains.length; i++) expect(gains[i]! < gains[i - 1]!).to.equal(true);
    expect(gains[4]! < near / 10_000_000n).to.equal(true);
  });
});
