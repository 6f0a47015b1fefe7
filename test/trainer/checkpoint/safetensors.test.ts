import { expect } from 'chai';
import fc from 'fast-check';
import {
  decodeSafetensors,
  encodeSafetensors,
  floatsOf,
  type Dtype,
  type TensorFile,
} from '@commonweights/trainer/checkpoint/safetensors.js';

const sizes: Partial<Record<Dtype, number>> = { F64: 8, F32: 4, BF16: 2, U8: 1, BOOL: 1 };

const anyTensor = fc
  .record({
    name: fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
    dtype: fc.constantFrom(...(Object.keys(sizes) as Dtype[])),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
    fill: fc.nat({ max: 255 }),
  })
  .map(({ name, dtype, shape, fill }) => {
    const size = shape.reduce((product, n) => product * n, sizes[dtype]!);
    return { name, dtype, shape, bytes: new Uint8Array(size).fill(fill) };
  });

const anyFile: fc.Arbitrary<TensorFile> = fc.record({
  tensors: fc
    .uniqueArray(anyTensor, { selector: (tensor) => tensor.name, maxLength: 5 })
    .filter((tensors) => tensors.every((tensor) => tensor.name !== '__metadata__'))
    // Empty tensors share an offset, so only one of them has a place of its own.
    .filter((tensors) => tensors.filter((tensor) => tensor.bytes.length === 0).length < 2),
  metadata: fc
    .dictionary(fc.string({ maxLength: 6 }), fc.string({ maxLength: 6 }), { maxKeys: 3 })
    .map((fields) => new Map(Object.entries(fields))),
});

/** A file with this header text and `size` bytes of data. */
function raw(header: string, size: number, claimed?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + size);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (dtype: string, shape: string, begin: number, end: number) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

describe('safetensors', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(anyFile, (file) => {
        const back = decodeSafetensors(encodeSafetensors(file));
        const byName = (tensors: TensorFile['tensors']) =>
          new Map(
            tensors.map(({ name, dtype, shape, bytes }) => [name, [dtype, shape, [...bytes]]]),
          );
        expect(byName(back.tensors)).to.deep.equal(byName(file.tensors));
        expect(back.metadata).to.deep.equal(file.metadata);
      }),
    );
  });

  it("reads Node's buffers as it reads other bytes", () => {
    const tensor = {
      ...{ name: 'a', dtype: 'F32' as const, shape: [2] },
      bytes: new Uint8Array(Float32Array.of(1, 2).buffer),
    };
    const buffer = Buffer.from(encodeSafetensors({ tensors: [tensor], metadata: new Map() }));
    const [back] = decodeSafetensors(buffer).tensors;
    expect(floatsOf(back!)).to.deep.equal(Float32Array.of(1, 2));
  });

  it('starts its data at a multiple of 8 bytes', () => {
    fc.assert(
      fc.property(anyFile, (file) => {
        const size = file.tensors.reduce((sum, tensor) => sum + tensor.bytes.length, 0);
        expect((encodeSafetensors(file).length - size) % 8).to.equal(0);
      }),
    );
  });

  it('accepts tensors listed in another order than their bytes', () => {
    const bytes = raw(`{"b":${entry('U8', '[1]', 1, 2)},"a":${entry('U8', '[1]', 0, 1)}}`, 2);
    expect(decodeSafetensors(bytes).tensors.map((tensor) => tensor.name)).to.deep.equal(['a', 'b']);
  });

  for (const [why, bytes] of Object.entries({
    'no bytes': new Uint8Array(0),
    'a cut length field': new Uint8Array(7),
    'a header longer than the file': raw('{}', 0, 3n),
    'a header longer than memory': raw('{}', 0, 2n ** 63n),
    'a header that starts with a space': raw(' {}', 0),
    'a header that is not UTF-8': Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d),
    'text behind its JSON': raw('{}x', 0),
    'JSON that does not end': raw('{"a":', 0),
    'a list for a header': raw('[]', 0),
    'two tensors of one name': raw(
      `{"a":${entry('U8', '[1]', 0, 1)},"a":${entry('U8', '[1]', 1, 2)}}`,
      2,
    ),
    'one field twice': raw('{"a":{"dtype":"U8","dtype":"U8","data_offsets":[0,0]}}', 0),
    'a name written two ways': raw(
      `{"a":${entry('U8', '[1]', 0, 1)},"\\u0061":${entry('U8', '[1]', 1, 2)}}`,
      2,
    ),
    'a gap': raw(`{"a":${entry('U8', '[1]', 1, 2)}}`, 2),
    'an overlap': raw(`{"a":${entry('U8', '[2]', 0, 2)},"b":${entry('U8', '[2]', 1, 3)}}`, 3),
    'two names for the same bytes (mlx #3363)': raw(
      `{"a":${entry('U8', '[2]', 0, 2)},"b":${entry('U8', '[2]', 0, 2)}}`,
      2,
    ),
    'bytes after its tensors': raw(`{"a":${entry('U8', '[1]', 0, 1)}}`, 2),
    'a tensor outside the file (mlx #3363)': raw(`{"a":${entry('U8', '[9]', 0, 9)}}`, 2),
    'offsets that run backwards': raw(`{"a":${entry('U8', '[1]', 1, 0)}}`, 1),
    'a shape that does not fit its size': raw(`{"a":${entry('F32', '[2]', 0, 4)}}`, 4),
    'a shape whose product overflows': raw(
      `{"a":${entry('F32', '[4294967296,4294967296]', 0, 0)}}`,
      0,
    ),
    'a negative dimension': raw(`{"a":${entry('U8', '[-1]', 0, 1)}}`, 1),
    'a fractional dimension': raw(`{"a":${entry('U8', '[1.0]', 0, 1)}}`, 1),
    'too many dimensions': raw(`{"a":${entry('U8', `[${Array(17).fill(1)}]`, 0, 1)}}`, 1),
    'an unknown dtype': raw(`{"a":${entry('F31', '[1]', 0, 4)}}`, 4),
    'a dtype from the prototype': raw(`{"a":${entry('toString', '[1]', 0, 4)}}`, 4),
    'an unknown field': raw('{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"x":1}}', 1),
    'a missing field': raw('{"a":{"dtype":"U8","shape":[]}}', 1),
    'metadata that is no text': raw('{"__metadata__":{"a":1}}', 0),
    'an empty name': raw(`{"":${entry('U8', '[1]', 0, 1)}}`, 1),
    'deep nesting': raw(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 0),
  })) {
    it(`is refused for ${why}`, () => {
      expect(() => decodeSafetensors(bytes)).to.throw('BAD_SAFETENSORS');
    });
  }

  it('refuses by name, or reads within bounds, whatever bytes are changed', () => {
    fc.assert(
      fc.property(
        anyFile,
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
        (file, changes) => {
          const bytes = encodeSafetensors(file);
          for (const [at, value] of changes) bytes[at % bytes.length] = value;
          try {
            const back = decodeSafetensors(bytes);
            const size = back.tensors.reduce((sum, tensor) => sum + tensor.bytes.length, 0);
            expect(size).to.be.below(bytes.length);
          } catch (error) {
            expect((error as Error).message).to.match(/^BAD_SAFETENSORS: /);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
