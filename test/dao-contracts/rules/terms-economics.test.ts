import { expect } from 'chai';
import fc from 'fast-check';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import { attacks } from '@commonweights/dao-contracts/rules/attacks.js';
import { payingAttacks, remediesOf } from '@commonweights/dao-contracts/rules/economics.js';
import {
  checkPrice,
  pricePerTeraFlopYocto,
} from '@commonweights/dao-contracts/rules/price-per-flop.js';
import {
  economicsOf,
  refuseIfCheatingPays,
} from '@commonweights/dao-contracts/rules/terms-economics.js';
import { decodeRunTerms } from '@commonweights/dao-contracts/rules/terms-decoding.js';
import { challengeWindowMsMin } from '@commonweights/dao-contracts/rules/limits.js';
import { near, smallTerms } from './run-play.js';

const safe: RunTerms = {
  ...smallTerms,
  auditedClaimsBps: 10_000,
  challengeWindowMs: challengeWindowMsMin,
  segments: 8,
  stakeYocto: `${5n * near}`,
  rewardYocto: `${near}`,
  auditFeeYocto: `${near / 10n}`,
  computeCostYocto: `${near}`,
  heldBackRounds: 2,
};

function refusal(change: Partial<RunTerms>, liarsBps?: number): string {
  try {
    refuseIfCheatingPays({ ...safe, ...change }, liarsBps);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('terms under which cheating pays', () => {
  it('are not these', () => {
    expect(() => refuseIfCheatingPays(safe)).to.not.throw();
    expect(decodeRunTerms(safe, 'terms')).to.deep.equal(safe);
  });

  it('are refused with the numbers and the remedies', () => {
    expect(refusal({ auditedClaimsBps: 2_000 })).to.equal(
      'CHEATING_PAYS: free-riding (and 6 more) would pay: with 33.3 % liars an attempt brings ' +
        '1.0000 NEAR, is convicted with 11.0 % and then loses 7.0000 NEAR, so it earns ' +
        '0.2286 NEAR on average; raise stakeYocto to 8074210919336554533411767, or ' +
        'auditedClaimsBps to 3025',
    );
  });

  it('are those that leave no time to challenge the root of a round without audits', () => {
    const short = { challengeWindowMs: challengeWindowMsMin - 1 };
    expect(refusal({ ...short, auditedClaimsBps: 9_999 })).to.match(
      /^CHEATING_PAYS: root capture would pay .*raise challengeWindowMs to 30000, or auditedC/,
    );
    expect(() => refuseIfCheatingPays({ ...safe, auditedClaimsBps: 9_999 })).to.not.throw();
    expect(() => refuseIfCheatingPays({ ...safe, challengeWindowMs: 0 })).to.not.throw();
  });

  it('need less stake with more auditors for each claim', () => {
    const weak = { ...safe, stakeYocto: `${near / 2n}` };
    expect(() => refuseIfCheatingPays(weak)).to.throw(/^CHEATING_PAYS: pretending/);
    const stakes = [1, 2, 3].map((auditsPerClaim) => {
      const economics = economicsOf({ ...weak, auditsPerClaim });
      const pretending = attacks.find((attack) => attack.name === 'pretending')!;
      return remediesOf(pretending, economics).stakeYocto!;
    });
    expect(stakes[0]! > stakes[1]! && stakes[1]! > stakes[2]!).to.equal(true);
  });

  it('are refused by whoever decodes them', () => {
    expect(() => decodeRunTerms({ ...safe, auditedClaimsBps: 100 }, 'terms')).to.throw(
      /^CHEATING_PAYS: free-riding/,
    );
  });

  it('are refused where only the pretender gains', () => {
    const message = refusal({ stakeYocto: `${(7n * near) / 10n}`, computeCostYocto: '0' });
    expect(message).to.match(/^CHEATING_PAYS: pretending would pay.*raise stakeYocto to 8/);
  });

  it('are refused where held-back pay makes lying auditors rich', () => {
    const message = refusal({ heldBackRounds: 12 });
    expect(message).to.match(/^CHEATING_PAYS: lying-auditor would pay/);
    expect(message).to.match(/raise stakeYocto to \d+$/);
  });

  it('are refused with more liars than assumed, where only larger panels would help', () => {
    expect(refusal({}, 4_500)).to.match(/^CHEATING_PAYS: lying-auditor .*no single term changes/);
  });

  it('are refused where liars are the majority, without a remedy', () => {
    expect(refusal({}, 6_000)).to.match(/no single term changes that/);
  });

  it('become safe by any one of the remedies that the refusal names', () => {
    const unsafe = fc.record({
      auditedClaimsBps: fc.integer({ min: 0, max: 10_000 }),
      stakeYocto: fc.bigInt(0n, 10n * near).map(String),
      computeCostYocto: fc.bigInt(0n, 5n * near).map(String),
      heldBackRounds: fc.integer({ min: 0, max: 16 }),
    });
    let refused = 0;
    fc.assert(
      fc.property(unsafe, (change) => {
        const terms = { ...safe, ...change };
        if (payingAttacks(economicsOf(terms)).length === 0) return;
        refused++;
        const remedies = refusal(change).matchAll(/(stakeYocto|\w+Bps|heldBackRounds) to (\d+)/g);
        for (const [, field, value] of remedies) {
          const better = field === 'stakeYocto' ? value! : Number(value);
          expect(() => refuseIfCheatingPays({ ...terms, [field!]: better })).to.not.throw();
        }
      }),
      { endOnFailure: true },
    );
    expect(refused).to.be.greaterThan(10);
  });

  it('are refused without any computing to pay for', () => {
    expect(() => decodeRunTerms({ ...safe, flopsPerRound: '0' }, 'terms')).to.throw(
      /^BAD_TERMS: flopsPerRound must be at least 1/,
    );
  });
});

describe('the price of a FLOP', () => {
  const priced = { rewardYocto: '600', auditFeeYocto: '100', flopsPerRound: `${2n * 10n ** 12n}` };

  it('is rounded up', () => {
    expect(pricePerTeraFlopYocto(600n, 2n * 10n ** 12n)).to.equal(300n);
    expect(pricePerTeraFlopYocto(1n, 10n ** 13n)).to.equal(1n);
  });

  it('may be what the policy allows and not a yocto more', () => {
    expect(() => checkPrice(priced, { rewardPerTeraFlopYoctoMax: '300' })).to.not.throw();
    expect(() => checkPrice(priced, { rewardPerTeraFlopYoctoMax: '299' })).to.throw(
      'PRICE_TOO_HIGH: rewardYocto is 300 yoctoNEAR per teraFLOP of a round, the policy allows ' +
        '299; lower it to 598',
    );
  });

  it('binds the fee of an audit as well', () => {
    const dear = { ...priced, auditFeeYocto: '601' };
    expect(() => checkPrice(dear, { rewardPerTeraFlopYoctoMax: '300' })).to.throw(
      /^PRICE_TOO_HIGH: auditFeeYocto is 301/,
    );
  });

  it('binds what decoys and relayed calls of a round pay, or they would pay what it does not', () => {
    const policy = { rewardPerTeraFlopYoctoMax: '300' };
    const decoys = (decoyFeeYocto: string) => () =>
      checkPrice({ ...priced, decoyFeeYocto }, policy);
    expect(decoys('600')).to.not.throw();
    expect(decoys('601')).to.throw(/^PRICE_TOO_HIGH: decoyFeeYocto is 301/);
    const calls = (relayFeeYocto: string) => () =>
      checkPrice({ ...priced, relayFeeYocto, relayedCallsPerRound: 6 }, policy);
    expect(calls('100')).to.not.throw();
    expect(calls('101')).to.throw(/^PRICE_TOO_HIGH: relayFeeYocto is 303 .*lower it to 100$/);
  });

  it('binds what a round pays for data, by the work of all its workers', () => {
    const data = (dataRewardYocto: string) => () =>
      checkPrice(
        { ...priced, dataRewardYocto, maxWorkers: 3 },
        { rewardPerTeraFlopYoctoMax: '300' },
      );
    expect(data('1800')).to.not.throw();
    expect(data('1801')).to.throw(/^PRICE_TOO_HIGH: dataRewardYocto is 301 .*lower it to 1800$/);
  });

  it('is kept by the amount that a refusal names', () => {
    const amounts = fc.bigInt(1n, 10n ** 27n);
    fc.assert(
      fc.property(amounts, amounts, fc.bigInt(1n, 10n ** 20n), (reward, most, flops) => {
        const policy = { rewardPerTeraFlopYoctoMax: `${most}` };
        const terms = { auditFeeYocto: '0', flopsPerRound: `${flops}` };
        const lowered = (most * flops) / 10n ** 12n;
        const allowed = reward < lowered ? reward : lowered;
        expect(() => checkPrice({ ...terms, rewardYocto: `${allowed}` }, policy)).to.not.throw();
        const dear = { ...terms, rewardYocto: `${lowered + 1n}` };
        expect(() => checkPrice(dear, policy)).to.throw(/^PRICE_TOO_HIGH/);
      }),
    );
  });
});
