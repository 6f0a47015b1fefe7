/**
 * What a machine lacks for its stake, said before it joins: whether a run lets anybody earn one, and
 * whether the account holds it.
 */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/** Error: `STAKE_NOT_EARNABLE`. */
export function requireEarnable({ id, terms }: RunView, role: 'trainer' | 'auditor'): void {
  if (terms.earnedStakeSeatsMax > 0 && role === 'trainer') return;
  const why = role === 'trainer' ? 'lets nobody earn a stake' : 'lets no auditor earn a stake';
  throw new CliError(
    exitCodes.usage,
    `STAKE_NOT_EARNABLE: run ${id} ${why}; leave --earn-stake out and hold ${formatNear(terms.stakeYocto)}`,
  );
}

/** Error: `INSUFFICIENT_BALANCE`, of who would enrol now. */
export async function requireStake(client: DaoClient, { terms }: RunView): Promise<void> {
  const { stakeYocto, earnedStakeSeatsMax } = terms;
  const account = client.accountId!;
  const heldYocto = (await client.viewAccount(account))?.amountYocto ?? 0n;
  if (heldYocto >= stakeYocto) return;
  const instead = earnedStakeSeatsMax > 0 ? ', or give --earn-stake: pay becomes stake' : '';
  throw new CliError(
    exitCodes.insufficientFunds,
    `INSUFFICIENT_BALANCE: the stake is ${formatNear(stakeYocto)} and ${account} has ` +
      `${formatNear(heldYocto)}; send it ${formatNear(stakeYocto - heldYocto)} and some for fees${instead}`,
  );
}
