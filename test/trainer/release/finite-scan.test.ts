import { expect } from 'chai';
import fc from 'fast-check';
import { firstNonFinite } from '@commonweights/trainer/exchange/finite.js';
import { FiniteScan } from '@commonweights/trainer/release/finite-scan.js';

describe('a scan for what is not finite', () => {
  it('answers what the plain search answers, in its buffers and elsewhere', () => {
    const scan = new FiniteScan(2, 1024);
    const value = fc.oneof(
      { weight: 20, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }) },
      { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
    );
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 200 }),
        fc.nat({ max: 40 }),
        fc.boolean(),
        (list, from, inside) => {
          const { buffer, byteOffset } = scan.buffers[1]!;
          const values = inside
            ? new Float32Array(buffer, byteOffset + 4 * from, list.length)
            : new Float32Array(list.length);
          values.set(list);
          expect(scan.firstNonFinite(values)).to.equal(firstNonFinite(values));
          expect(firstNonFinite(values)).to.equal(values.findIndex((one) => !Number.isFinite(one)));
        },
      ),
      { numRuns: 500, endOnFailure: true },
    );
  });

  it('finds every pattern of bits that is not finite, and no other', () => {
    const scan = new FiniteScan(1, 64);
    const { buffer, byteOffset } = scan.buffers[0]!;
    const bits = new Uint32Array(buffer, byteOffset, 4);
    const values = new Float32Array(buffer, byteOffset, 4);
    for (const [pattern, bad] of [
      [0x7f800000, true],
      [0xff800000, true],
      [0x7f800001, true],
      [0xffffffff, true],
      [0x7f7fffff, false],
      [0xff7fffff, false],
      [0x00000001, false],
      [0x80000000, false],
    ] as const) {
      for (let lane = 0; lane < 4; lane++) {
        bits.fill(0);
        bits[lane] = pattern;
        expect(scan.firstNonFinite(values)).to.equal(bad ? lane : -1);
      }
    }
  });
});
