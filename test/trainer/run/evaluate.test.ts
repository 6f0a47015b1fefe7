import { expect } from 'chai';
import fc from 'fast-check';
import { PackedSequences, packTokens } from '@commonweights/trainer/data/packed-sequences.js';
import type { InnerState, Session } from '@commonweights/trainer/engines/engine.js';
import { bitsPerByte } from '@commonweights/trainer/run/bits-per-byte.js';
import { evaluateHeldOut, unigramEntropy } from '@commonweights/trainer/run/evaluate.js';
import { loadTokenizer } from '@commonweights/trainer/tokenizer/tokenizer.js';
import { trainTokenizer } from '@commonweights/trainer/tokenizer/train-tokenizer.js';

const contextLength = 4;

/** Sequence i starts with token 4i: the batches that a session was given can be told apart. */
const counting = (sequences: number) =>
  new PackedSequences(
    packTokens(Array.from({ length: sequences * contextLength + 1 }, (_, i) => i)),
    contextLength,
  );

/** Says of a batch that its loss is its first token. */
class RecordingSession implements Session {
  readonly batches: number[][] = [];
  loaded: InnerState | null = null;
  load = async (state: InnerState) => void (this.loaded = state);
  step = () => Promise.reject(new Error('an evaluation does not train'));
  evaluate = async (tokens: Int32Array) => {
    this.batches.push([...tokens]);
    return { loss: tokens[0]! };
  };
  export = () => Promise.reject(new Error('an evaluation has no result to export'));
  fork = () => new RecordingSession();
  dispose = async () => {};
}

describe('the held-out loss', () => {
  const params = new Float32Array([1, 2, 3]);
  const evaluate = async (it: { held: number; sequences: number; batchSize: number }) => {
    const session = new RecordingSession();
    const { sequences, batchSize } = it;
    const heldOut = counting(it.held);
    const result = await evaluateHeldOut({ session, params, heldOut, sequences, batchSize });
    return { session, result };
  };

  it('is the mean over whole batches from the start', async () => {
    const { session, result } = await evaluate({ held: 10, sequences: 7, batchSize: 3 });
    expect(session.batches).to.deep.equal([
      [...[0, 1, 2, 3, 4], ...[4, 5, 6, 7, 8], ...[8, 9, 10, 11, 12]],
      [...[12, 13, 14, 15, 16], ...[16, 17, 18, 19, 20], ...[20, 21, 22, 23, 24]],
    ]);
    expect(result).to.deep.equal({ loss: (0 + 12) / 2, sequences: 6 });
  });

  it('is that of the given weights, whatever the session trained before', async () => {
    const { session } = await evaluate({ held: 2, sequences: 2, batchSize: 2 });
    const zeros = new Float32Array(3);
    expect(session.loaded).to.deep.equal({
      ...{ params, firstMoment: zeros, secondMoment: zeros, steps: 0 },
    });
  });

  it('counts the sequences that there are when more are asked for', async () => {
    const { result } = await evaluate({ held: 5, sequences: 100, batchSize: 2 });
    expect(result.sequences).to.equal(4);
  });

  it('is refused when not one batch can be filled', async () => {
    for (const it of [
      { held: 3, sequences: 9, batchSize: 4 },
      { held: 9, sequences: 3, batchSize: 4 },
    ]) {
      const failure = await evaluate(it).catch((error: Error) => error.message);
      expect(failure).to.match(/^TOO_LITTLE_DATA: .* do not fill a batch of 4; hold out more$/);
    }
  });
});

describe('the unigram entropy', () => {
  const entropyOf = (tokens: readonly number[], count = Infinity) =>
    unigramEntropy(new PackedSequences(packTokens(tokens), contextLength), count);

  it('is nothing where every token is the same', () => {
    expect(entropyOf(Array(41).fill(7))).to.equal(0);
  });

  it('is the logarithm of how many tokens there are where all are as frequent', () => {
    const tokens = [9, ...Array.from({ length: 40 }, (_, i) => i % 8)];
    expect(entropyOf(tokens)).to.be.closeTo(Math.log(8), 1e-6);
  });

  it('counts targets only: what is never predicted does not matter', () => {
    expect(entropyOf([5, 1, 1, 1, 1])).to.equal(0);
  });

  it('looks at no more sequences than asked for', () => {
    const tokens = [1, 1, 1, 1, 1, 2, 3, 4, 5];
    expect(entropyOf(tokens, 1)).to.equal(0);
    expect(entropyOf(tokens)).to.be.greaterThan(1);
  });

  it('lies between nothing and the logarithm of the vocabulary, whatever the order', () => {
    const bodies = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 60 });
    fc.assert(
      fc.property(bodies, (body) => {
        const whole = body.slice(0, body.length - (body.length % contextLength));
        const entropy = entropyOf([0, ...whole]);
        expect(entropy).to.be.within(0, Math.log(new Set(whole).size) + 1e-6);
        expect(entropyOf([0, ...[...whole].sort()])).to.be.closeTo(entropy, 1e-6);
      }),
    );
  });
});

describe('bits per byte', () => {
  const text = 'abc abd abc abd '.repeat(60);
  const file = trainTokenizer({ texts: [text], vocabSize: 261 });
  const { encodeDocument } = loadTokenizer(file);
  /** Without an end of text; `decode` says how many bytes a target stands for. */
  const ids = encodeDocument(text);

  it('spreads the loss of all tokens over the bytes that they stand for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (sequences, contextLength, loss) => {
          const packed = Array.from({ length: 400 }, (_, i) => ids[i % ids.length]!);
          const heldOut = new PackedSequences(packTokens(packed), contextLength);
          const targets = packed.slice(1, sequences * contextLength + 1);
          const bytes = new TextEncoder().encode(loadTokenizer(file).decode(targets)).length;
          const found = bitsPerByte({ loss, heldOut, sequences, tokenizer: file });
          expect(found).to.be.closeTo((loss * targets.length) / Math.LN2 / bytes, 1e-9);
        },
      ),
    );
  });

  it('counts the end of a text as loss, not as text', () => {
    const of = (tokens: number[]) =>
      bitsPerByte({
        ...{ loss: 1, sequences: 1, tokenizer: file },
        heldOut: new PackedSequences(packTokens(tokens), 2),
      });
    const [a, b] = [ids[0]!, ids[1]!];
    expect(of([a, b, 0])).to.be.above(of([a, b, b]));
    expect(() => of([a, 0, 0])).to.throw(/^TOO_LITTLE_DATA: the held-out tokens stand for no text/);
  });

  it('is refused for tokens of another tokenizer', () => {
    const heldOut = new PackedSequences(packTokens([1, 300, 2]), 2);
    expect(() => bitsPerByte({ loss: 1, heldOut, sequences: 1, tokenizer: file })).to.throw(
      /^BAD_TOKEN: 300 is not one of 0 to 260/,
    );
  });
});
