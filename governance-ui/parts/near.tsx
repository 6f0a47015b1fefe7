/** An amount of NEAR: short to the eye, exact on hover. */
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { shortNear } from '../words/amounts.js';

export function Near({ yocto }: { yocto: bigint }) {
  return (
    <span class="near" title={formatNear(yocto)}>
      {shortNear(yocto)}
    </span>
  );
}
