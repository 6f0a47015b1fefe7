/**
 * The tables of docs/protocol/economics.md, computed by the rules that decide. `npm run bench --
 * economics` prints them; a test holds the page against them.
 */
import {
  liarsHoldMajority,
  smallestPanel,
} from '@commonweights/dao-contracts/rules/committee-size.js';
import {
  assessAttacks,
  boundSabotage,
  remediesOf,
  unstakedGainYocto,
} from '@commonweights/dao-contracts/rules/economics.js';
import { attacks, conviction } from '@commonweights/dao-contracts/rules/attacks.js';
import {
  formatDecimal,
  ofBps,
  ratio,
  times,
  type Rational,
} from '@commonweights/dao-contracts/rules/rational.js';
import {
  economicsOf,
  type PricedTerms,
} from '@commonweights/dao-contracts/rules/terms-economics.js';
import { draftOf } from '@commonweights/cli/main-job/recipe.js';
import { pricesOf } from '@commonweights/trainer/run/draft-economics.js';

export interface Table {
  readonly name: string;
  readonly markdown: string;
}

const near = 10n ** 24n;

const shares: readonly (readonly [string, Rational])[] = [
  ['10 %', ofBps(1_000)],
  ['20 %', ofBps(2_000)],
  ['25 %', ofBps(2_500)],
  ['33 %', ratio(1n, 3n)],
  ['40 %', ofBps(4_000)],
];
const panels = [3, 7, 15, 31, 63];
const risks: readonly (readonly [string, Rational])[] = [
  ['1 in 100', ratio(1n, 100n)],
  ['1 in 10,000', ratio(1n, 10_000n)],
  ['1 in 1,000,000', ratio(1n, 1_000_000n)],
];

export function economicsTables(): Table[] {
  return [
    { name: 'majority of 64', markdown: majorities(64) },
    { name: 'majority of many', markdown: majorities(null) },
    { name: 'panel sizes', markdown: panelSizes() },
    { name: 'attacks at the default terms', markdown: attacksAtDefaults() },
    { name: 'least stake', markdown: leastStakes() },
    { name: 'what stake cannot price', markdown: unpriced() },
  ];
}

/** Terms of the main job's run: the defaults of this repository. */
export function defaultTerms(): PricedTerms {
  const draft = draftOf(1);
  const { auditedClaimsBps, challengeWindowMs = 0, auditsPerClaim = 1 } = draft;
  const { heldBackRounds, inner } = draft;
  const { segments } = inner;
  const shares = { auditedClaimsBps, challengeWindowMs, auditsPerClaim };
  return { ...pricesOf(draft), ...shares, heldBackRounds, segments };
}

function majorities(population: number | null): string {
  return table(
    ['panel', ...shares.map(([text]) => `${text} liars`)],
    panels.map((size) => [
      `${size}`,
      ...shares.map(([, liars]) => probability(liarsHoldMajority({ size, population, liars }))),
    ]),
  );
}

function panelSizes(): string {
  return table(
    ['liars hold it less than', ...shares.map(([text]) => `${text} liars`)],
    risks.map(([text, risk]) => [
      text,
      ...shares.map(([, liars]) =>
        [64, null]
          .map((population) => smallestPanel({ population, liars, risk }) ?? '–')
          .join(' / '),
      ),
    ]),
  );
}

function attacksAtDefaults(): string {
  const rows = assessAttacks(economicsOf(defaultTerms()), 16).map((it) => [
    it.name,
    `${formatDecimal(times(it.detection, ratio(100n)), 1)} %`,
    it.roundsToDetection ? formatDecimal(it.roundsToDetection, 1) : 'never',
    inNear(it.gainYocto),
    inNear(it.lossYocto),
    inNear(it.profitYocto),
    inNear(ratio(it.horizonProfitYocto)),
    it.least.stakeYocto === null ? '–' : upTo(ratio(it.least.stakeYocto, near), 4),
    it.least.heldBackRounds === null ? '–' : `${it.least.heldBackRounds}`,
    it.least.auditedClaimsBps === null ? '–' : `${it.least.auditedClaimsBps} bps`,
  ]);
  return table(
    [
      ...['attack', 'found', 'rounds to it', 'brings', 'conviction takes', 'earns', 'in 16 rounds'],
      ...['least stake', 'least W', 'least p'],
    ],
    rows,
  );
}

/** Least stake, in rewards, against liars' share and audit share: the largest any attack needs. */
function leastStakes(): string {
  const terms = defaultTerms();
  const audits = [10_000, 5_000, 2_500, 1_000];
  return table(
    ['audited', ...shares.slice(0, 4).map(([text]) => `${text} liars`)],
    audits.map((auditedClaimsBps) => [
      `${auditedClaimsBps / 100} %`,
      ...shares.slice(0, 4).map(([, liars]) => {
        const economics = { ...economicsOf({ ...terms, auditedClaimsBps }), liars };
        const needed = attacks
          .filter((attack) => attack.applies(economics))
          .map((attack) => remediesOf(attack, economics).stakeYocto);
        if (needed.some((stake) => stake === null)) return '–';
        const most = needed.reduce((a, b) => (b! > a! ? b : a))!;
        return upTo(ratio(most, BigInt(terms.rewardYocto)), 2);
      }),
    ]),
  );
}

function unpriced(): string {
  const terms = defaultTerms();
  return table(
    [
      'liars',
      'conviction',
      'poisoned rounds a seat',
      'median steps moved',
      'cost each',
      'unstaked pretender, 8 / 16 / 32 rounds withheld',
    ],
    shares.map(([text, liars]) => {
      const economics = { ...economicsOf(terms), liars };
      const bound = boundSabotage(economics);
      const gains = [8, 16, 32].map((rounds) => {
        const gain = ratio(unstakedGainYocto(economics, rounds), BigInt(terms.rewardYocto));
        return probability(gain);
      });
      return [
        text,
        `${formatDecimal(times(conviction(economics), ratio(100n)), 1)} %`,
        bound.poisonedRounds ? formatDecimal(bound.poisonedRounds, 2) : 'no bound',
        bound.medianSteps ? formatDecimal(bound.medianSteps, 2) : 'no bound',
        inNear(bound.costYocto),
        gains.join(' / '),
      ];
    }),
  );
}

/** Four decimals, or below that the power of ten. */
function probability(value: Rational): string {
  if (value.numerator === 0n) return '0';
  if (value.numerator * 1000n >= value.denominator) return formatDecimal(value, 4);
  let exponent = 0;
  let scaled = value;
  while (scaled.numerator < scaled.denominator) {
    scaled = ratio(scaled.numerator * 10n, scaled.denominator);
    exponent++;
  }
  return `${formatDecimal(scaled, 1)}e-${exponent}`;
}

/** Rounded up: a least amount that is shown must be enough. */
function upTo({ numerator, denominator }: Rational, digits: number): string {
  const scale = 10n ** BigInt(digits);
  return formatDecimal(ratio((numerator * scale + denominator - 1n) / denominator, scale), digits);
}

function inNear(yocto: Rational): string {
  return formatDecimal(times(yocto, ratio(1n, near)), 4);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
