import { expect } from 'chai';
import {
  checkEngine,
  type Check,
} from '@commonweights/trainer/engines/conformance/check-engine.js';
import { graphOf } from '@commonweights/trainer/engines/conformance/finite-differences.js';
import { largeCases } from '@commonweights/trainer/engines/conformance/large-cases.js';
import {
  operationCases,
  type OperationCase,
} from '@commonweights/trainer/engines/conformance/operation-cases.js';
import { repeatUnderThreads } from '@commonweights/trainer/engines/conformance/repeat-under-threads.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import type { GraphRuntime } from '@commonweights/trainer/engines/graph-runtime.js';
import { createOrtNativeEngine } from '@commonweights/trainer/engines/ort-native.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { openSession } from '@commonweights/trainer/engines/program-session.js';
import { createSimdWasmEngine } from '@commonweights/trainer/engines/simd-wasm.js';
import { createTfjsEngine } from '@commonweights/trainer/engines/tfjs.js';
import { allowedOperations } from '@commonweights/trainer/program/count-flops.js';
import { absentHere } from '../../support/absent-here.js';
import { readOnnx } from '@commonweights/trainer/program/onnx-reader.js';

const reference = createOrtWasmEngine();
const engines = [
  reference,
  createSimdWasmEngine(),
  createOrtNativeEngine({ threads: 2 }),
  createOrtNativeEngine({ threads: 2, precision: 'float16' }),
  createOrtNativeEngine({ precision: 'bfloat16' }),
  createTfjsEngine(),
  createTfjsEngine({ backend: 'cpu' }),
];

describe('conformance', () => {
  for (const engine of engines) {
    it(`holds for ${engine.name}`, async function () {
      const absent = await engine.runtime().then(
        () => null,
        (error: Error) => error.message,
      );
      if (absent !== null) {
        expect(absent).to.match(/^ENGINE_ABSENT: /);
        absentHere(this, `${absent} (an optional package)`);
      }
      const checks = await checkEngine({ engine, reference, repeats: 2, only: left(engine) });
      expect(failed(checks)).to.deep.equal([]);
      expect(checks.length).to.be.above(6);
    });
  }

  it('covers every operation that programs may use, small and large', () => {
    const opsOf = (cases: readonly OperationCase[]) =>
      new Set(cases.flatMap((one) => readOnnx(graphOf(one)).nodes.map(({ op }) => op)));
    for (const cases of [operationCases, largeCases]) {
      const covered = opsOf(cases);
      expect(allowedOperations.filter((op) => !covered.has(op))).to.deep.equal([]);
    }
  });

  it('finds one result under each of 1, 2 and 4 threads, however often', async () => {
    const checks = await repeatUnderThreads({ threads: [1, 2, 4], repeats: 3 });
    expect(checks).to.have.length(largeCases.length);
    expect(failed(checks)).to.deep.equal([]);
  });

  it('fails an engine whose sums come out differently each time', async () => {
    let runs = 0;
    const engine = changed(await reference.runtime(), (values) => {
      if (Math.sin(++runs) > 0.6) values[0] = Math.fround(values[0]! * (1 + 2 ** -20));
    });
    const only = (name: string) => /cross entropy|same steps/.test(name);
    const names = failed(await checkEngine({ engine, reference, repeats: 8, only })).join('\n');
    expect(names).to.include('repeats: cross entropy');
    expect(names).to.include('the same steps end in the same state');
  });

  it('fails an engine that has an operation wrong', async () => {
    const engine = changed(await reference.runtime(), (values) => {
      if (values.length > 1) values.reverse();
    });
    const only = (name: string) => /linear|whole steps/.test(name);
    const names = failed(await checkEngine({ engine, reference, repeats: 1, only })).join('\n');
    expect(names).to.include('gradient: linear');
    expect(names).to.include('whole steps agree with the reference');
  });
});

/**
 * Gradients of the exact engine have a test of their own; TensorFlow.js has one thread here; and mixed
 * precision changes products only.
 */
function left(engine: Engine): (name: string) => boolean {
  if (engine === reference) return (name) => !name.startsWith('gradient: ');
  if (engine.precision) {
    return (name) => /multiplyMatrices|linear|InBlocks|attend|steps|plans|refus/.test(name);
  }
  if (engine.name.startsWith('tfjs')) return (name) => !name.startsWith('repeats: ');
  return () => true;
}

function failed(checks: readonly Check[]): string[] {
  return checks.filter(({ passed }) => !passed).map(({ name, detail }) => `${name}: ${detail}`);
}

/** The exact engine, whose results somebody has touched. */
function changed(runtime: GraphRuntime, touch: (values: Float32Array) => void): Engine {
  const touched: GraphRuntime = {
    hold: (tensor) => runtime.hold(tensor),
    open: async (model) => {
      const graph = await runtime.open(model);
      return {
        release: () => graph.release(),
        run: async (feeds) => {
          const results = await graph.run(feeds);
          for (const tensor of Object.values(results)) touch(await tensor.read());
          return results;
        },
      };
    },
  };
  return {
    name: 'changed',
    class: 'exact',
    fingerprint: () => reference.fingerprint(),
    runtime: async () => touched,
    compile: async (program) => openSession({ name: 'changed', runtime: touched }, program),
  };
}
