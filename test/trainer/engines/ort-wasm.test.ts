import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import type { InnerState } from '@commonweights/trainer/engines/engine.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { initialParams } from '@commonweights/trainer/program/initial-params.js';
import { digestAfterStep, pinnedDigests } from './medium-step.js';
import { rootAfterRounds } from './whole-round.js';
import { tinyBatch, tinyProgram } from './tiny.js';

const engine = createOrtWasmEngine();
const program = tinyProgram();

describe('the exact engine', () => {
  it('names version, binary and options in its fingerprint', async () => {
    const fingerprint = await engine.fingerprint();
    expect(fingerprint.version).to.equal('1.30.0');
    expect(fingerprint.binary).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(fingerprint.options).to.deep.equal({
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
    });
  });

  it('reaches the same bits in every session', async () => {
    expect(await digestAfter(6, [])).to.equal(await digestAfter(6, []));
  });

  it('ends a step in the state that Node 20, 22 and 24 end it in', async () => {
    expect(await digestAfterStep(engine)).to.equal(pinnedDigests['ort-wasm'].step);
  });

  it('ends whole rounds, codec and aggregation included, in one root wherever they are played', async () => {
    expect(await rootAfterRounds(engine)).to.equal(pinnedDigests['ort-wasm'].rounds);
  });

  it('reaches the same bits when the state is exported and loaded in the middle', async () => {
    expect(await digestAfter(6, [2, 3])).to.equal(await digestAfter(6, []));
  });

  it('keeps the state of a fork apart, and computes on after the fork is gone', async () => {
    const session = await engine.compile(program);
    await session.load(freshState());
    const fork = session.fork();
    const tokens = tinyBatch(program, 0);
    await fork.load(freshState());
    await fork.step({ tokens, learningRate: 0.003 });
    expect(digestOfState(await session.export())).to.equal(digestOfState(freshState()));
    const ahead = digestOfState(await fork.export());
    await fork.dispose();
    await session.step({ tokens, learningRate: 0.003 });
    expect(digestOfState(await session.export())).to.equal(ahead);
    await session.dispose();
  });

  it('lowers the loss of a batch that it sees again', async () => {
    const session = await engine.compile(program);
    await session.load(freshState());
    const tokens = tinyBatch(program, 0);
    const { loss: before } = await session.step({ tokens, learningRate: 0.01 });
    for (let i = 0; i < 20; i++) await session.step({ tokens, learningRate: 0.01 });
    expect((await session.evaluate(tokens)).loss).to.be.below(before - 1);
    await session.dispose();
  });

  it('evaluates to the loss that the next step reports, and changes nothing', async () => {
    const session = await engine.compile(program);
    await session.load(freshState());
    const tokens = tinyBatch(program, 1);
    const { loss } = await session.evaluate(tokens);
    expect(digestOfState(await session.export())).to.equal(digestOfState(freshState()));
    expect((await session.step({ tokens, learningRate: 0.01 })).loss).to.be.closeTo(loss, 1e-5);
    await session.dispose();
  });

  it('leaves the vectors it was given alone', async () => {
    const session = await engine.compile(program);
    const state = freshState();
    await session.load(state);
    state.params.fill(0);
    expect((await session.export()).params[0]).to.equal(freshState().params[0]);
    await session.dispose();
  });

  it('refuses a step without a state, a wrong batch, a token and a rate out of range', async () => {
    const session = await engine.compile(program);
    const tokens = tinyBatch(program, 0);
    const refusal = async (work: () => Promise<unknown>): Promise<string> =>
      work().then(
        () => 'no refusal',
        (error: Error) => error.message,
      );
    expect(await refusal(() => session.evaluate(tokens))).to.match(/^NOT_LOADED/);
    await session.load(freshState());
    const step = (batch: Int32Array, learningRate: number) =>
      refusal(() => session.step({ tokens: batch, learningRate }));
    expect(await step(tokens.slice(1), 0.01)).to.match(/^BAD_BATCH/);
    expect(
      await step(
        tokens.map(() => 64),
        0.01,
      ),
    ).to.match(/^BAD_TOKEN/);
    expect(
      await step(
        tokens.map(() => -1),
        0.01,
      ),
    ).to.match(/^BAD_TOKEN/);
    expect(await step(tokens, 2)).to.match(/^BAD_LEARNING_RATE/);
    expect(await step(tokens, NaN)).to.match(/^BAD_LEARNING_RATE/);
    const short = { ...freshState(), firstMoment: new Float32Array(3) };
    expect(await refusal(() => session.load(short))).to.match(/^BAD_STATE: firstMoment/);
    const negative = { ...freshState(), steps: -1 };
    expect(await refusal(() => session.load(negative))).to.match(/^BAD_STATE: steps/);
    await session.dispose();
  });

  it('fails a step whose numbers are not finite', async () => {
    const session = await engine.compile(program);
    const state = freshState();
    state.params[5] = NaN;
    await session.load(state);
    const step = session.step({ tokens: tinyBatch(program, 0), learningRate: 0.01 });
    const message = await step.then(
      () => 'no refusal',
      (error: Error) => error.message,
    );
    expect(message).to.match(/^NON_FINITE/);
    await session.dispose();
  });
});

function freshState(): InnerState {
  const { length } = program.layout;
  return {
    params: initialParams(program, 7),
    firstMoment: new Float32Array(length),
    secondMoment: new Float32Array(length),
    steps: 0,
  };
}

async function digestAfter(steps: number, reloadAfter: readonly number[]): Promise<string> {
  let session = await engine.compile(program);
  await session.load(freshState());
  for (let i = 0; i < steps; i++) {
    await session.step({ tokens: tinyBatch(program, i), learningRate: 0.003 });
    if (!reloadAfter.includes(i + 1)) continue;
    const state = await session.export();
    await session.dispose();
    session = await engine.compile(program);
    await session.load(state);
  }
  const state = await session.export();
  expect(state.steps).to.equal(steps);
  await session.dispose();
  return digestOfState(state);
}

function digestOfState(state: InnerState): string {
  const parts = [state.params, state.firstMoment, state.secondMoment];
  return parts.map((part) => digestOf(new Uint8Array(part.buffer))).join();
}
