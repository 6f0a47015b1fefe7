/** Looking a bounty up for a command that cannot go on without it, and its numbers by account. */
import {
  readBountyRecords,
  type BountyCalls,
} from '@commonweights/dao-contracts/client/bounties.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { BountyView } from '@commonweights/dao-contracts/client/views.js';
import { CliError } from '../errors.js';
import { exitCodes } from '../exit-codes.js';

/** Error: `NO_SUCH_BOUNTY`. */
export async function readBounty(client: DaoClient, bounty: number): Promise<BountyView> {
  const view = await client.getBounty({ bounty });
  if (view) return view;
  throw new CliError(
    exitCodes.notFound,
    `NO_SUCH_BOUNTY: ${client.contract} has no bounty ${bounty}; see "commonweights bounty list"`,
  );
}

/** The account's number among contributors or reviewers; null: it is none of them. */
export async function numberIn(
  client: BountyCalls,
  it: { bounty: number; kind: 'contributor' | 'reviewer'; account: string },
): Promise<number | null> {
  const { account, ...which } = it;
  const all = await readBountyRecords(client, which);
  const number = all.findIndex((one) => one.account === account);
  return number < 0 ? null : number;
}
