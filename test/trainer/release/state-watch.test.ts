import { expect } from 'chai';
import fc from 'fast-check';
import { initialRootOf } from '@commonweights/trainer/run/initial-state.js';
import { seededRootOf } from '@commonweights/trainer/run/seeded-root.js';
import { llamaLayout } from '@commonweights/trainer/program/llama.js';
import { watchState, type SeenState } from '@commonweights/trainer/release/state-watch.js';
import { json, diloco, smallRelease, sparse, type Small } from './small-release.js';

const weightsFile = 'model.safetensors';
const momentumFile = 'provenance/outer-state.safetensors';

/** What is seen of both files when they come in pieces of these sizes, over and over. */
function watch(small: Small, sizes: readonly number[], change = new Map<string, Uint8Array>()) {
  const state = watchState(small.files);
  for (const path of [weightsFile, momentumFile]) {
    const bytes = change.get(path) ?? small.files.get(path);
    const file = state.fileOf(path);
    if (!bytes || !file) continue;
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length]!;
      file.see(bytes.subarray(at, at + size));
      at += size;
    }
  }
  return state.end();
}

const sizesOf = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 });

describe('weights and momentum that go by in pieces', () => {
  const momentum = smallRelease(diloco);
  const small = smallRelease(sparse);
  const weights = small.files.get(weightsFile)!;
  const faultOf = (bytes: Uint8Array, sizes = [1000]): SeenState['weights'] =>
    watch(small, sizes, new Map([[weightsFile, bytes]])).weights;

  it('give the state root together, however they are cut', () => {
    fc.assert(
      fc.property(sizesOf, (sizes) => {
        const seen = watch(momentum, sizes);
        expect(seen).to.include({ weights: null, momentum: null, root: momentum.built.root });
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  it('have no root of their own where there is no momentum: it is the file’s digest', () => {
    expect(watch(small, [100])).to.include({ weights: null, momentum: null, root: null });
  });

  it('are seen through to the element that is not finite, wherever it stands', () => {
    const elements = llamaLayout(small.input.spec.model).length;
    const start = weights.length - 4 * elements;
    fc.assert(
      fc.property(
        sizesOf,
        fc.nat({ max: elements - 1 }),
        fc.constantFrom(NaN, Infinity, -Infinity),
        (sizes, index, value) => {
          const bytes = weights.slice();
          new DataView(bytes.buffer).setFloat32(start + 4 * index, value, true);
          const fault = faultOf(bytes, sizes)!;
          expect(fault.code).to.equal('WEIGHTS_NOT_FINITE');
          expect(fault.message).to.contain(`element ${index} of`);
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('are refused by name for every byte of the header that is another', () => {
    const header =
      8 + Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true));
    for (let at = 0; at < header; at++) {
      const bytes = weights.slice();
      bytes[at]! ^= 1;
      expect(faultOf(bytes)?.code, String(at)).to.equal('WEIGHTS_MALFORMED');
    }
  });

  it('are refused cut short, drawn out, empty, and behind a header of 100 MB', () => {
    const code = (bytes: Uint8Array) => faultOf(bytes)?.code;
    expect(code(weights.subarray(0, -1))).to.equal('WEIGHTS_MALFORMED');
    expect(code(new Uint8Array([...weights, 0]))).to.equal('WEIGHTS_MALFORMED');
    expect(code(new Uint8Array(0))).to.equal('WEIGHTS_MALFORMED');
    const bomb = weights.slice();
    new DataView(bomb.buffer).setBigUint64(0, 100_000_000n, true);
    expect(faultOf(bomb)?.message).to.contain('its header claims 100000000 bytes');
  });

  it('are looked at by nobody where the run spec cannot be read', () => {
    const files = new Map(small.files).set('provenance/run-spec.json', json({ version: 2 }));
    const state = watchState(files);
    expect(state.fileOf(weightsFile)).to.equal(null);
    expect(state.end().weights?.code).to.equal('SPEC_MALFORMED');
  });
});

describe('the root of a seed', () => {
  it('is that of the whole initial state, which is never held', () => {
    for (const outer of [sparse, diloco]) {
      const { spec } = smallRelease(outer).input;
      const program = { model: spec.model, layout: llamaLayout(spec.model) };
      expect(seededRootOf(spec)).to.equal(initialRootOf(spec, program));
    }
  });
});
