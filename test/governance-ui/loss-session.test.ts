/** Measuring the loss of a run's states: what the trainers' own tools find, or why it cannot be found. */
import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { LossSession } from '@commonweights/governance-ui/engine/loss-session.js';
import { encodeState } from '@commonweights/trainer/checkpoint/state.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { evaluateHeldOut } from '@commonweights/trainer/run/evaluate.js';
import { openRun } from '@commonweights/trainer/run/open-run.js';
import { publishRun } from '../support/published-run.js';

describe('measuring the loss of a state', function () {
  this.timeout(60_000);
  const engine = createOrtWasmEngine();

  async function stage() {
    const { blobs, digest: spec } = await publishRun(engine);
    const opened = await openRun({ spec, blobs, engine });
    const root = await blobs.put(encodeState(opened.initial, opened.program.layout));
    let opens = 0;
    const openEngine = async () => {
      opens++;
      return engine;
    };
    const session = new LossSession({ store: blobs, openEngine });
    return { blobs, spec, opened, root, session, opens: () => opens };
  }

  it('gives what the run’s own evaluation gives, to the last digit', async () => {
    const { spec, opened, root, session, opens } = await stage();
    const answer = await session.measure({ spec, root });
    const { program, heldOut, initial } = opened;
    const expected = await evaluateHeldOut({
      ...{ session: await engine.compile(program), params: initial.params, heldOut },
      sequences: opened.spec.evaluation.sequences,
      batchSize: opened.spec.inner.batchSize,
    });
    expect(answer).to.deep.equal({ kind: 'measured', root, ...expected, engine: 'ort-wasm' });
    expect(await session.measure({ spec, root })).to.deep.equal(answer);
    expect(opens(), 'one engine for all states').to.equal(1);
  });

  it('says why a state cannot be measured, and measures the next', async () => {
    const { blobs, spec, root, session } = await stage();
    const absent = `sha256:${'0'.repeat(64)}` as Digest;
    const missing = await session.measure({ spec, root: absent });
    expect(missing).to.include({ kind: 'failed', root: absent });
    expect(missing.kind === 'failed' && missing.why).to.match(/^BLOB_MISSING/);
    const other = await blobs.put(new Uint8Array(40));
    const wrong = await session.measure({ spec, root: other });
    expect(wrong.kind === 'failed' && wrong.why).to.match(/^BAD_/);
    expect((await session.measure({ spec, root })).kind).to.equal('measured');
  });

  it('opens the run anew after it could not be opened', async () => {
    const { blobs, spec, root } = await stage();
    let away = true;
    const session = new LossSession({
      store: blobs,
      openEngine: async () => {
        if (away) throw new Error('ENGINE_NOT_LOADED: no');
        return engine;
      },
    });
    const failed = await session.measure({ spec, root });
    expect(failed.kind === 'failed' && failed.why).to.match(/^ENGINE_NOT_LOADED/);
    away = false;
    expect((await session.measure({ spec, root })).kind).to.equal('measured');
  });
});
