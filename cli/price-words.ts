/** What a run pays for computing and for data, in words. */
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { pricePerTeraFlopYocto } from '@commonweights/dao-contracts/rules/price-per-flop.js';

/** Terms as a chain shows them or as a draft gives them: money is a bigint or decimal text. */
interface Priced {
  readonly rewardYocto: bigint | string;
  readonly flopsPerRound: string;
}

/** `1 NEAR per 6.02 GFLOP of verified work: 166.2 NEAR per TFLOP`. */
export function describePrice({ rewardYocto, flopsPerRound }: Priced): string {
  const reward = BigInt(rewardYocto);
  const flops = BigInt(flopsPerRound);
  const price = pricePerTeraFlopYocto(reward, flops);
  return (
    `${formatNear(reward)} per ${formatFlops(flops)} of verified work: ` +
    `${shortNear(price)} NEAR per TFLOP`
  );
}

interface DataPriced {
  readonly dataRewardYocto: bigint | string;
  readonly dataShares: readonly { readonly dataset: string; readonly weightBps: number }[];
}

/** `0.1 NEAR a final round, to the contributors of letters@1 (25 %), speeches@1 (75 %)`. */
export function describeDataPay({ dataRewardYocto, dataShares }: DataPriced): string {
  if (dataShares.length === 0) return 'nothing';
  const whose = dataShares.map(({ dataset, weightBps }) => `${dataset} (${weightBps / 100} %)`);
  const each = formatNear(BigInt(dataRewardYocto));
  return `${each} a final round, to the contributors of ${whose.join(', ')}`;
}

/** Three digits and a unit. */
export function formatFlops(flops: bigint): string {
  const units = ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP', 'EFLOP', 'ZFLOP', 'YFLOP'];
  let unit = 0;
  let scale = 1n;
  while (flops >= scale * 1000n && unit < units.length - 1) {
    scale *= 1000n;
    unit++;
  }
  const hundredths = (flops * 100n) / scale;
  const text = `${hundredths / 100n}.${`${hundredths % 100n}`.padStart(2, '0')}`;
  return `${unit === 0 ? flops : text} ${units[unit]!}`;
}

/** To the hundredth, or where less than that is paid, to three digits. */
export function shortNear(yocto: bigint): string {
  const whole = Number(yocto) / 1e24;
  return whole >= 0.01 ? whole.toFixed(2) : whole.toPrecision(3);
}
