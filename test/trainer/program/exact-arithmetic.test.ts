import { expect } from 'chai';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { biasCorrections } from '@commonweights/trainer/program/adamw.js';
import { drawBlock, keyOf } from '@commonweights/trainer/program/counter-random.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { rotaryTables, type RotaryScaling } from '@commonweights/trainer/program/rotary-table.js';
import { tinyOptimizer, tinyProgram } from '../engines/tiny.js';

describe('the counter-based generator', () => {
  it('is Philox 4×32-10: the published answer for zeros', () => {
    const out = new Uint32Array(4);
    drawBlock(keyOf(0, 0), 0, out);
    expect([...out]).to.deep.equal([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });

  it('multiplies 32-bit words exactly, as integers of any size do', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(), fc.maxSafeNat(), (seed, stream, index) => {
        const out = new Uint32Array(4);
        drawBlock(keyOf(seed, stream), index, out);
        expect([...out]).to.deep.equal(philox(seed, stream, index));
      }),
    );
  });

  it('refuses seeds that are not natural numbers', () => {
    for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
      expect(() => keyOf(seed, 0)).to.throw(/^BAD_SEED/);
    }
  });
});

describe('initial weights', () => {
  const program = tinyProgram();

  it('are the same bits on every machine', () => {
    const params = initialParams(program, 1);
    expect(digestOf(new Uint8Array(params.buffer))).to.equal(
      'sha256:9501c98648e6b4fa9a25a35be99284597eb6c05fce1141ce34831d4cbbf7d98a',
    );
  });

  it('differ from seed to seed', () => {
    expect(initialParams(program, 1)).not.to.deep.equal(initialParams(program, 2));
  });

  it('have the deviation of their kind and mean zero', () => {
    const large = tinyProgram({ vocabSize: 4096 });
    const params = initialParams(large, 5);
    const slot = large.layout.slots[0]!;
    const values = params.subarray(slot.offset, slot.offset + slot.length);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).to.be.below(0.02 * 0.02);
    expect(Math.sqrt(variance)).to.be.closeTo(0.02, 0.0004);
    const gain = large.layout.slots.find((it) => it.name === 'model.norm.weight')!;
    expect([...params.subarray(gain.offset, gain.offset + gain.length)]).to.deep.equal(
      Array.from({ length: gain.length }, () => 1),
    );
  });
});

describe('rotary tables', () => {
  it('agree with cosines and sines of the textbook formula', () => {
    for (const { positions, width, theta } of [
      { positions: 64, width: 8, theta: 10_000 },
      { positions: 2048, width: 64, theta: 500_000 },
      { positions: 4, width: 2, theta: 1 },
    ]) {
      const { cosine, sine } = rotaryTables({ positions, width, theta });
      let worst = 0;
      for (let position = 0; position < positions; position++) {
        for (let i = 0; i < width / 2; i++) {
          const angle = position * Math.pow(theta, (-2 * i) / width);
          const at = position * (width / 2) + i;
          const error = Math.hypot(cosine[at]! - Math.cos(angle), sine[at]! - Math.sin(angle));
          worst = Math.max(worst, error);
        }
      }
      expect(worst).to.be.below(1e-6);
    }
  });
});

describe('scaled rotary tables', () => {
  const sizes = { positions: 512, width: 32, theta: 500_000 };
  /** Angles of one position, by the formula that transformers uses. */
  const worst = (scaling: RotaryScaling, frequencyOf: (plain: number) => number): number => {
    const { cosine, sine } = rotaryTables({ ...sizes, scaling });
    let most = 0;
    for (let i = 0; i < 16; i++) {
      const angle = 511 * frequencyOf(Math.pow(sizes.theta, -i / 16));
      const at = 511 * 16 + i;
      most = Math.max(most, Math.hypot(cosine[at]! - Math.cos(angle), sine[at]! - Math.sin(angle)));
    }
    return most;
  };

  it('turn more slowly by a factor', () => {
    expect(worst({ kind: 'linear', factor: 4 }, (plain) => plain / 4)).to.be.below(1e-6);
  });

  it('turn only low frequencies more slowly in the way of Llama 3.1', () => {
    const scaling = {
      kind: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalContextLength: 128,
    } as const;
    const seen = new Set<string>();
    const apart = worst(scaling, (plain) => {
      const length = (2 * Math.PI) / plain;
      seen.add(length > 128 ? 'low' : length < 32 ? 'high' : 'between');
      if (length > 128) return plain / 8;
      if (length < 32) return plain;
      const smooth = (128 / length - 1) / 3;
      return ((1 - smooth) * plain) / 8 + smooth * plain;
    });
    expect(apart).to.be.below(1e-6);
    expect([...seen].sort()).to.deep.equal(['between', 'high', 'low']);
  });

  it('change nothing with a factor of 1', () => {
    expect(rotaryTables({ ...sizes, scaling: { kind: 'linear', factor: 1 } })).to.deep.equal(
      rotaryTables(sizes),
    );
  });
});

describe('bias corrections', () => {
  it('agree with powers', () => {
    for (const steps of [1, 2, 3, 10, 1000, 123_456]) {
      const { first, second } = biasCorrections(tinyOptimizer, steps);
      expect(first).to.be.closeTo(1 - Math.pow(0.9, steps), 1e-7);
      expect(second).to.be.closeTo(1 - Math.pow(0.95, steps), 1e-7);
    }
  });
});

describe('the exact path', () => {
  it('uses no function whose bits differ between JavaScript engines', () => {
    for (const folder of ['trainer/program', 'trainer/data']) {
      for (const name of readdirSync(folder)) {
        const code = readFileSync(`${folder}/${name}`, 'utf8').replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
        expect(code, `${folder}/${name}`).not.to.match(
          /\*\*|Math\.(pow|exp|log|sin|cos|tan|tanh|cbrt|hypot|random)/,
        );
      }
    }
  });
});

/** The generator again, in big integers. */
function philox(seed: number, stream: number, index: number): number[] {
  const mask = 0xffffffffn;
  let [c0, c1] = [BigInt(index) & mask, BigInt(index) >> 32n];
  let [c2, c3] = [BigInt(stream), 0n];
  let [k0, k1] = [BigInt(seed) & mask, BigInt(seed) >> 32n];
  for (let round = 0; round < 10; round++) {
    const first = 0xd2511f53n * c0;
    const second = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [
      (second >> 32n) ^ c1 ^ k0,
      second & mask,
      (first >> 32n) ^ c3 ^ k1,
      first & mask,
    ];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}
