import { expect } from 'chai';
import { generate, type LogitsSource } from '@commonweights/trainer/engines/generate.js';
import { openLogits } from '@commonweights/trainer/engines/logits-source.js';
import { holdSlots } from '@commonweights/trainer/engines/program-session.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { tinyProgram } from './tiny.js';
import { wholePass } from './whole-pass.js';

const program = tinyProgram();

/** Always finds the token after the last one most likely. */
const counting: LogitsSource = {
  model: program.model,
  next: async (tokens) => {
    const logits = new Float32Array(program.model.vocabSize);
    logits[(tokens[tokens.length - 1]! + 1) % 64] = 3;
    return logits;
  },
  dispose: async () => {},
};
const options = { source: counting, prompt: [5], maxTokens: 4, temperature: 0, topK: 1, seed: 1 };

describe('generation', () => {
  it('takes the likeliest token at temperature 0', async () => {
    expect(await generate(options)).to.deep.equal([6, 7, 8, 9]);
  });

  it('repeats with its seed and differs with another', async () => {
    const sample = (seed: number) =>
      generate({ ...options, temperature: 1, topK: 64, maxTokens: 20, seed });
    expect(await sample(1)).to.deep.equal(await sample(1));
    expect(await sample(1)).not.to.deep.equal(await sample(2));
  });

  it('draws only from the likeliest', async () => {
    const drawn = await generate({ ...options, temperature: 50, topK: 1, maxTokens: 10 });
    expect(drawn[9]).to.equal(15);
  });

  it('draws only from the likeliest that make up topP', async () => {
    const drawn = (topP: number) =>
      generate({ ...options, temperature: 1, topK: 64, maxTokens: 30, topP });
    // The next number has e³ ÷ (e³ + 63) = 0.24 of the probability
    expect(await drawn(0.2)).to.deep.equal(Array.from({ length: 30 }, (_, i) => (6 + i) % 64));
    expect(await drawn(1)).not.to.deep.equal(await drawn(0.2));
  });

  it('tells each token as it is drawn, and stops when asked to', async () => {
    const told: number[] = [];
    const stop = new AbortController();
    const onToken = (token: number): void => {
      told.push(token);
      if (told.length === 3) stop.abort();
    };
    const failure = await generate({ ...options, onToken, signal: stop.signal }).catch(
      (error: Error) => error.name,
    );
    expect(failure).to.equal('AbortError');
    expect(told).to.deep.equal([6, 7, 8]);
  });

  for (const kvHeads of [4, 2, 1]) {
    it(`remembers what a whole pass would compute, ${kvHeads} key heads`, async () => {
      const own = tinyProgram({ kvHeads, tiedEmbeddings: kvHeads === 1 });
      const engine = createOrtWasmEngine();
      const params = initialParams(own, 4);
      const source = await openLogits(engine, own, params);
      const runtime = await engine.runtime();
      const whole = await runtime.open(wholePass(own));
      const weights = holdSlots(runtime, own.layout.slots, params, (name) => name);
      const tokens = [3, 1, 4, 1, 5, 9, 2, 6];
      // Going on, going back, and another text
      const texts = [tokens.slice(0, 3), tokens, tokens.slice(0, 5), [7, 7, 7], tokens];
      for (const text of texts) {
        const ids = Int32Array.from({ length: 8 }, (_, i) => text[i] ?? 0);
        const results = await whole.run({
          ...weights,
          tokens: runtime.hold({ type: 'i32', data: ids, shape: [8] }),
          position: runtime.hold({ type: 'i32', data: Int32Array.of(text.length - 1), shape: [1] }),
        });
        const expected = await results['logits']!.read();
        const got = await source.next(text);
        got.forEach((logit, i) => expect(logit).to.be.closeTo(expected[i]!, 1e-5));
      }
      await whole.release();
      await source.dispose();
    });
  }

  it('ends before a stop token', async () => {
    expect(await generate({ ...options, stopToken: 8 })).to.deep.equal([6, 7]);
  });

  it('sees what a trained model predicts, beyond its context too', async () => {
    const session = await createOrtWasmEngine().compile(program);
    const zeros = new Float32Array(program.layout.length);
    const params = initialParams(program, 1);
    await session.load({ params, firstMoment: zeros, secondMoment: zeros, steps: 0 });
    // Token t is always followed by t + 1
    const batch = (shift: number) =>
      Int32Array.from({ length: 27 }, (_, i) => ((i % 9) + 7 * Math.floor(i / 9) + shift) % 64);
    for (let i = 0; i < 150; i++) {
      await session.step({ tokens: batch(i * 5), learningRate: 0.02 });
    }
    const source = await openLogits(
      createOrtWasmEngine(),
      program,
      (await session.export()).params,
    );
    const text = await generate({ ...options, source, prompt: [30, 31, 32, 33], maxTokens: 8 });
    expect(text).to.deep.equal([34, 35, 36, 37, 38, 39, 40, 41]);
    await source.dispose();
    await session.dispose();
  });

  it('refuses an empty prompt and sampling options out of range', async () => {
    const refusal = (change: Partial<typeof options>) =>
      generate({ ...options, ...change }).then(
        () => 'no refusal',
        (error: Error) => error.message,
      );
    expect(await refusal({ prompt: [] })).to.match(/^EMPTY_PROMPT/);
    expect(await refusal({ maxTokens: -1 })).to.match(/^BAD_SAMPLING/);
    expect(await refusal({ temperature: NaN })).to.match(/^BAD_SAMPLING/);
    expect(await refusal({ topK: 0 })).to.match(/^BAD_SAMPLING/);
    expect(await refusal({ topP: 0 } as never)).to.match(/^BAD_SAMPLING: topP 0/);
    expect(await refusal({ topP: 1.1 } as never)).to.match(/^BAD_SAMPLING: topP 1.1/);
  });
});
