import { expect } from 'chai';
import fc from 'fast-check';
import { explainFailure } from '@commonweights/trainer/engines/failure.js';
import { Heap } from '@commonweights/trainer/engines/simd/heap.js';

const page = 65_536;
const heapOf = (pages: number): Heap =>
  new Heap(new WebAssembly.Memory({ initial: 1, maximum: pages }), 1000);

describe('places in the memory of simd-wasm', () => {
  it('never overlap, and are one gap again when all are given back', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sizes, fc.array(fc.nat()), (wanted, picks) => {
        const heap = heapOf(64);
        const taken: { at: number; bytes: number }[] = [];
        const apart = (at: number, bytes: number): boolean =>
          taken.every((one) => at + bytes <= one.at || one.at + one.bytes <= at);
        wanted.forEach((bytes, i) => {
          const at = heap.take(bytes);
          expect(at % 64).to.equal(0);
          expect(at).to.be.at.least(1000);
          expect(apart(at, bytes)).to.equal(true);
          taken.push({ at, bytes });
          const pick = picks[i];
          if (pick !== undefined && pick % 2 === 0) {
            heap.give(taken.splice(pick % taken.length, 1)[0]!.at);
          }
        });
        const { size } = heap;
        for (const { at } of taken) heap.give(at);
        // As much as was ever taken fits in one piece, without growing.
        const whole = heap.take(size - 1024 - page);
        expect(whole).to.equal(1024);
        expect(heap.size).to.equal(size);
      }),
      { endOnFailure: true },
    );
  });

  it('are refused when the memory is full, and to be had again when something is given back', () => {
    const heap = heapOf(4);
    const first = heap.take(2 * page);
    let said: unknown;
    try {
      heap.take(3 * page);
    } catch (error) {
      said = error;
    }
    expect(explainFailure('simd-wasm', said).message).to.match(/^OUT_OF_MEMORY: simd-wasm said/);
    heap.give(first);
    expect(heap.take(3 * page)).to.equal(first);
  });

  it('cannot be given back twice', () => {
    const heap = heapOf(1);
    const at = heap.take(10);
    heap.give(at);
    expect(() => heap.give(at)).to.throw('BUG: nothing was taken');
  });
});
