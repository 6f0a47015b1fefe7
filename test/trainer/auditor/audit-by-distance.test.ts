/** An audit of the tolerance class, step by step, against ends that nobody could have computed. */
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  computeOwnEnd,
  judgeDistance,
  measureDistance,
  readShownEnd,
  type OwnEnd,
} from '@commonweights/trainer/auditor/audit-by-distance.js';
import { encodeDistanceSum } from '@commonweights/trainer/checkpoint/distance-sum.js';
import { zeroLocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import { encodeSnapshot, type Snapshot } from '@commonweights/trainer/checkpoint/snapshot.js';
import type { Session } from '@commonweights/trainer/engines/engine.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import {
  trainRound,
  type RoundInput,
  type RoundResult,
} from '@commonweights/trainer/worker/round.js';
import { tinyRun } from '../../support/tiny-run.js';

const terms = { toleranceBillionths: 2_500_000, driftBillionths: 1_000_000, window: 6 };
const largest = Math.fround(1e38);

describe('an audit by distance', () => {
  const engine = createOrtWasmEngine();
  let session: Session;
  let input: RoundInput;
  let round: RoundResult;
  const owns: OwnEnd[] = [];

  before(async () => {
    const { spec: exact, program, train, initial } = await tinyRun(engine);
    session = await engine.compile(program);
    const spec = { ...exact, tolerance: { ...terms, failuresMax: 2, failureYocto: '1' } };
    input = {
      ...{ spec, layout: program.layout, session, sequences: train },
      ...{ startParams: initial.params, slice: 5, ordinal: 2, round: 4 },
    };
    round = await trainRound(input, zeroLocalState(input.layout, spec.outer));
    for (const [segment, snapshot] of round.snapshots.entries()) {
      owns.push((await computeOwnEnd(input, { segment, snapshot, localIn: round.localIn }))!);
    }
  });
  after(() => session.dispose());

  const changed = (own: OwnEnd, change: (end: Snapshot) => void): Uint8Array => {
    const end = structuredClone(own.end);
    change(end);
    return encodeSnapshot(end, input.layout);
  };
  const last = () => owns.at(-1)!;
  const judged = (
    own: OwnEnd,
    bytes: Uint8Array,
    it: { about: 'distance' | 'drift'; beside?: Uint8Array },
  ) => {
    const claimed: Digest = own === last() ? round.leaves.at(-1)! : digestOf(bytes);
    const evidence = { own, shown: { bytes, leaf: claimed }, beside: it.beside ?? null };
    return { claimed, answer: judgeDistance(input, { about: it.about, claimed, terms }, evidence) };
  };

  it('takes for no end of the last segment what no update can be made of', () => {
    const leaf = round.leaves.at(-1)!;
    const bytes = changed(last(), ({ params }) =>
      params.forEach((_, i) => (params[i] = i % 2 ? largest : -largest)),
    );
    expect(readShownEnd(input, last(), { bytes, leaf })).to.equal(null);
    const over = changed(last(), ({ params }) => params.fill(Math.fround(3.4e38)));
    expect(readShownEnd(input, last(), { bytes: over, leaf })).to.equal(null);
    expect(judged(last(), over, { about: 'distance' }).answer).to.equal(last().digest);
    expect(readShownEnd(input, last(), { bytes: last().bytes, leaf })).to.not.equal(null);
  });

  it('measures and judges an end of the largest values, whatever stands in the sum', () => {
    const [own] = owns;
    const { length } = input.layout;
    const bytes = changed(own!, ({ params, local }) => {
      params.fill(largest);
      local.firstMoment.fill(-largest);
      local.secondMoment.fill(largest);
    });
    const worker = readShownEnd(input, own!, { bytes, leaf: own!.digest })!;
    for (const before of [null, encodeDistanceSum(new Float32Array(length).fill(largest))]) {
      const measured = measureDistance(input, own!, { worker, before, terms });
      expect(measured).to.include({ residualBillionths: 10 ** 12, alongBillionths: 0 });
      for (const about of ['distance', 'drift'] as const) {
        const beside = before ?? new Uint8Array(3);
        expect(judged(own!, bytes, { about, beside }).answer).to.equal(own!.digest);
      }
    }
  });

  it('confirms what is within, and by the sum only what leans along it', () => {
    const [own] = owns;
    const sum = new Float32Array(input.layout.length);
    const bytes = changed(own!, ({ params }) => {
      params.forEach((value, i) => {
        sum[i] = Math.fround(value - own!.start.params[i]!);
        params[i] = Math.fround(value + 0.001 * sum[i]!);
      });
    });
    const along = encodeDistanceSum(sum);
    const against = encodeDistanceSum(sum.map((one) => -one));
    const { answer, claimed } = judged(own!, bytes, { about: 'distance' });
    expect(answer).to.equal(claimed);
    expect(judged(own!, bytes, { about: 'drift', beside: along }).answer).to.equal(own!.digest);
    expect(judged(own!, bytes, { about: 'drift', beside: against }).answer).to.equal(claimed);
    // Who cannot read the file finds no drift.
    expect(judged(own!, bytes, { about: 'drift' }).answer).to.equal(claimed);
  });
});
