/**
 * `npm run bench -- adversaries --real [--seeds 6] [--simulated 60] [--only NAME] [--results FILE] [--write]`: the
 * main adversaries of the simulation as real workers, with real training, in time that passes only
 * when nothing else is left to do; and beside each what the simulation comes to under the very same
 * terms. Plays are kept in FILE as they end, and none is played twice. `--write` puts the table into
 * docs/protocol/simulation.md. Fails where the two disagree about what is found, or an honest seat
 * lost anything.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import {
  realAdversaries,
  type RealAdversary,
} from '@commonweights/test/real-adversaries/conducts.js';
import { playReal, startLoss } from '@commonweights/test/real-adversaries/measure.js';
import { defences, stageOf, type Defence } from '@commonweights/test/real-adversaries/stage.js';
import { simulateAlike } from '@commonweights/test/real-adversaries/simulate-alike.js';
import { disagreements, tableOf, type PlayLine } from './real-adversaries-table.js';
import { writeSection } from './write-section.js';

const { values } = parseArgs({
  options: {
    real: { type: 'boolean' },
    seeds: { type: 'string', default: '6' },
    undefended: { type: 'string', default: '3' },
    simulated: { type: 'string', default: '60' },
    only: { type: 'string' },
    results: { type: 'string', default: '.cache/bench/real-adversaries.jsonl' },
    write: { type: 'boolean', default: false },
  },
});
const chosen = realAdversaries.filter(
  ({ name }) => values.only === undefined || name === values.only,
);
if (chosen.length === 0) {
  const names = realAdversaries.map(({ name }) => name).join(', ');
  throw new Error(`UNKNOWN_NAME: "${values.only}"; adversaries are ${names}`);
}

/** Of the simulation beside each: so that its own interval is the narrower one. */
const simulatedSeeds = Number(values.simulated);

const known = readLines(values.results);
const engine = createOrtWasmEngine();
await playMissing();
const lines = [...known.values()];
const terms = await Promise.all(
  defences.map(async (defence) => {
    const stage = await stageOf(engine, defence, 1);
    await stage.session.dispose();
    return { defence, terms: stage.terms, recipe: stage.spec.outer };
  }),
);
const simulated = chosen.flatMap((adversary) =>
  terms
    .filter(({ defence }) => isPlayed(adversary, defence))
    .map((it) => simulateAlike(adversary, { ...it, seeds: simulatedSeeds })),
);
const table = tableOf({ chosen, lines, simulated, terms: terms[0]!.terms });
console.log(table);
if (values.write) writeSection('docs/protocol/simulation.md', 'real adversaries', table);
for (const fault of disagreements({ chosen, lines, simulated, terms: terms[0]!.terms })) {
  console.error(`FAULT: ${fault}`);
  process.exitCode = 1;
}

/** Auditors do nothing where nothing is audited. */
function isPlayed(adversary: RealAdversary | null, defence: Defence): boolean {
  return defence.auditedClaimsBps > 0 || (adversary?.harms ?? true);
}

/** Seed by seed, so that whenever it is stopped each adversary has been met as often. */
async function playMissing(): Promise<void> {
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    for (const defence of defences) {
      if (defence.auditedClaimsBps === 0 && seed > Number(values.undefended)) continue;
      const missing = [null, ...chosen].filter(
        (one) => isPlayed(one, defence) && !known.has(keyOf(one, defence, seed)),
      );
      if (missing.length > 0) await playAll(missing, defence, seed);
    }
  }
}

async function playAll(
  missing: readonly (RealAdversary | null)[],
  defence: Defence,
  seed: number,
): Promise<void> {
  const stage = await stageOf(engine, defence, seed);
  const before = await startLoss(stage);
  for (const adversary of missing) {
    const { played, ...counted } = await playReal(stage, adversary, seed);
    if (played.stuck.length > 0) throw new Error(`STUCK: ${played.stuck.join(', ')} never left`);
    const line: PlayLine = {
      ...{ adversary: adversary?.name ?? 'honest', defence: defence.name, seed, before },
      ...counted,
      status: played.status,
    };
    mkdirSync(dirname(values.results), { recursive: true });
    appendFileSync(values.results, `${JSON.stringify(line)}\n`);
    known.set(keyOf(adversary, defence, seed), line);
    console.log(
      `${line.adversary}, ${defence.name}, seed ${seed}: found ${line.detected} of ` +
        `${line.exposed}, held-out loss ${line.heldOutLoss.toFixed(3)}`,
    );
  }
  await stage.session.dispose();
}

function keyOf(adversary: RealAdversary | null, defence: Defence, seed: number): string {
  return `${adversary?.name ?? 'honest'}/${defence.name}/${seed}`;
}

function readLines(path: string): Map<string, PlayLine> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const all = text.split('\n').filter((line) => line !== '');
  return new Map(
    all.map((line) => {
      const one = JSON.parse(line) as PlayLine;
      return [`${one.adversary}/${one.defence}/${one.seed}`, one];
    }),
  );
}
