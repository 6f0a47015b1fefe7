/**
 * What a round moves and takes for large models, from measured bits and the chain's seconds. Every
 * assumption is a constant here, and a sentence in docs/scaling.md.
 */
import { chainSecondsPerRound } from '@commonweights/trainer/run/chain-fees.js';

/** 100 Mbit/s each way, at once; round trips are hidden in many connections. */
const bytesPerSecond = 12_500_000;
const workers = 8;

/**
 * Bits per parameter of an update, everything included, and MB/s of dense fp32 parameters on one core,
 * measured (`npm run bench -- codec`, `learning`); of 432 of 4,096 what 512 have. Everybody looks at
 * every update, strictly, when it comes, and reads it once more to aggregate it.
 */
const exchanges = [
  // With its outer momentum.
  { name: 'int8', bits: 8, statesOf: 2, encode: 950, look: 1_150, read: 1_700 },
  { name: '432 of 4,096', bits: 0.615, statesOf: 1, encode: 160, look: 140, read: 145 },
  { name: '64 of 4,096', bits: 0.142, statesOf: 1, encode: 580, look: 660, read: 800 },
] as const;

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
    exchanges.map((exchange) => {
      const { name, bits, statesOf } = exchange;
      const { parameters, tokensPerStep, teraFlops } = model;
      const updateBytes = (parameters * bits) / 8;
      const transfer = (workers * updateBytes) / bytesPerSecond;
      const codec = codecSeconds(parameters, exchange);
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

/** One update after another, on one core. */
function codecSeconds(
  parameters: number,
  { encode, look, read }: { encode: number; look: number; read: number },
): number {
  const megabytes = (4 * parameters) / 1e6;
  return megabytes / encode + workers * (megabytes / look + megabytes / read);
}

function whole(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

function duration(seconds: number): string {
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
