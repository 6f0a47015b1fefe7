/** Vectors of a run: its terms from its spec, and a whole small run command by command. */
import { viewApplicant, viewRun, viewSeat } from '@commonweights/dao-contracts/rules/run-view.js';
import { escrowNeeded, stakeNeeded } from '@commonweights/dao-contracts/rules/budget.js';
import { Refusal } from '@commonweights/dao-contracts/rules/errors.js';
import {
  stepRun,
  type RunCommand,
  type RunState,
} from '@commonweights/dao-contracts/rules/run-events.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run.js';
import { canonicalJson, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import { digestOf, sha256, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { decodeRunSpec, termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { contract, fundedRun, named, near, smallTerms } from '../dao-contracts/rules/run-play.js';
import { recordRun, runTerms } from './recorded-run.js';
import { tinyModel, tinyOptimizer } from './training-topics.js';
import { fromHex, topic } from './vector-topic.js';

const spec = {
  version: 1,
  title: 'a tiny run',
  model: tinyModel,
  initialSeed: 7,
  tokenizer: named('tokenizer'),
  program: named('program'),
  fingerprint: named('fingerprint'),
  data: {
    dataset: 'tiny@1',
    manifest: named('manifest'),
    train: 'train.u16',
    heldOut: 'heldout.u16',
    sequences: 1_001,
    seed: 3,
  },
  inner: {
    optimizer: tinyOptimizer,
    batchSize: 4,
    stepsPerRound: 10,
    segments: 5,
    localResetInterval: 4,
    schedule: { kind: 'warmup-linear', peak: 0.003, final: 0, warmupSteps: 5, totalSteps: 80 },
  },
  outer: { kind: 'diloco', codec: 'int8', learningRate: 0.7, momentum: 0.9 },
  evaluation: { sequences: 8 },
  rounds: 8,
  minWorkers: 2,
  maxWorkers: 4,
  maxAuditors: 1,
  deadlinesMs: {
    enrol: 60_000,
    train: 600_000,
    reveal: 60_000,
    certify: 60_000,
    aggregate: 60_000,
    audit: 300_000,
  },
  auditedClaimsBps: 2_500,
  auditsPerClaim: 2,
  witnesses: 3,
  challengeWindowMs: 60_000,
  taintedShareBpsMax: 1_000,
  decoyShareBps: 2_000,
  heldBackRounds: 2,
  flopsPerRound: '1000000000000',
  economics: {
    stakeYocto: `${near}`,
    rewardYocto: `${near / 10n}`,
    auditFeeYocto: `${near / 100n}`,
    computeCostYocto: `${near / 20n}`,
    seatsPerAccount: 2,
    relayFeeYocto: `${near / 500n}`,
    relayedCallsPerRound: 8,
    earnedStakeSeatsMax: 1,
    decoyFeeYocto: `${near / 200n}`,
    dataRewardYocto: `${near / 5n}`,
    dataShares: [
      { dataset: 'speeches@1', weightBps: 7_000 },
      { dataset: 'letters@2', weightBps: 3_000 },
    ],
  },
};

export interface RunCase {
  terms: RunTerms;
  commands: { nowMs: number; seed: string; command: Record<string, unknown> }[];
}

function playCase({ terms, commands }: RunCase) {
  let state = fundedRun(terms);
  return commands.map(({ nowMs, seed, command }) => {
    const at = { contract, nowMs, seed: fromHex(seed), hash: sha256, utf8: encodeUtf8 };
    try {
      const step = stepRun(state, commandOf(command), at);
      state = step.state;
      const { moves, credits, records } = step.effects;
      const { run } = state;
      return {
        status: run.status,
        round: run.open?.round ?? null,
        phase: run.open?.phase ?? null,
        logHead: run.logHead,
        state: digestOfJson(shownState(state, nowMs)),
        moves: Object.fromEntries(
          Object.entries(moves).flatMap(([bucket, yocto]) =>
            yocto === 0n ? [] : [[bucket, `${yocto}`]],
          ),
        ),
        credits: Object.fromEntries([...credits].map(([who, yocto]) => [who, `${yocto}`])),
        records: records.map(({ text }) => text),
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { refused: error.code };
    }
  });
}

function commandOf(json: Record<string, unknown>): RunCommand {
  const { depositYocto } = json;
  const command = { ...json, depositYocto: BigInt((depositYocto as string | undefined) ?? 0) };
  return command as unknown as RunCommand;
}

/** What `get_run` and `get_seats` answer. */
function shownState(state: RunState, nowMs: number) {
  const { run, terms, seats, audits, disputes, applicants } = state;
  return {
    run: viewRun(run, { terms, audits, disputes, nowMs }),
    seats:
      run.status === 'enrolling'
        ? applicants.map((one, i) => viewApplicant(one, i, terms))
        : seats.map((seat) => viewSeat(seat, { run })),
  };
}

export const runTopics = [
  topic({
    name: 'run-spec',
    about:
      'A run spec, its canonical text and digest, and the terms that follow from it (with an ' +
      'initial root); the least budget and stake of those terms.',
    inputs: () => {
      const { initialSeed, ...rest } = spec;
      void initialSeed;
      const datasets = ['a-parent@1', 'tiny@1'];
      const parent = { weights: named('weights'), release: named('release'), datasets };
      const initialRoot = named('initial root');
      return [
        { spec, initialRoot },
        { spec: { ...rest, parent }, initialRoot },
      ] as {
        spec: object;
        initialRoot: Digest;
      }[];
    },
    compute: ({ spec: json, initialRoot }) => {
      const decoded: RunSpec = decodeRunSpec(json);
      const canonical = canonicalJson(decoded);
      const digest = digestOf(new TextEncoder().encode(canonical));
      const terms = termsOf({ spec: decoded, digest, initialRoot });
      return {
        canonical,
        digest,
        terms,
        escrowNeededYocto: `${escrowNeeded(terms)}`,
        stakeNeededYocto: `${stakeNeeded(terms)}`,
      };
    },
  }),
  topic({
    name: 'budget',
    about: 'escrowNeeded and stakeNeeded of terms (docs/protocol/run.md).',
    inputs: () =>
      [
        {},
        { rounds: 100_000, maxWorkers: 64, maxAuditors: 0 },
        { maxWorkers: 1, minWorkers: 1, maxAuditors: 0, rewardYocto: '0', auditFeeYocto: '0' },
        { maxWorkers: 16, maxAuditors: 4, rounds: 40 },
      ].map((changes) => ({ terms: { ...smallTerms, ...changes } })),
    compute: ({ terms }) => ({
      escrowNeededYocto: `${escrowNeeded(terms)}`,
      stakeNeededYocto: `${stakeNeeded(terms)}`,
    }),
  }),
  topic({
    name: 'run',
    about:
      `A whole run, command by command, on contract ${contract}: run 1 of proposal 1 by ann.test, ` +
      'funded with escrowNeeded(terms), nothing stored before. seed: the random bytes of the block ' +
      'of a tick. After each command: where the run stands, the head of its log, the digest of the ' +
      'canonical JSON {run: get_run, seats: get_seats}, how money moved between buckets and onto ' +
      'ledgers, and the round records written; or the code of the refusal.',
    inputs: (): RunCase[] => [{ terms: runTerms, commands: recordRun() }],
    compute: playCase,
  }),
];
