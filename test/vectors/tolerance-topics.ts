/** Vectors of the tolerance class: what is sealed and covered, and how far ends are apart. */
import { measureEnds } from '@commonweights/trainer/auditor/residual.js';
import type { Snapshot } from '@commonweights/trainer/checkpoint/snapshot.js';
import {
  coveringSaltOf,
  hiddenOf,
  plantedLeaves,
  sealOf,
} from '@commonweights/dao-contracts/rules/tolerance/sealing.js';
import { named } from '../dao-contracts/rules/run-play.js';
import { floatsFromHex, floatsToHex, topic } from './vector-topic.js';

const seal = {
  ...{ contract: 'dao.example.near', run: 3, round: 17, seat: 5, segment: 2, auditor: 0 },
  ...{ own: named('own end'), salt: 'a salt of any text, ünïcode too' },
};

/** Three vectors of a snapshot, as hex of float32. */
interface State {
  params: string;
  firstMoment: string;
  secondMoment: string;
}

function stateOf(count: number, seed: number): State {
  const vector = (of: (i: number) => number) =>
    floatsToHex(Float32Array.from({ length: count }, (_, i) => of(i)));
  const value = (i: number, by: number) => ((((i + 7) * (seed + by)) % 101) - 50) / 1_024;
  return {
    params: vector((i) => value(i, 13)),
    firstMoment: vector((i) => value(i, 29) / 8),
    secondMoment: vector((i) => (value(i, 31) * value(i, 31)) / 64),
  };
}

function snapshotOf({ params, firstMoment, secondMoment }: State): Snapshot {
  const local = {
    ...{ firstMoment: floatsFromHex(firstMoment), secondMoment: floatsFromHex(secondMoment) },
    ...{ errorFeedback: null, steps: 1 },
  };
  return { params: floatsFromHex(params), local };
}

/** Of the terms that bound a sum. */
const wide = { toleranceBillionths: 50_000_000, window: 16 };
const narrow = { toleranceBillionths: 20_000_000, window: 2 };

/** Close to the auditor's end, and off to changing sides. */
function near(count: number): State {
  const state = stateOf(count, 3);
  const params = floatsFromHex(state.params).map((value, i) =>
    Math.fround(value * (1 + ((i % 5) - 1) / 512)),
  );
  return { ...state, params: floatsToHex(params) };
}

function scaled(hex: string, by: number): string {
  return floatsToHex(floatsFromHex(hex).map((value) => Math.fround(value * by)));
}

export const toleranceTopics = [
  topic({
    name: 'tolerance-seals',
    about:
      'seal: what an auditor answers with; hidden and salt: of a secret and the root of the trace ' +
      'as computed; planted: the leaves of a round of S segments that are decoys, ascending.',
    inputs: () => [
      { seal, secret: 'secret', realRoot: named('root'), round: 17, segments: 8, shareBps: 5_000 },
      {
        seal: { ...seal, seat: 0, auditor: 63, salt: '0' },
        ...{ secret: 'f'.repeat(64), realRoot: named('another root') },
        ...{ round: 1, segments: 64, shareBps: 1_000 },
      },
      { seal, secret: '', realRoot: named('root'), round: 2, segments: 2, shareBps: 10_000 },
      { seal, secret: 'a', realRoot: named('root'), round: 2, segments: 1, shareBps: 10_000 },
    ],
    compute: ({ seal: it, secret, realRoot, round, segments, shareBps }) => ({
      seal: sealOf(it),
      hidden: hiddenOf(secret),
      salt: coveringSaltOf({ secret, realRoot }),
      planted: plantedLeaves({ secret, round, segments, shareBps }),
    }),
  }),
  topic({
    name: 'distances',
    about:
      'How far the end "worker" of a segment is from the end "auditor", both from "start": the ' +
      'residual, its part along the sum before (null: none), and the sum with it, in a run with ' +
      'these terms. Vectors are float32 as hex.',
    inputs: () => [
      // Beyond the tolerance.
      ...[1, 128, 129, 300].map((count) => ({
        ...{ start: stateOf(count, 1), worker: stateOf(count, 4), auditor: stateOf(count, 3) },
        before: count === 1 ? null : stateOf(count, 9).params,
        ...wide,
      })),
      {
        start: stateOf(5, 1),
        worker: stateOf(5, 2),
        auditor: stateOf(5, 1),
        before: null,
        ...wide,
      },
      {
        ...{ start: stateOf(5, 1), worker: stateOf(5, 2), auditor: stateOf(5, 2) },
        ...{ before: floatsToHex(new Float32Array(5)), ...wide },
      },
      // Within it: no sum before, one within its reach, and longer ones, which are shrunk first.
      ...[1, 128, 129, 300].flatMap((count) =>
        [null, 1 / 256, 1, 3e38].map((by) => ({
          ...{ start: stateOf(count, 1), worker: near(count), auditor: stateOf(count, 3) },
          before: by === null ? null : scaled(stateOf(count, 9).params, by),
          ...(by === 1 / 256 ? narrow : wide),
        })),
      ),
    ],
    compute: ({ start, worker, auditor, before, toleranceBillionths, window }) => {
      const ends = {
        ...{ start: snapshotOf(start), worker: snapshotOf(worker) },
        auditor: snapshotOf(auditor),
      };
      const sum = before === null ? null : floatsFromHex(before);
      const measured = measureEnds(ends, sum, { toleranceBillionths, window });
      return { ...measured, sum: floatsToHex(measured.sum) };
    },
  }),
];
