import { expect } from 'chai';
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
