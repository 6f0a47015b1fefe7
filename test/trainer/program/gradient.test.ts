import { expect } from 'chai';
import { compareWithDifferences } from '@commonweights/trainer/engines/conformance/finite-differences.js';
import { operationCases } from '@commonweights/trainer/engines/conformance/operation-cases.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { differentiate } from '@commonweights/trainer/program/gradient.js';
import { Graph, type Tensor } from '@commonweights/trainer/program/graph.js';
import * as operations from '@commonweights/trainer/program/operations.js';

describe('differentiate', () => {
  for (const one of operationCases) {
    it(`agrees with finite differences: ${one.name}`, async () => {
      await compareWithDifferences(one, await createOrtWasmEngine().runtime());
    });
  }

  it('adds up what flows back over several paths', async () => {
    const one = {
      name: 'x · x + x',
      shapes: [[3]],
      build: (x: Tensor) => operations.add(operations.multiply(x, x), x),
    };
    await compareWithDifferences(one, await createOrtWasmEngine().runtime());
  });

  it('refuses a way to a target through an operation without a rule', () => {
    const graph = new Graph();
    const x = graph.input('x', 'f32', [2]);
    const larger = operations.maximum(x, graph.scalar(0));
    const loss = operations.sum(operations.add(x, larger), [0]);
    expect(() => differentiate(loss, [x])).to.throw(/^NO_GRADIENT_RULE: Max, .* from x \[2\]/);
  });

  it('refuses a loss that is not a scalar', () => {
    const x = new Graph().input('x', 'f32', [2]);
    expect(() => differentiate(x, [x])).to.throw('NOT_A_SCALAR');
  });

  it('refuses a target on which the loss does not depend', () => {
    const graph = new Graph();
    const x = graph.input('x', 'f32', [2]);
    const other = graph.input('other', 'f32', [2]);
    expect(() => differentiate(operations.sumOfSquares(x), [other])).to.throw(/NO_GRADIENT.*other/);
  });
});
