import { expect } from 'chai';
import {
  addMove,
  moveMoney,
  noMoney,
  payOut,
  receiveMoney,
} from '@commonweights/dao-contracts/rules/totals.js';

describe('money between buckets', () => {
  it('comes in, moves and goes out, and nothing else changes', () => {
    const moves = noMoney();
    receiveMoney(moves, 'treasury', 5n);
    moveMoney(moves, 'treasury', 'ledgers', 3n);
    payOut(moves, 'ledgers', 2n);
    expect(moves).to.deep.equal({ ...noMoney(), treasury: 2n, ledgers: 1n });
  });

  it('never moves, comes in or goes out by less than nothing: that would be the other way', () => {
    const moves = noMoney();
    expect(() => receiveMoney(moves, 'treasury', -1n)).to.throw('BUG: receiving -1');
    expect(() => moveMoney(moves, 'treasury', 'ledgers', -1n)).to.throw('BUG: moving -1');
    expect(() => payOut(moves, 'ledgers', -1n)).to.throw('BUG: paying out -1 from ledgers');
    expect(moves).to.deep.equal(noMoney());
  });

  it('stops a call that would leave a bucket below zero', () => {
    expect(addMove('escrows', 5n, -5n)).to.equal(0n);
    expect(() => addMove('escrows', 5n, -6n)).to.throw('BUG: escrows would be -1');
  });
});
