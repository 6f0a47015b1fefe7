import { expect } from 'chai';
import fc from 'fast-check';
import { countFlops } from '@commonweights/trainer/program/count-flops.js';
import { Graph } from '@commonweights/trainer/program/graph.js';
import { readOnnx } from '@commonweights/trainer/program/onnx-reader.js';
import * as operations from '@commonweights/trainer/program/operations.js';
import { tinyProgram } from '../engines/tiny.js';

const { step } = tinyProgram();

/** A field of protobuf's wire format: bytes where given bytes, else a varint below 128. */
function field(number: number, value: number | Uint8Array | string): Uint8Array {
  if (typeof value === 'number') return Uint8Array.of(number * 8, value);
  const body = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  const key = number * 8 + 2;
  const head = key < 128 ? [key] : [(key % 128) + 128, Math.floor(key / 128)];
  if (body.length > 127) throw new Error('longer than this test writes');
  return Uint8Array.of(...head, body.length, ...body);
}

const join = (...parts: Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((one) => [...one]));
const floats = join(field(1, 1), field(2, 1), field(8, 'c'));

/** A model around a graph's fields, with everything else as it should be. */
function model(graph: Uint8Array, more: Uint8Array = new Uint8Array()): Uint8Array {
  const set = field(8, field(2, 18));
  return join(field(1, 9), field(2, 'commonweights'), field(7, graph), set, more);
}

const hostile: [string, Uint8Array][] = [
  ['data in another file', join(floats, field(9, new Uint8Array(4)), field(14, 1))],
  ['a path to data', join(floats, field(9, new Uint8Array(4)), field(13, 'location'))],
  ['no data', floats],
  ['too few bytes of data', join(floats, field(9, new Uint8Array(3)))],
  ['an element type of its own', join(field(1, 1), field(2, 8), field(8, 'c'), field(9, 'text'))],
];

describe('reading a program', () => {
  it('gives back what was written: nodes, constants, inputs, outputs', () => {
    const graph = new Graph();
    const x = graph.input('x', 'f32', [2, 3]);
    graph.output('y', operations.add(x, graph.constant([1, 2, 3], [3])));
    const program = readOnnx(graph.write('small'));
    expect(program.inputs).to.deep.equal([{ name: 'x', type: 'f32', shape: [2, 3] }]);
    expect(program.outputs).to.deep.equal([{ name: 'y', type: 'f32', shape: [2, 3] }]);
    expect(program.nodes.map(({ op }) => op)).to.deep.equal(['Add']);
    const [constant] = program.constants;
    expect(new Float32Array(constant!.data.slice().buffer)).to.deep.equal(Float32Array.of(1, 2, 3));
  });

  for (const [what, constant] of hostile) {
    it(`refuses a constant with ${what}`, () => {
      expect(() => readOnnx(model(field(5, constant)))).to.throw(/^BAD_ONNX: /);
    });
  }

  it('refuses functions, metadata, foreign operator sets and other versions', () => {
    const empty = new Uint8Array();
    expect(readOnnx(model(empty)).nodes).to.deep.equal([]);
    expect(() => readOnnx(model(empty, field(25, 'f')))).to.throw(/^BAD_ONNX: model field 25/);
    expect(() => readOnnx(model(empty, field(14, 'm')))).to.throw(/^BAD_ONNX: model field 14/);
    const set = field(8, join(field(1, 'com.microsoft'), field(2, 1)));
    expect(() => readOnnx(model(empty, set))).to.throw(/^BAD_ONNX: 2 times an operator set/);
    const other = join(field(1, 8), field(2, 'c'), field(7, empty), field(8, field(2, 18)));
    expect(() => readOnnx(other)).to.throw(/^BAD_ONNX: another version/);
  });

  it('refuses a graph in an attribute, and a node of another domain', () => {
    const node = (more: Uint8Array) => model(field(1, join(field(4, 'Add'), more)));
    expect(() => readOnnx(node(field(5, join(field(1, 'body'), field(6, 'g')))))).to.throw(
      /^BAD_ONNX: attribute field 6/,
    );
    expect(() => readOnnx(node(field(7, 'com.microsoft')))).to.throw(/^BAD_ONNX: node field 7/);
  });

  it('refuses by name, or reads and counts, whatever bytes of a program are changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(step.length - 1), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 3,
        }),
        (changes) => {
          const bytes = step.slice();
          for (const [at, value] of changes) bytes[at] = value;
          try {
            expect(countFlops(bytes).total > 0n).to.equal(true);
          } catch (error) {
            expect((error as Error).message).to.match(/^BAD_ONNX: /);
          }
        },
      ),
      { numRuns: 300, endOnFailure: true },
    );
  });
});
