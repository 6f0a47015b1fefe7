import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { outcomeLeaf, ZERO_LOCAL_STATE } from '@commonweights/dao-contracts/rules/commitment.js';
import { replaySegment } from '@commonweights/trainer/auditor/replay-segment.js';
import { zeroLocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import { decodeSnapshot, encodeSnapshot } from '@commonweights/trainer/checkpoint/snapshot.js';
import type { Session } from '@commonweights/trainer/engines/engine.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { initialState } from '@commonweights/trainer/run/initial-state.js';
import {
  trainRound,
  type RoundInput,
  type RoundResult,
} from '@commonweights/trainer/worker/round.js';
import { fabricateFrom } from '../../../cli/main-job/fabricate-round.js';
import { tinyRun, type TinyRun } from '../../support/tiny-run.js';

describe('a round', () => {
  const engine = createOrtWasmEngine();
  let tiny: TinyRun;
  let session: Session;
  let input: RoundInput;
  let honest: RoundResult;

  before(async () => {
    tiny = await tinyRun(engine);
    session = await engine.compile(tiny.program);
    input = {
      spec: tiny.spec,
      layout: tiny.program.layout,
      session,
      sequences: tiny.train,
      startParams: initialState(tiny.spec, tiny.program).params,
      slice: 5,
      ordinal: 2,
      round: 4,
    };
    honest = await trainRound(input, zeroLocalState(input.layout, tiny.spec.outer));
  });
  after(() => session.dispose());

  it('leads from every snapshot to the next leaf when an auditor replays it', async () => {
    for (const [segment, snapshot] of honest.snapshots.entries()) {
      const leaf = await replaySegment(input, { segment, snapshot, localIn: honest.localIn });
      expect(leaf, `segment ${segment}`).to.equal(honest.leaves[segment + 1]);
    }
  });

  it('gives the same bytes when it is computed again', async () => {
    const again = await trainRound(input, zeroLocalState(input.layout, tiny.spec.outer));
    expect(again.traceRoot).to.equal(honest.traceRoot);
    expect(again.update.digest).to.equal(honest.update.digest);
    expect(again.localOut.digest).to.equal(honest.localOut.digest);
  });

  it('starts from "no local state" and ends with some', () => {
    expect(honest.localIn).to.equal(ZERO_LOCAL_STATE);
    expect(honest.localOut.digest).to.equal(digestOf(honest.localOut.bytes));
  });

  it('has leaves that are the digests of its snapshots', () => {
    expect(honest.leaves.slice(0, -1)).to.deep.equal(honest.snapshots.map(digestOf));
  });

  it('ends in a leaf that cannot be had from what is revealed', () => {
    const { update, localOut, endSnapshot, leaves } = honest;
    const revealed = { update: update.digest, localOut: localOut.digest };
    expect(leaves.at(-1)).to.equal(outcomeLeaf({ ...revealed, endSnapshot }));
    // Neither is it one of the leaves or blobs that others get to see.
    expect([...leaves, ...Object.values(revealed)]).to.not.include(endSnapshot);
  });

  it('depends on the slice and on the ordinal', async () => {
    const local = () => zeroLocalState(input.layout, tiny.spec.outer);
    const other = await trainRound({ ...input, slice: 6 }, local());
    const later = await trainRound({ ...input, ordinal: 3 }, local());
    expect(new Set([honest, other, later].map((one) => one.update.digest)).size).to.equal(3);
  });

  it('is abandoned when the caller throws between two steps', async () => {
    const stop = async (step: number) => {
      if (step === 3) throw new Error('cancelled');
    };
    const local = zeroLocalState(input.layout, tiny.spec.outer);
    const failure = await trainRound(input, local, stop).catch((error: Error) => error.message);
    expect(failure).to.equal('cancelled');
  });

  it('refuses a first snapshot that does not start at the agreed root', async () => {
    const moved = decodeSnapshot(honest.snapshots[0]!, input.layout, tiny.spec.outer);
    const params = moved.params.slice();
    params[3] = params[3]! + 1;
    const snapshot = encodeSnapshot({ ...moved, params }, input.layout);
    const leaf = await replaySegment(input, { segment: 0, snapshot, localIn: honest.localIn });
    expect(leaf).to.equal(null);
  });

  it('refuses a first snapshot whose local state is not the claimed one', async () => {
    const claim = { segment: 0, snapshot: honest.snapshots[0]!, localIn: honest.localOut.digest };
    expect(await replaySegment(input, claim)).to.equal(null);
  });

  it('refuses material that is not a snapshot', async () => {
    const claim = { segment: 1, snapshot: new Uint8Array(100), localIn: honest.localIn };
    expect(await replaySegment(input, claim)).to.equal(null);
  });

  it('catches a fabricated round in every segment', async () => {
    const cheat = fabricateFrom(0);
    const result = await cheat(input, zeroLocalState(input.layout, tiny.spec.outer));
    expect(result.update.bytes.length).to.be.greaterThan(0);
    for (const [segment, snapshot] of result.snapshots.entries()) {
      const leaf = await replaySegment(input, { segment, snapshot, localIn: result.localIn });
      expect(leaf, `segment ${segment}`).not.to.equal(result.leaves[segment + 1]);
    }
  });

  it('is honest in a cheat that has not started to cheat', async () => {
    const cheat = fabricateFrom(input.round + 1);
    const result = await cheat(input, zeroLocalState(input.layout, tiny.spec.outer));
    expect(result.traceRoot).to.equal(honest.traceRoot);
  });
});
