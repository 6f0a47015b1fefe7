/** What real plays came to beside the simulation, as a table, and where the two disagree. */
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { RealAdversary } from '@commonweights/test/real-adversaries/conducts.js';
import type { Alike } from '@commonweights/test/real-adversaries/simulate-alike.js';
import { defences, type Defence } from '@commonweights/test/real-adversaries/stage.js';
import { wilson } from '@commonweights/test/simulation/expectations.js';
import { meanAndError, type MeanAndError } from './mean-and-error.js';

/** One play. */
export interface PlayLine {
  readonly adversary: string;
  readonly defence: Defence['name'];
  readonly seed: number;
  readonly status: string;
  readonly exposed: number;
  readonly detected: number;
  readonly honestPunished: number;
  readonly honestAudits: number;
  /** Held-out nats per token: of the initial weights, and of the last root. */
  readonly before: number;
  readonly heldOutLoss: number;
  /** After each round that stands. */
  readonly losses: readonly number[];
}

interface Outcome {
  readonly chosen: readonly RealAdversary[];
  readonly lines: readonly PlayLine[];
  readonly simulated: readonly Alike[];
  readonly terms: RunTerms;
}

const names = defences.map(({ name }) => name);

export function tableOf(it: Outcome): string {
  const { terms, lines } = it;
  const audits = lines.reduce((sum, line) => sum + line.honestAudits, 0);
  const punished = lines.reduce((sum, line) => sum + line.honestPunished, 0);
  const head = [
    ...['adversary', 'found', '95 %', 'simulated', '95 %', 'formula'],
    ...names.map((name) => `damage, ${name}`),
    ...names.map((name) => `simulated, ${name}`),
  ];
  const rows = it.chosen.map((adversary) => rowOf(adversary, it));
  return [
    `${terms.maxWorkers} trainers, ${terms.maxAuditors} auditors, ${terms.rounds} rounds of ` +
      `${terms.segments} segments, half of the claims audited; ${lines.length} plays, ${audits} ` +
      `audits of honest claims closed, ${punished} honest seats lost money.`,
    '',
    `| ${head.join(' | ')} |`,
    `|${head.map(() => ' --- |').join('')}`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

function rowOf(adversary: RealAdversary, it: Outcome): string[] {
  const found = foundBy(adversary, it);
  const like = simulationOf(adversary, it, names[0]!);
  const formula = formulaOf(adversary, it);
  return [
    adversary.name,
    `${found.detected} of ${found.exposed}`,
    interval(found.detected, found.exposed),
    like ? `${like.detected} of ${like.exposed}` : '–',
    like ? interval(like.detected, like.exposed) : '–',
    formula === null ? '–' : `${(100 * formula).toFixed(1)} %`,
    ...names.map((name) => percent(damageOf(adversary, it, name))),
    ...names.map((name) => {
      const row = simulationOf(adversary, it, name);
      return percent(row ? { mean: row.damage, error: row.damageError, count: row.seeds } : null);
    }),
  ];
}

/** With the whole of the defence. */
function foundBy({ name }: RealAdversary, { lines }: Outcome) {
  const own = lines.filter((one) => one.adversary === name && one.defence === names[0]);
  return {
    detected: own.reduce((sum, one) => sum + one.detected, 0),
    exposed: own.reduce((sum, one) => sum + one.exposed, 0),
  };
}

function simulationOf({ name }: RealAdversary, it: Outcome, defence: Defence['name']) {
  return it.simulated.find((one) => one.adversary === name && one.defence === defence)?.row ?? null;
}

function formulaOf(adversary: RealAdversary, it: Outcome): number | null {
  if (adversary.expects) return adversary.expects(it.terms);
  return simulationOf(adversary, it, names[0]!)?.expected ?? null;
}

/** Of the progress that honest plays of the same seeds made, the share that was lost. */
function damageOf(
  { name }: RealAdversary,
  { lines }: Outcome,
  defence: Defence['name'],
): MeanAndError | null {
  const of = (adversary: string) =>
    lines.filter((one) => one.adversary === adversary && one.defence === defence);
  const honest = new Map(of('honest').map((one) => [one.seed, one.heldOutLoss]));
  const shares = of(name).flatMap(({ seed, before, heldOutLoss }) => {
    const loss = honest.get(seed);
    return loss === undefined ? [] : [(heldOutLoss - loss) / (before - loss)];
  });
  return shares.length === 0 ? null : meanAndError(shares);
}

/** Sentences of what does not agree; none: all does. */
export function disagreements(it: Outcome): string[] {
  const faults: string[] = [];
  for (const adversary of it.chosen) {
    const { detected, exposed } = foundBy(adversary, it);
    const like = simulationOf(adversary, it, names[0]!);
    const real = wilson(detected, exposed);
    if (exposed > 0 && like && like.exposed > 0) {
      const [low, high] = wilson(like.detected, like.exposed);
      if (real[0] > high || real[1] < low) {
        faults.push(`${adversary.name} is found otherwise than in the simulation`);
      }
    }
    const formula = formulaOf(adversary, it);
    const [low, high] = wilson(detected, exposed, faultyZ);
    if (exposed > 0 && formula !== null && (formula < low - slack || formula > high + slack)) {
      faults.push(`${adversary.name} is not found as the formula says`);
    }
  }
  for (const adversary of it.chosen) {
    for (const name of names) {
      const damage = damageOf(adversary, it, name);
      const like = simulationOf(adversary, it, name);
      if (!damage || damage.count < 2 || !like) continue;
      if (damage.mean > ruined && like.damage > ruined) continue;
      const error = Math.hypot(damage.error, like.damageError);
      if (Math.abs(damage.mean - like.damage) <= faultyZ * error + bowlMisses) continue;
      faults.push(`${adversary.name}, ${name}, harms otherwise than in the simulation`);
    }
  }
  for (const line of it.lines) {
    if (line.honestPunished === 0) continue;
    faults.push(`${line.adversary}, seed ${line.seed}: ${line.honestPunished} honest seats lost`);
  }
  return faults;
}

/** As the simulation's verdicts: beyond luck in a table of many rows. */
const faultyZ = 3.3;
const slack = 1e-9;
/** Of the progress: how far the fitted bowl is from honest runs with a part of the step, at most. */
const bowlMisses = 0.03;

function interval(hits: number, trials: number): string {
  if (trials === 0) return '–';
  const [low, high] = wilson(hits, trials);
  return `${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)}`;
}

function percent(it: MeanAndError | null): string {
  if (!it || (it.count > 0 && Number.isNaN(it.mean))) return '–';
  // Of one play there is no error.
  return it.mean > ruined || it.count < 2
    ? shareOf(it.mean)
    : `${shareOf(it.mean)} ± ${(100 * it.error).toFixed(1)}`;
}

/** More than all progress ten times over: how much more says nothing. */
const ruined = 10;

function shareOf(value: number): string {
  return value > ruined || !Number.isFinite(value) ? 'all' : `${(100 * value).toFixed(1)} %`;
}
