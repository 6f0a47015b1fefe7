import { expect } from 'chai';
import fc from 'fast-check';
import { fromWire, toWire } from '@commonweights/dao-contracts/client/money-fields.js';
import { formatNear, parseNear } from '@commonweights/dao-contracts/client/near-amount.js';

describe('money at the client’s edge', () => {
  it('survives the way to JSON and back', () => {
    const message = fc.record({
      rewardYocto: fc.bigInt({ min: 0n, max: 2n ** 128n }),
      rounds: fc.integer(),
      title: fc.string(),
      seats: fc.array(fc.record({ stakeYocto: fc.bigInt({ min: 0n, max: 2n ** 128n }) })),
      nothing: fc.constant(null),
    });
    fc.assert(
      fc.property(message, (it) => {
        const json = JSON.parse(JSON.stringify(toWire(it))) as unknown;
        expect(fromWire(json)).to.deep.equal(it);
      }),
    );
  });

  it('leaves decimal strings alone whose field is not money', () => {
    expect(fromWire({ weight: '12', paidYocto: '12' })).to.deep.equal({
      weight: '12',
      paidYocto: 12n,
    });
  });

  it('refuses money that is no whole number', () => {
    for (const bad of ['1.5', '', 'x', '1e24', ' 1']) {
      expect(() => fromWire({ paidYocto: bad })).to.throw(/^BAD_AMOUNT/);
    }
  });

  it('reads every amount that it prints', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 128n }), (yocto) => {
        expect(parseNear(formatNear(yocto))).to.equal(yocto);
      }),
    );
  });

  it('prints and reads amounts as people write them', () => {
    expect(formatNear(1_500_000_000_000_000_000_000_000n)).to.equal('1.5 NEAR');
    expect(formatNear(-1n)).to.equal('-0.000000000000000000000001 NEAR');
    expect(parseNear('2')).to.equal(2n * 10n ** 24n);
    expect(parseNear('0.25 near')).to.equal(25n * 10n ** 22n);
  });

  it('refuses amounts that it would have to guess', () => {
    for (const bad of ['', '-1', '1,5', '.5', '1.', '1e3', '0x10', `0.${'1'.repeat(25)}`, '1 N']) {
      expect(() => parseNear(bad), bad).to.throw(/^BAD_AMOUNT/);
    }
  });
});
