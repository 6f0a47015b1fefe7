import { expect } from 'chai';
import { flipEveryByte } from './every-offset.js';
import { KINDS, mutate } from './mutations.js';

describe('mutations of a release', () => {
  it('are all refused, each with a code that belongs to it', async () => {
    const kinds = new Set<string>();
    for await (const { kind, code, what } of mutate({ count: 300, seed: 7 })) {
      kinds.add(kind);
      expect(code, `${kind}: ${what}`).to.be.a('string');
      const { codes } = KINDS[kind]!;
      if (codes) expect(codes, `${kind}: ${what}`).to.include(code);
    }
    expect([...kinds]).to.deep.equal(Object.keys(KINDS));
  });

  it('are refused at every offset of every small file', function () {
    this.timeout(20_000);
    let flips = 0;
    for (const { code, what } of flipEveryByte((offset) => offset)) {
      flips++;
      if (code !== 'FILE_ALTERED') expect(code, what).to.equal('FILE_ALTERED');
    }
    expect(flips).to.be.above(20_000);
  });

  it('are the same again from the same seed', async () => {
    const of = async (seed: number): Promise<string[]> => {
      const all: string[] = [];
      for await (const { kind, code, what } of mutate({ count: 1, seed })) {
        all.push(`${kind} ${code} ${what}`);
      }
      return all;
    };
    const once = await of(3);
    expect(await of(3)).to.deep.equal(once);
    expect(await of(4)).to.not.deep.equal(once);
  });
});
