import { expect } from 'chai';
import fc from 'fast-check';
import {
  BitModel,
  RangeDecoder,
  RangeEncoder,
} from '@commonweights/trainer/exchange/range-coder.js';

type Symbol = { context: number; bit: number } | { value: number; count: number };

const anySymbol: fc.Arbitrary<Symbol> = fc.oneof(
  fc.record({ context: fc.nat({ max: 3 }), bit: fc.nat({ max: 1 }) }),
  fc
    .integer({ min: 1, max: 16 })
    .chain((count) =>
      fc.record({ value: fc.nat({ max: 2 ** count - 1 }), count: fc.constant(count) }),
    ),
);

function encode(symbols: readonly Symbol[]): Uint8Array {
  const model = new BitModel(4);
  const coder = new RangeEncoder(0);
  for (const symbol of symbols) {
    if ('bit' in symbol) coder.bit(model, symbol.context, symbol.bit);
    else coder.plain(symbol.value, symbol.count);
  }
  return coder.finish();
}

function decode(bytes: Uint8Array, like: readonly Symbol[]) {
  const model = new BitModel(4);
  const coder = new RangeDecoder(bytes);
  const symbols = like.map((symbol): Symbol =>
    'bit' in symbol
      ? { context: symbol.context, bit: coder.bit(model, symbol.context) }
      : { value: coder.plain(symbol.count), count: symbol.count },
  );
  return { symbols, missing: coder.missing };
}

describe('the range coder', () => {
  it('gives back what it was given and reads no byte beyond the end', () => {
    fc.assert(
      fc.property(fc.array(anySymbol, { maxLength: 600 }), (symbols) => {
        const { symbols: back, missing } = decode(encode(symbols), symbols);
        expect(back).to.deep.equal(symbols);
        expect(missing).to.equal(0);
      }),
      { numRuns: 300 },
    );
  });

  it('carries through runs of 0xff', () => {
    // Ones of all-plain bits push `low` to the top, the last bit decides whether it carries.
    for (let ones = 0; ones < 40; ones++) {
      for (const last of [0, 1]) {
        const symbols: Symbol[] = [
          ...Array.from({ length: ones }, () => ({ value: 0xffff, count: 16 })),
          { context: 0, bit: last },
          { value: 0x8000 * last, count: 16 },
        ];
        expect(decode(encode(symbols), symbols).symbols).to.deep.equal(symbols);
      }
    }
  });

  it('spends little on what it has learned to expect', () => {
    const symbols = Array.from({ length: 8000 }, (_, i) => ({ context: 0, bit: +(i % 64 === 0) }));
    // Entropy of a 1/64 bit is 0.116 bits.
    expect((8 * encode(symbols).length) / symbols.length).to.be.below(0.13);
  });
});
