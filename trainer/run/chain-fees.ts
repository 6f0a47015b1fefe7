/**
 * What a worker's calls cost on chain, for a forecast. Gas is that of `npm run bench -- gas` (five
 * workers, median), plus what NEAR takes for a transaction with one call; the price is the network's
 * minimum of 10⁸ yocto for a unit of gas, at which it nearly always stands.
 */

/** Tgas of the contract's own execution. */
const callTeraGas = {
  commit: 4.4,
  reveal: 5.3,
  certify: 4.5,
  submit_root: 4.6,
  deliver: 7.1,
  answer: 6.1,
  open: 7.4,
  tick: 6,
} as const;

/** Making and running a receipt with one function call. */
const transactionTeraGas = 1.2;
const yoctoPerTeraGas = 10n ** 20n;
/** Four phases a round, each closed by a tick. */
const ticksPerRound = 4;
/** Each phase takes a worker's call and a tick to become final: about three seconds each time. */
export const chainSecondsPerRound = 12;

export interface ChainUse {
  /** Of one worker and round, on average. */
  readonly calls: number;
  readonly teraGas: number;
  readonly feesYocto: bigint;
}

/**
 * Of one worker in one round, on average: its four calls, its share of the ticks, and of audits
 * both sides, with every claim audited with probability `auditedClaimsBps` ÷ 10000.
 */
export function chainUseOf(it: { workers: number; auditedClaimsBps: number }): ChainUse {
  const audited = it.auditedClaimsBps / 10_000;
  const counts: Record<keyof typeof callTeraGas, number> = {
    ...{ commit: 1, reveal: 1, certify: 1, submit_root: 1 },
    ...{ deliver: audited, open: audited, answer: audited },
    tick: ticksPerRound / it.workers,
  };
  let [calls, teraGas] = [0, 0];
  for (const [call, count] of Object.entries(counts)) {
    calls += count;
    teraGas += count * (callTeraGas[call as keyof typeof callTeraGas] + transactionTeraGas);
  }
  return { calls, teraGas, feesYocto: priceOf(teraGas) };
}

/** Of answering so many audits, in yoctoNEAR. */
export function auditFeesOf(audits: number): bigint {
  return priceOf(audits * (callTeraGas.answer + transactionTeraGas));
}

function priceOf(teraGas: number): bigint {
  return (BigInt(Math.round(teraGas * 1000)) * yoctoPerTeraGas) / 1000n;
}
