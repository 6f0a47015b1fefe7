/**
 * What a round moves and takes for large models, from measured bits and the chain's seconds. Every
 * assumption is a constant here, and a sentence in docs/scaling.md.
 */
import { chainSecondsPerRound } from '@commonweights/trainer/run/chain-fees.js';

/** 100 Mbit/s each way, at once; round trips are hidden in many connections. */
const bytesPerSecond = 12_500_000;
const workers = 8;

/** Bits per parameter of an update, everything included (`npm run bench -- codec`, `learning`). */
const exchanges = [
  // With its outer momentum.
  { name: 'int8', bits: 8, statesOf: 2 },
  { name: '432 of 4,096', bits: 0.615, statesOf: 1 },
  { name: '64 of 4,096', bits: 0.142, statesOf: 1 },
] as const;

/** MB/s of dense fp32 parameters on one core: what everybody does with every update. */
const encodeMbPerSecond = 500;
const decodeMbPerSecond = 250;
/** Updates are decoded beside each other, on as many cores. */
const cores = 8;

/** Computing of a machine that such a model is trained on, at the share of its peak that it reaches. */
const models = [
  { name: '150M', parameters: 150e6, teraFlops: 20, tokensPerStep: 65_536 },
  { name: '1B', parameters: 1e9, teraFlops: 160, tokensPerStep: 131_072 },
  { name: '8B', parameters: 8e9, teraFlops: 3_200, tokensPerStep: 524_288 },
] as const;

export function largeModels(): string {
  const head = [
    ...['model', 'exchange', 'update, MB', 'transfer, s', 'codec, s', 'chain, s'],
    ...['97 % from a round of', 'H for that', 'state beside it, s', 'if that were waited for', 'H'],
    'less than ddp',
  ];
  const lines = models.flatMap((model) =>
    exchanges.map(({ name, bits, statesOf }) => {
      const { parameters, tokensPerStep, teraFlops } = model;
      const updateBytes = (parameters * bits) / 8;
      const transfer = (workers * updateBytes) / bytesPerSecond;
      const codec = codecSeconds(parameters);
      const state = (4 * statesOf * parameters) / bytesPerSecond;
      const step = (6 * parameters * tokensPerStep) / (teraFlops * 1e12);
      const beside = 32 * (transfer + codec + chainSecondsPerRound);
      // Of a shorter round the next one's upload would have to wait.
      const needed = Math.max(beside, state);
      const waited = beside + 32 * state;
      const stepsFor = (seconds: number) => Math.ceil(seconds / step);
      return [
        ...[model.name, name, whole(updateBytes / 1e6), whole(transfer), whole(codec)],
        ...[`${chainSecondsPerRound}`, duration(needed), `${stepsFor(needed)}`, whole(state)],
        ...[duration(waited), `${stepsFor(waited)}`],
        `${whole((stepsFor(needed) * 32) / bits)}×`,
      ];
    }),
  );
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [row(head), `|${head.map(() => ' --- |').join('')}`, ...lines.map(row)].join('\n');
}

function codecSeconds(parameters: number): number {
  const megabytes = (4 * parameters) / 1e6;
  return megabytes / encodeMbPerSecond + (workers * megabytes) / decodeMbPerSecond / cores;
}

function whole(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

function duration(seconds: number): string {
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
