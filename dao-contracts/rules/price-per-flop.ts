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

/** What a seat's round can be paid, by whatever name. */
export type PricedFees = Pick<RunTerms, 'rewardYocto' | 'auditFeeYocto' | 'flopsPerRound'> &
  Partial<Pick<RunTerms, 'decoyFeeYocto' | 'relayFeeYocto' | 'relayedCallsPerRound'>> &
  Partial<Pick<RunTerms, 'dataRewardYocto' | 'maxWorkers'>>;

/**
 * Neither a verified update nor an audit, a decoy or the relayed calls of a round may pay more than
 * the policy's price of a whole round: an audit re-executes one segment, but has to fetch its
 * material and to start an engine for it; and what one of these fees could not bring, another one
 * would. Nor may the data of a round, for all its workers. Error: `PRICE_TOO_HIGH`.
 */
export function checkPrice(
  terms: PricedFees,
  policy: Pick<Policy, 'rewardPerTeraFlopYoctoMax'>,
): void {
  const most = BigInt(policy.rewardPerTeraFlopYoctoMax);
  const { rewardYocto, auditFeeYocto, decoyFeeYocto = '0', relayFeeYocto = '0' } = terms;
  const { dataRewardYocto = '0', maxWorkers = 1 } = terms;
  const fees = { rewardYocto, auditFeeYocto, decoyFeeYocto, relayFeeYocto, dataRewardYocto };
  for (const [field, yocto] of Object.entries(fees)) {
    // Of a round's calls each may pay it.
    const flops =
      BigInt(terms.flopsPerRound) * BigInt(field === 'dataRewardYocto' ? maxWorkers : 1);
    const times = field === 'relayFeeYocto' ? BigInt(terms.relayedCallsPerRound ?? 0) : 1n;
    const price = pricePerTeraFlopYocto(BigInt(yocto) * times, flops);
    if (price <= most) continue;
    refuse(
      'PRICE_TOO_HIGH',
      `${field} is ${price} yoctoNEAR per teraFLOP of a round, the policy allows ${most}; ` +
        `lower it to ${(most * flops) / tera / times}`,
    );
  }
}
