import { expect } from 'chai';
import type { Session } from '@commonweights/trainer/engines/engine.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { selfTest } from '@commonweights/trainer/worker/self-test.js';
import { tinyRun, type TinyRun } from '../../support/tiny-run.js';

describe("a worker's self-test", () => {
  const engine = createOrtWasmEngine();
  let tiny: TinyRun;
  let session: Session;

  before(async () => {
    tiny = await tinyRun(engine);
    session = await engine.compile(tiny.program);
  });
  after(() => session.dispose());

  it('passes an engine that repeats its steps, and says how long one takes', async () => {
    let clock = 0;
    const { elapsedMs, stepMs } = await selfTest(engine, session, tiny, () => clock++);
    expect(stepMs).to.equal(1);
    expect(elapsedMs).to.be.above(stepMs);
  });

  it('refuses an exact engine that ends the same steps elsewhere', async () => {
    const message = await refusal('exact', flaky(session));
    expect(message).to.match(/^ENGINE_UNRELIABLE: ort-wasm .*check this machine's memory/);
  });

  it('lets an engine of the tolerance class differ', async () => {
    expect(await refusal('tolerance', flaky(session))).to.equal('no refusal');
  });

  it('refuses one that does not repeat itself within a part of the run’s tolerance', async () => {
    const tolerance = {
      ...{ toleranceBillionths: 2_500_000, driftBillionths: 1_000_000, window: 8 },
      ...{ failuresMax: 3, failureYocto: '1' },
    };
    const spec = { ...tiny.spec, tolerance };
    const engineOf = { name: 'odd', class: 'tolerance' } as const;
    const run = (under: Session) => selfTest(engineOf, under, { ...tiny, spec });
    expect((await run(flaky(session))).stepMs).to.be.at.least(0);
    const message = await run(flaky(session, 20)).then(
      () => 'no refusal',
      (error: Error) => error.message,
    );
    expect(message).to.match(/^ENGINE_UNRELIABLE: odd .* billionths apart, 312500 may be/);
  });

  const refusal = (kind: 'exact' | 'tolerance', under: Session) =>
    selfTest({ name: engine.name, class: kind }, under, tiny).then(
      () => 'no refusal',
      (error: Error) => error.message,
    );
});

/** One weight of every second state that it exports is off, by the least possible or by more. */
function flaky(session: Session, bit = 0): Session {
  let exports = 0;
  return {
    load: (state) => session.load(state),
    step: (batch) => session.step(batch),
    evaluate: (tokens) => session.evaluate(tokens),
    fork: () => flaky(session.fork(), bit),
    dispose: () => session.dispose(),
    async export() {
      const state = await session.export();
      if (exports++ % 2 === 1) {
        const params = state.params.slice();
        new Uint32Array(params.buffer)[3]! ^= 1 << bit;
        return { ...state, params };
      }
      return state;
    },
  };
}
