import { expect } from 'chai';
import fc from 'fast-check';
import {
  appendItems,
  i32Const,
  name,
  readSections,
  u32,
  vector,
  WasmReader,
  writeSections,
} from '@commonweights/dao-contracts/toolchain/snapshot/wasm-sections.js';

const anyU32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('WebAssembly sections', () => {
  it('write and read back unsigned integers', () => {
    fc.assert(fc.property(anyU32, (value) => new WasmReader(u32(value)).u32() === value));
  });

  it('write constants that an engine reads back', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const body = [0, ...i32Const(value), 0x0b];
        const wasm = writeSections([
          { id: 1, body: vector([Uint8Array.of(0x60, 0, 1, 0x7f)]) },
          { id: 3, body: vector([u32(0)]) },
          { id: 7, body: vector([Uint8Array.of(...name('f'), 0, 0)]) },
          { id: 10, body: vector([Uint8Array.of(body.length, ...body)]) },
        ]);
        const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm as BufferSource));
        expect((instance.exports['f'] as () => number)()).to.equal(value);
      }),
    );
  });

  it('are the same after writing and reading', () => {
    const section = fc.record({ id: fc.integer({ min: 1, max: 12 }), body: fc.uint8Array() });
    fc.assert(
      fc.property(fc.array(section), (sections) => {
        expect(readSections(writeSections(sections))).to.deep.equal(sections);
      }),
    );
  });

  it('count what is appended', () => {
    const items = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { maxLength: 200 });
    fc.assert(
      fc.property(items, items, (first, second) => {
        expect(appendItems(vector(first), second)).to.deep.equal(vector([...first, ...second]));
      }),
    );
  });

  it('refuse what is not WebAssembly, or ends too early', () => {
    expect(() => readSections(new Uint8Array(8))).to.throw(/^BAD_WASM: not a/);
    const wasm = writeSections([{ id: 1, body: new Uint8Array(200) }]);
    expect(() => readSections(wasm.subarray(0, 100))).to.throw(/^BAD_WASM: it ends/);
  });
});
