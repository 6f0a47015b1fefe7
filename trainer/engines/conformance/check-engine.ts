/**
 * The conformance suite: what any engine must show before its work counts. The tests run it over
 * every engine that is there, and `commonweights engine test` over those of a user's machine.
 */
import type { Engine } from '../engine.js';
import { compareWithDifferences, runCase } from './finite-differences.js';
import { largeCases, repeatCase } from './large-cases.js';
import { boundsOf, relativeDistance, requireThat } from './measures.js';
import { operationCases, type OperationCase } from './operation-cases.js';
import { Trainer, trainingChecks } from './training-checks.js';

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  /** What was found, or the sentence of the failure. */
  readonly detail: string;
}

/**
 * Runs everything, whatever fails. `reference` is the exact engine; `repeats`, how often each large
 * case is run.
 */
export async function checkEngine(it: {
  engine: Engine;
  reference: Engine;
  repeats: number;
  /** Default: all. */
  only?(name: string): boolean;
  signal?: AbortSignal;
  onCheck?(check: Check, done: number, total: number): void;
}): Promise<Check[]> {
  const { engine, reference, repeats } = it;
  const trainer = new Trainer(engine, reference);
  const all: [string, () => Promise<string>][] = [
    ...operationCases.map((one) => checkOf(`gradient: ${one.name}`, () => checkCase(one, it))),
    ...largeCases.map((one) =>
      checkOf(`repeats: ${one.name}`, () => checkRepeats(one, engine, repeats)),
    ),
    ...Object.entries(trainingChecks).map(([name, check]) => checkOf(name, () => check(trainer))),
  ];
  const work = all.filter(([name]) => it.only?.(name) ?? true);
  const checks: Check[] = [];
  for (const [name, run] of work) {
    it.signal?.throwIfAborted();
    const check = await run().then(
      (detail) => ({ name, passed: true, detail }),
      (error: unknown) => ({ name, passed: false, detail: (error as Error).message }),
    );
    checks.push(check);
    it.onCheck?.(check, checks.length, work.length);
  }
  await trainer.close();
  return checks;
}

function checkOf(name: string, run: () => Promise<string>): [string, () => Promise<string>] {
  return [name, run];
}

async function checkCase(
  one: OperationCase,
  { engine, reference }: { engine: Engine; reference: Engine },
): Promise<string> {
  const runtime = await engine.runtime();
  // A difference of two losses of three digits says nothing of a gradient.
  const said = engine.precision ? [] : ['as differences'];
  if (!engine.precision) await compareWithDifferences(one, runtime);
  if (engine.name === reference.name) return said.join();
  const own = await runCase(one, runtime);
  const theirs = await runCase(one, await reference.runtime());
  let most = 0;
  for (const name of Object.keys(theirs)) {
    most = Math.max(most, relativeDistance(own[name]!, theirs[name]!));
  }
  requireThat(
    most <= boundsOf(engine).operation,
    `${one.name} is ${most.toExponential(1)} from ${reference.name}`,
  );
  return [...said, `${most.toExponential(1)} from ${reference.name}`].join('; ');
}

async function checkRepeats(one: OperationCase, engine: Engine, repeats: number): Promise<string> {
  const digests = await repeatCase(one, { runtime: await engine.runtime(), repeats });
  const different = new Set(digests).size;
  if (engine.class === 'exact') {
    requireThat(different === 1, `${different} different results in ${repeats} runs`);
  }
  return different === 1 ? `same bits in ${repeats} runs` : `${different} results in ${repeats}`;
}
