import { expect } from 'chai';
import { forgetTexts } from '@commonweights/dao-contracts/toolchain/snapshot/forget-texts.js';
import {
  concat,
  i32Const,
  u32,
  vector,
  writeSections,
} from '@commonweights/dao-contracts/toolchain/snapshot/wasm-sections.js';

/** A module with one function of these instructions. */
function moduleOf(instructions: Uint8Array): Uint8Array {
  const body = concat([[0], instructions, [0x0b]]);
  return writeSections([{ id: 10, body: vector([concat([u32(body.length), body])]) }]);
}

describe('texts that nothing in a contract says', () => {
  const [from, to] = [1_000, 1_200];
  const texts = {
    constant: { at: 1_001, text: 'said by a constant' },
    offset: { at: 1_030, text: 'said by an offset' },
    word: { at: 1_060, text: 'said by a word' },
    middle: { at: 1_090, text: 'its end is said elsewhere' },
    nobody: { at: 1_130, text: 'said by nobody' },
    short: { at: 1_150, text: 'short' },
  };
  let memory: Uint8Array;

  beforeEach(() => {
    memory = new Uint8Array(2_000);
    for (const { at, text } of Object.values(texts)) memory.set(Buffer.from(text), at);
    memory.set([1, 2, 200, 3, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47], 1_160);
    const words = new DataView(memory.buffer);
    words.setUint32(1_501, texts.word.at, true);
    words.setUint32(1_601, texts.middle.at + 8, true);
    const load = concat([i32Const(0), [0x2d, 0], u32(texts.offset.at), [0x1a]]);
    const module = moduleOf(concat([i32Const(texts.constant.at), [0x1a], load]));
    expect(forgetTexts(memory, module, { from, to })).to.equal(texts.nobody.text.length);
  });

  const textAt = ({ at, text }: { at: number; text: string }) =>
    Buffer.from(memory.subarray(at, at + text.length)).toString();

  it('are blanked', () => {
    expect(textAt(texts.nobody)).to.equal('\0'.repeat(texts.nobody.text.length));
  });

  for (const kept of ['constant', 'offset', 'word', 'middle', 'short'] as const) {
    it(`are not those that something points to, or that are short: ${kept}`, () => {
      expect(textAt(texts[kept])).to.equal(texts[kept].text);
    });
  }

  it('are no other bytes, inside or outside of the data', () => {
    expect([...memory.subarray(1_160, 1_171)]).to.deep.equal([
      ...[1, 2, 200, 3, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47],
    ]);
    expect(new DataView(memory.buffer).getUint32(1_501, true)).to.equal(texts.word.at);
  });
});
