/**
 * What the fitted bowl of test/real-adversaries/landscape.ts is expected to do when everybody is honest, in
 * closed form (a bowl's directions are independent, and everything is linear), and the search for the
 * five numbers. Seeded: the same losses give the same fit.
 */
import { landscapeOf, rateAt, type Fit } from '@commonweights/test/real-adversaries/landscape.js';
import { trainers } from '@commonweights/test/real-adversaries/stage.js';
import { RandomStream } from '@commonweights/test/simulation/random-stream.js';

/** By round, of honest training. */
export interface Honest {
  /** Loss before the first round. */
  readonly before: number;
  /** By the part of the outer step that is taken, the whole first: means over seeds. */
  readonly losses: readonly { readonly part: number; readonly byRound: readonly number[] }[];
  /** With the whole step: how alike two workers' updates are, and how long, against the first round's. */
  readonly alike: readonly number[];
  readonly length: readonly number[];
}

export interface Expected {
  readonly before: number;
  readonly byRound: readonly number[];
  readonly alike: readonly number[];
  readonly length: readonly number[];
}

const outerMomentum = 0.3;

export function expectedOf(fit: Fit, it: { part: number; rounds: number }): Expected {
  const { curvature, distance, noise, innerSteps } = landscapeOf(fit);
  const rounds = Array.from({ length: it.rounds }, (_, round) => round);
  const [byRound, signal, luck] = [0, 1, 2].map(() => rounds.map(() => 0)) as [
    number[],
    number[],
    number[],
  ];
  let before = 0;
  for (const c of curvature) {
    let off = distance(c, 1);
    before += 0.5 * c * off * off;
    let [moving, spread, movingSpread, both] = [0, 0, 0, 0];
    for (const round of rounds) {
      let [left, variance] = [1, 0];
      for (let step = 0; step < innerSteps; step++) {
        const rate = rateAt(innerSteps * round + step);
        const kept = 1 - rate * c;
        left *= kept;
        variance = variance * kept * kept + (rate * noise(c)) ** 2;
      }
      const taken = 1 - left;
      signal[round]! += taken * taken * (off * off + spread);
      luck[round]! += variance;
      const [a, b] = [
        1 - it.part * taken * (1 + outerMomentum),
        -it.part * outerMomentum * outerMomentum,
      ];
      const e = -it.part * (1 + outerMomentum);
      const ofMean = variance / trainers.length;
      const m = outerMomentum;
      [off, moving] = [a * off + b * moving, m * moving + taken * off];
      [spread, movingSpread, both] = [
        a * a * spread + b * b * movingSpread + 2 * a * b * both + e * e * ofMean,
        m * m * movingSpread + taken * taken * spread + 2 * m * taken * both + ofMean,
        a * taken * spread + (a * m + b * taken) * both + b * m * movingSpread + e * ofMean,
      ];
      byRound[round]! += 0.5 * c * (off * off + spread);
    }
  }
  const first = Math.sqrt(signal[0]! + luck[0]!);
  return {
    ...{ before, byRound },
    alike: rounds.map((round) => signal[round]! / (signal[round]! + luck[round]!)),
    length: rounds.map((round) => Math.sqrt(signal[round]! + luck[round]!) / first),
  };
}

/** Losses as what is left of the whole step's progress: 1 before the first round, 0 after its last. */
export function leftOf(losses: readonly number[], it: { before: number; end: number }): number[] {
  return losses.map((loss) => (loss - it.end) / (it.before - it.end));
}

/** What damage is measured by counts a hundred times. */
const lastWeight = 100;
const alikeWeight = 0.3;
const lengthWeight = 0.03;

export function misfit(fit: Fit, honest: Honest): number {
  const rounds = honest.alike.length;
  const whole = expectedOf(fit, { part: 1, rounds });
  const end = whole.byRound.at(-1)!;
  if (!(whole.before > end)) return Infinity;
  const realEnd = honest.losses[0]!.byRound.at(-1)!;
  let sum = 0;
  for (const { part, byRound } of honest.losses) {
    const real = leftOf(byRound, { before: honest.before, end: realEnd });
    const { byRound: expected } = expectedOf(fit, { part, rounds });
    for (const [i, left] of leftOf(expected, { before: whole.before, end }).entries()) {
      sum += (i === rounds - 1 ? lastWeight : 1) * (left - real[i]!) ** 2;
    }
  }
  for (let i = 0; i < rounds; i++) {
    sum += alikeWeight * (whole.alike[i]! - honest.alike[i]!) ** 2;
    const longer = Math.log(whole.length[i]! / honest.length[i]!);
    sum += lengthWeight * longer ** 2;
  }
  return sum;
}

const guesses = 12_000;
const refinements = 12_000;

export function fitTo(honest: Honest): Fit {
  const random = new RandomStream('landscape');
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  let best = { misfit: Infinity, fit: null as Fit | null };
  const consider = (fit: Fit) => {
    const found = misfit(fit, honest);
    if (found < best.misfit) best = { misfit: found, fit };
  };
  for (let i = 0; i < guesses; i++) {
    consider({
      ...{ steepest: 2 ** between(-4, 1), span: 2 ** between(1.5, 17) },
      ...{ power: between(-2, 1), noise: 2 ** between(-7, 3), noisePower: between(0, 1) },
    });
  }
  for (let i = 0; i < refinements; i++) {
    const { steepest, span, power, noise, noisePower } = best.fit!;
    consider({
      steepest: steepest * 2 ** between(-0.15, 0.15),
      span: span * 2 ** between(-0.3, 0.3),
      power: power + between(-0.1, 0.1),
      noise: noise * 2 ** between(-0.15, 0.15),
      noisePower: noisePower + between(-0.1, 0.1),
    });
  }
  return best.fit!;
}
