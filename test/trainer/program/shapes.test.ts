import { expect } from 'chai';
import * as arrange from '@commonweights/trainer/program/arrange.js';
import { Graph, type ElementType, type Tensor } from '@commonweights/trainer/program/graph.js';
import * as operations from '@commonweights/trainer/program/operations.js';
import * as transformer from '@commonweights/trainer/program/transformer-operations.js';

const graph = new Graph();
let made = 0;
const tensor = (shape: readonly number[], type: ElementType = 'f32'): Tensor =>
  graph.input(`x${made++}`, type, shape);
const ids = (...shape: number[]): Tensor => tensor(shape, 'i32');
const four = [1, 4, 3, 2];

/** What is refused, and what the refusal names: the operation and each shape. */
const refused: [string, () => unknown, RegExp][] = [
  ['add', () => operations.add(tensor([2, 3]), tensor([4])), /Add .*\[2, 3\] and .*\[4\]/],
  ['subtract', () => operations.subtract(tensor([2]), tensor([3])), /Sub .*\[2\] and .*\[3\]/],
  ['multiply', () => operations.multiply(tensor([2]), tensor([3])), /Mul .*\[2\] and .*\[3\]/],
  ['divide', () => operations.divide(tensor([2]), tensor([3])), /Div .*\[2\] and .*\[3\]/],
  ['maximum', () => operations.maximum(tensor([2]), tensor([3])), /Max .*\[2\] and .*\[3\]/],
  [
    'multiplyMatrices',
    () => operations.multiplyMatrices(tensor([2, 3]), tensor([4, 2])),
    /MatMul .*\[2, 3\] and .*\[4, 2\]/,
  ],
  [
    'multiplyMatrices of vectors',
    () => operations.multiplyMatrices(tensor([3]), tensor([3])),
    /MatMul .*\[3\] and .*\[3\]/,
  ],
  [
    'multiplyMatrices of unequal batches',
    () => operations.multiplyMatrices(tensor([2, 3, 4]), tensor([3, 4, 2])),
    /MatMul .*\[2, 3, 4\] and .*\[3, 4, 2\]/,
  ],
  [
    'linear',
    () => operations.linear(tensor([2, 3]), tensor([3, 2])),
    /linear .*\[2, 3\] and .*\[3, 2\]/,
  ],
  ['sum', () => operations.sum(tensor([2, 3]), [2]), /ReduceSum .*\[2, 3\]; \[2\]/],
  ['sum twice', () => operations.sum(tensor([2, 3]), [1, 1]), /ReduceSum .*\[2, 3\]; \[1, 1\]/],
  ['meanOfLastAxis', () => operations.meanOfLastAxis(tensor([])), /ReduceMean .*\[\]/],
  ['reshape', () => arrange.reshape(tensor([2, 3]), [4]), /reshape .*\[2, 3\]; \[4\]/],
  ['transpose', () => arrange.transpose(tensor([2, 3]), [0, 0]), /transpose .*\[2, 3\]; \[0, 0\]/],
  ['transpose in part', () => arrange.transpose(tensor([2, 3]), [1]), /transpose .*; \[1\] leaves/],
  ['swapLastAxes', () => arrange.swapLastAxes(tensor([2])), /swapLastAxes .*\[2\]/],
  ['slice', () => arrange.slice(tensor([2, 3]), 1, 2, 2), /slice .*\[2, 3\]; 2 to 4/],
  ['slice of nothing', () => arrange.slice(tensor([2]), 0, 0, 0), /slice .*\[2\]; 0 to 0/],
  ['slice of a strange axis', () => arrange.slice(tensor([2]), 1, 0, 1), /slice .*\[2\]; \[1\]/],
  ['pad', () => arrange.pad(tensor([2, 3]), 1, 2, 4), /pad .*\[2, 3\]; 2 in 4/],
  [
    'concatenate',
    () => arrange.concatenate([tensor([2, 3]), tensor([2, 4])], 0),
    /concatenate .*\[2, 3\] and .*\[2, 4\]/,
  ],
  [
    'concatenate of ranks',
    () => arrange.concatenate([tensor([2, 3]), tensor([2])], 0),
    /concatenate .*\[2, 3\] and .*\[2\]/,
  ],
  [
    'gatherRows',
    () => transformer.gatherRows(tensor([4, 3]), ids(2, 2)),
    /gatherRows .*\[4, 3\] and .*\[2, 2\]/,
  ],
  [
    'rmsNorm',
    () => transformer.rmsNorm(tensor([2, 3]), tensor([2]), 1e-5),
    /rmsNorm .*\[2, 3\] and .*\[2\]/,
  ],
  ['softmax', () => transformer.softmax(tensor([])), /softmax .*\[\]/],
  [
    'rotate',
    () =>
      transformer.rotate(tensor([1, 2, 3, 4]), { cosine: tensor([3, 4]), sine: tensor([3, 2]) }),
    /rotate .*\[1, 2, 3, 4\] and .*\[3, 4\] and .*\[3, 2\]/,
  ],
  [
    'rotate of an odd width',
    () => transformer.rotate(tensor([3, 3]), { cosine: tensor([3, 3]), sine: tensor([3, 3]) }),
    /rotate .*\[3, 3\].*an even width/,
  ],
  [
    'attend with heads that do not divide',
    () => transformer.attend(tensor(four), tensor([1, 3, 3, 2]), tensor([1, 3, 3, 2])),
    /attend .*\[1, 4, 3, 2\] and .*\[1, 3, 3, 2\]/,
  ],
  [
    'attend with other values than keys',
    () => transformer.attend(tensor(four), tensor([1, 2, 3, 2]), tensor([1, 2, 4, 2])),
    /attend .*\[1, 2, 3, 2\] and .*\[1, 2, 4, 2\]/,
  ],
  [
    'attend from more positions than keys',
    () => transformer.attend(tensor(four), tensor([1, 2, 2, 2]), tensor([1, 2, 2, 2])),
    /attend .*no more positions than keys/,
  ],
  [
    'crossEntropy',
    () => transformer.crossEntropy(tensor([4, 3]), ids(3)),
    /crossEntropy .*\[4, 3\] and .*\[3\]/,
  ],
];

const mistyped: [string, () => unknown][] = [
  ['Add', () => operations.add(tensor([2]), ids(2))],
  ['Sqrt', () => operations.squareRoot(ids(2))],
  ['Sigmoid', () => operations.sigmoid(ids(2))],
  ['MatMul', () => operations.multiplyMatrices(ids(2, 2), tensor([2, 2]))],
  ['linear', () => operations.linear(tensor([2, 2]), ids(2, 2))],
  ['ReduceSumSquare', () => operations.sumOfSquares(ids(2))],
  ['gatherRows', () => transformer.gatherRows(tensor([2, 2]), tensor([2]))],
  ['rmsNorm', () => transformer.rmsNorm(tensor([2, 2]), ids(2), 1e-5)],
  ['softmax', () => transformer.softmax(ids(2))],
  ['crossEntropy', () => transformer.crossEntropy(tensor([2, 2]), tensor([2]))],
];

describe('building a graph', () => {
  for (const [what, build, message] of refused) {
    it(`refuses ${what} of shapes that do not fit, naming both`, () => {
      expect(build).to.throw(/^SHAPE_MISMATCH: /);
      expect(build).to.throw(message);
    });
  }

  for (const [op, build] of mistyped) {
    it(`refuses ${op} of the wrong element type`, () => {
      expect(build).to.throw(new RegExp(`^TYPE_MISMATCH: ${op} of x\\d+ .*must be (f32|i32)$`));
    });
  }

  it('refuses a tensor of another graph', () => {
    const other = new Graph().input('other', 'f32', [2]);
    expect(() => operations.add(tensor([2]), other)).to.throw(/^FOREIGN_TENSOR: Add of other/);
  });

  it('refuses sizes that are no natural numbers, and tensors beyond memory', () => {
    expect(() => tensor([2, 0])).to.throw(/^BAD_SHAPE: .*\[2, 0\]/);
    expect(() => tensor([2 ** 20, 2 ** 20])).to.throw(/^BAD_SHAPE/);
  });

  it('computes once what is written twice, and nothing that no output needs', () => {
    const own = new Graph();
    const x = own.input('x', 'f32', [2, 2]);
    const twice = operations.multiply(
      operations.add(transformer.softmax(x), own.scalar(1)),
      operations.add(transformer.softmax(x), own.scalar(1)),
    );
    operations.sigmoid(x);
    own.output('y', twice);
    const text = new TextDecoder('latin1').decode(own.write('shared'));
    expect(text.match(/Softmax/g)).to.have.length(1);
    expect(text.match(/Add/g)).to.have.length(1);
    expect(text).not.to.include('Sigmoid');
  });
});
