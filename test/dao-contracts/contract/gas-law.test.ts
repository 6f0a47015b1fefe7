import { expect } from 'chai';
import { findUneven } from './gas-law.js';

describe('gas at few and at many', () => {
  const few = new Map([
    ['vote', 3],
    ['execute', 20],
  ]);

  it('may differ by half a Tgas, or a tenth where that is more', () => {
    expect(findUneven(few, new Map(few))).to.deep.equal([]);
    const near = new Map([
      ['vote', 3.5],
      ['execute', 18.01],
    ]);
    expect(findUneven(few, near)).to.deep.equal([]);
  });

  it('is uneven beyond that, in both directions, and where one of both is missing', () => {
    const far = new Map([
      ['vote', 3.51],
      ['execute', 17.99],
      ['propose', 4],
    ]);
    expect(findUneven(few, far)).to.deep.equal([
      'vote burns 3.51 Tgas instead of 3.00',
      'execute burns 17.99 Tgas instead of 20.00',
      'propose is measured once only',
    ]);
  });
});
