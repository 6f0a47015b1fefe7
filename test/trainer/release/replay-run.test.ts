import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import type { RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import { decodeLocalState, zeroLocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import type { LocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import { stateRoot } from '@commonweights/trainer/checkpoint/state.js';
import type { Session } from '@commonweights/trainer/engines/engine.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { aggregate } from '@commonweights/trainer/exchange/aggregate.js';
import { outerStep, type OuterState } from '@commonweights/trainer/exchange/outer-step.js';
import { decodeUpdate } from '@commonweights/trainer/exchange/update-codec.js';
import {
  countedClaims,
  replayClaim,
  replayRoots,
  type Replay,
  type ReplayedRound,
} from '@commonweights/trainer/release/replay-run.js';
import { trainRound } from '@commonweights/trainer/worker/round.js';
import type { ComputeRound } from '@commonweights/trainer/worker/seat-options.js';
import { fabricateFrom } from '../../../cli/main-job/fabricate-round.js';
import { tinyRun, type TinyRun } from '../../support/tiny-run.js';

const seats = 2;
const named = (name: string) => digestOf(new TextEncoder().encode(name));

describe('a run that is replayed', function () {
  this.timeout(60_000);
  const engine = createOrtWasmEngine();
  let tiny: TinyRun;
  let session: Session;
  let honest: Replay;
  let cheated: Replay;

  before(async () => {
    tiny = await tinyRun(engine);
    session = await engine.compile(tiny.program);
    honest = await play(3, () => trainRound);
    // Seat 1 invents the update of round 2; everything that follows is computed from it.
    const cheat = fabricateFrom(2);
    cheated = await play(3, (round, seat) => (round === 2 && seat === 1 ? cheat : trainRound));
  });
  after(() => session.dispose());

  async function play(
    rounds: number,
    computes: (round: number, seat: number) => ComputeRound,
  ): Promise<Replay> {
    const { spec, program, train } = tiny;
    const { layout } = program;
    const blobs = new MemoryStore();
    const records: RoundRecord[] = [];
    const locals: LocalState[] = Array.from({ length: seats }, () =>
      zeroLocalState(layout, spec.outer),
    );
    let state = tiny.initial;
    for (let round = 1; round <= rounds; round++) {
      const updates: Float32Array[] = [];
      const claims: RoundRecord['claims'] = [];
      for (let seat = 0; seat < seats; seat++) {
        const slice = (round - 1) * seats + seat;
        const result = await computes(round, seat)(
          {
            ...{ round, spec, layout, session, sequences: train, slice, ordinal: round - 1 },
            startParams: state.params,
          },
          locals[seat]!,
        );
        locals[seat] = decodeLocalState(result.localOut.bytes, layout, spec.outer);
        await blobs.put(result.update.bytes);
        updates.push(decodeUpdate(result.update.bytes, layout, spec.outer));
        claims.push({
          ...{ seat, account: `w${seat}.near`, slice, commitment: named('c'), included: true },
          ...{ update: result.update.digest, updateBytes: result.update.bytes.length },
          ...{ localIn: result.localIn, localOut: result.localOut.digest },
          ...{ traceRoot: result.traceRoot, verdict: 'unaudited' },
        });
      }
      const startRoot = stateRoot(state, layout);
      state = outerStep({ ...state, mean: aggregate(updates), recipe: spec.outer });
      records.push({
        ...{ version: 1, run: 1, round, outcome: 'final', previous: null, startRoot, claims },
        ...{ root: stateRoot(state, layout), audits: [], tainted: [], witnesses: [] },
      });
    }
    return { opened: tiny, records, blobs };
  }

  async function roots(it: Replay) {
    const starts = new Map<number, OuterState>();
    const rounds: ReplayedRound[] = [];
    for await (const one of replayRoots(it, (round, start) => starts.set(round, start))) {
      rounds.push(one);
    }
    return { rounds, startOf: (round: number) => starts.get(round)! };
  }

  it('comes to the same roots, from the updates alone', async () => {
    const { rounds } = await roots(honest);
    expect(rounds.map(({ round, updates }) => [round, updates])).to.deep.equal([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
    for (const { root, found } of rounds) expect(found).to.equal(root);
  });

  it('stops at the first root that does not follow', async () => {
    const records = structuredClone(honest.records) as RoundRecord[];
    records[1]!.root = named('another');
    const { rounds } = await roots({ ...honest, records });
    expect(rounds.map(({ root, found }) => root === found)).to.deep.equal([true, false]);
  });

  it('gives every worker what it committed to, through its own state', async () => {
    const { startOf } = await roots(honest);
    for (const claim of countedClaims(honest.records)) {
      const replayed = await replayClaim({ ...honest, session, startOf }, claim);
      expect(replayed).to.deep.equal({
        ...claim,
        ...{
          account: `w${claim.seat}.near`,
          trained: claim.round,
          differences: [],
          sameTrace: true,
        },
      });
    }
  });

  it('takes no decoy for a difference', async () => {
    const { startOf } = await roots(honest);
    const records = structuredClone(honest.records) as RoundRecord[];
    records[1]!.claims[0]!.traceRoot = named('a trace with a covered leaf');
    const replayed = await replayClaim(
      { ...honest, records, session, startOf },
      { round: 2, seat: 0 },
    );
    expect(replayed).to.deep.include({ differences: [], sameTrace: false });
  });

  it('finds the invented update behind roots that all follow', async () => {
    const { rounds, startOf } = await roots(cheated);
    for (const { root, found } of rounds) expect(found).to.equal(root);
    const at = (round: number, seat: number) =>
      replayClaim({ ...cheated, session, startOf }, { round, seat });
    expect((await at(2, 0)).differences).to.deep.equal([]);
    expect((await at(1, 1)).differences).to.deep.equal([]);
    expect((await at(2, 1)).differences).to.include('update');
  });

  it('cannot begin in the middle of what a worker kept to itself', async () => {
    const { startOf } = await roots(honest);
    const records = honest.records.slice(1);
    const error = await replayClaim({ ...honest, records, session, startOf }, { round: 3, seat: 0 })
      .then(() => null)
      .catch((reason: Error) => reason.message);
    expect(error).to.match(/^NO_RESET: the log does not say how seat 0 came to its state/);
  });

  it('says which update a registry has lost', async () => {
    const lost: Digest = honest.records[0]!.claims[0]!.update;
    const blobs = {
      get: (digest: Digest) =>
        digest === lost ? refuse(lost) : honest.blobs.get(digest, { maxBytes: 1e9 }),
    };
    const error = await roots({ ...honest, blobs }).catch((reason: Error) => reason.message);
    expect(error).to.contain('BLOB_MISSING');
  });
});

function refuse(digest: Digest): Promise<never> {
  return Promise.reject(new Error(`BLOB_MISSING: ${digest} is not here; ask another registry`));
}
