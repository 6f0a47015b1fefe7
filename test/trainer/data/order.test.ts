import { expect } from 'chai';
import fc from 'fast-check';
import { PackedSequences, packTokens } from '@commonweights/trainer/data/packed-sequences.js';
import { permute } from '@commonweights/trainer/data/permutation.js';
import { sliceBatches, slicesPerEpoch } from '@commonweights/trainer/data/slice.js';

const counting = (tokens: number, context: number) =>
  new PackedSequences(packTokens(Array.from({ length: tokens }, (_, i) => i)), context);

describe('packed sequences', () => {
  it('give context + 1 tokens at a stride of context', () => {
    const sequences = counting(11, 3);
    expect(sequences.count).to.equal(3);
    const out = new Int32Array(4);
    sequences.read(2, out, 0);
    expect([...out]).to.deep.equal([6, 7, 8, 9]);
  });

  it('read u16 little-endian at any byte offset', () => {
    const bytes = Uint8Array.of(0xff, 0x01, 0x02, 0xff, 0xff).subarray(1);
    const out = new Int32Array(2);
    new PackedSequences(bytes, 1).read(0, out, 0);
    expect([...out]).to.deep.equal([0x0201, 0xffff]);
  });

  it('give back what was packed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { minLength: 2, maxLength: 50 }), (tokens) => {
        const out = new Int32Array(tokens.length);
        new PackedSequences(packTokens(tokens), tokens.length - 1).read(0, out, 0);
        expect([...out]).to.deep.equal(tokens);
      }),
    );
  });

  it('refuse half a token, too few tokens, an impossible context and a wrong index', () => {
    expect(() => new PackedSequences(new Uint8Array(3), 1)).to.throw(/^BAD_DATA: 3 bytes/);
    expect(() => new PackedSequences(new Uint8Array(8), 4)).to.throw(/^BAD_DATA: 4 tokens/);
    expect(() => new PackedSequences(new Uint8Array(0), 4)).to.throw(/^BAD_DATA/);
    expect(() => new PackedSequences(new Uint8Array(8), 0)).to.throw(/^BAD_DATA: context/);
    expect(() => counting(9, 4).read(2, new Int32Array(5), 0)).to.throw(/^BAD_SEQUENCE/);
    expect(() => packTokens([70_000])).to.throw(/^BAD_TOKEN: 70000/);
  });
});

describe('the order of an epoch', () => {
  it('is a permutation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.nat(),
        fc.nat(1000),
        (count, seed, epoch) => {
          const seen = new Set<number>();
          for (let i = 0; i < count; i++) seen.add(permute({ count, seed, epoch }, i));
          expect(seen.size).to.equal(count);
          expect(Math.max(...seen)).to.equal(count - 1);
        },
      ),
    );
  });

  it('differs by seed and by epoch', () => {
    const order = (seed: number, epoch: number) =>
      Array.from({ length: 100 }, (_, i) => permute({ count: 100, seed, epoch }, i)).join();
    expect(new Set([order(1, 0), order(1, 1), order(2, 0)]).size).to.equal(3);
  });

  it('is the same on every machine', () => {
    const order = Array.from({ length: 8 }, (_, i) =>
      permute({ count: 1000, seed: 7, epoch: 3 }, i),
    );
    expect(order).to.deep.equal([79, 737, 4, 23, 67, 698, 577, 607]);
  });

  it('scatters neighbours', () => {
    const count = 4096;
    let distance = 0;
    for (let i = 1; i < count; i++) {
      const at = (index: number) => permute({ count, seed: 1, epoch: 0 }, index);
      distance += Math.abs(at(i) - at(i - 1));
    }
    // Two random positions are a third of the count apart
    expect(distance / count).to.be.within(count * 0.3, count * 0.37);
  });

  it('refuses an index, a count and an epoch out of range', () => {
    const epoch = { count: 10, seed: 1, epoch: 0 };
    expect(() => permute(epoch, 10)).to.throw(/^BAD_PERMUTATION: index/);
    expect(() => permute({ ...epoch, count: 0 }, 0)).to.throw(/^BAD_PERMUTATION: count/);
    expect(() => permute({ ...epoch, epoch: -1 }, 0)).to.throw(/^BAD_PERMUTATION: epoch/);
    expect(() => permute({ ...epoch, seed: -1 }, 0)).to.throw(/^BAD_SEED/);
  });
});

describe('slices', () => {
  const spec = { sequences: counting(101, 4), seed: 5, innerSteps: 3, batchSize: 2 };

  it('of one epoch share no sequence and leave less than a slice out', () => {
    const perEpoch = slicesPerEpoch(spec);
    expect(perEpoch).to.equal(Math.floor(25 / 6));
    const firsts: number[] = [];
    for (let slice = 0; slice < perEpoch; slice++) {
      for (const batch of sliceBatches(spec, slice)) firsts.push(batch[0]!, batch[5]!);
    }
    expect(new Set(firsts).size).to.equal(perEpoch * 6);
    for (const first of firsts) expect(first % 4).to.equal(0);
  });

  it('go on in another order after an epoch', () => {
    const perEpoch = slicesPerEpoch(spec);
    const batches = (slice: number) => sliceBatches(spec, slice).map((batch) => batch.join());
    expect(batches(0)).not.to.deep.equal(batches(perEpoch));
    expect(batches(perEpoch)).to.deep.equal(batches(perEpoch));
  });

  it('hold H batches of B rows of context + 1 tokens', () => {
    const batches = sliceBatches(spec, 2);
    expect(batches.map((batch) => batch.length)).to.deep.equal([10, 10, 10]);
    for (const batch of batches) {
      for (const row of [0, 5]) {
        for (let i = 1; i < 5; i++) expect(batch[row + i]).to.equal(batch[row]! + i);
      }
    }
  });

  it('are refused for impossible ids and sizes, and when data fill none', () => {
    expect(() => sliceBatches(spec, -1)).to.throw(/^BAD_SLICE/);
    expect(() => sliceBatches(spec, 0.5)).to.throw(/^BAD_SLICE/);
    expect(() => sliceBatches({ ...spec, innerSteps: 0 }, 0)).to.throw(/^BAD_SLICE: 0 inner/);
    expect(() => sliceBatches({ ...spec, batchSize: 1e9 }, 0)).to.throw(/^BAD_SLICE: batch/);
    expect(() => slicesPerEpoch({ ...spec, innerSteps: 13 })).to.throw(/^TOO_LITTLE_DATA/);
  });
});
