/**
 * What a run pays for computing, by the teraFLOP. A proposer could else sell trivial steps dear to
 * a treasury, with its own machines as workers: no stake prevents it, since the work is honest. The
 * FLOPs of a round follow from the program (trainer/program/count-flops.ts), so every worker checks
 * what the terms declare; the DAO's policy caps the price.
 */
import { refuse } from './errors.js';
import type { Policy } from './actions.js';
import type { RunTerms } from './run-terms.js';

const tera = 10n ** 12n;

/** Rounded up. */
export function pricePerTeraFlopYocto(amountYocto: bigint, flops: bigint): bigint {
  return (amountYocto * tera + flops - 1n) / flops;
}

/**
 * Neither a verified update nor an audit may pay more than the policy's price of a whole round: an
 * audit re-executes one segment, but has to fetch its material and to start an engine for it.
 * Error: `PRICE_TOO_HIGH`.
 */
export function checkPrice(
  terms: Pick<RunTerms, 'rewardYocto' | 'auditFeeYocto' | 'flopsPerRound'>,
  policy: Pick<Policy, 'rewardPerTeraFlopYoctoMax'>,
): void {
  const flops = BigInt(terms.flopsPerRound);
  const most = BigInt(policy.rewardPerTeraFlopYoctoMax);
  for (const field of ['rewardYocto', 'auditFeeYocto'] as const) {
    const price = pricePerTeraFlopYocto(BigInt(terms[field]), flops);
    if (price <= most) continue;
    refuse(
      'PRICE_TOO_HIGH',
      `${field} is ${price} yoctoNEAR per teraFLOP of a round, the policy allows ${most}; ` +
        `lower it to ${(most * flops) / tera}`,
    );
  }
}
