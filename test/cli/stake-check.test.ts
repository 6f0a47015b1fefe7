/** What a machine lacks for its stake, before it joins. */
import { expect } from 'chai';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { requireEarnable, requireStake } from '../../cli/stake-check.js';
import { near, RunPlay, smallTerms } from '../dao-contracts/rules/run-play.js';
import { lookAt } from '../support/run-under-way.js';

const runWith = (earnedStakeSeatsMax: number) =>
  lookAt(new RunPlay({ ...smallTerms, earnedStakeSeatsMax })).run;

const holding = (amountYocto: bigint | null) =>
  ({
    accountId: 'me.test',
    viewAccount: () => Promise.resolve(amountYocto === null ? null : { amountYocto }),
  }) as unknown as DaoClient;

describe('what a machine lacks for its stake', () => {
  it('is nothing where a trainer can earn it, and said where nobody or no auditor can', () => {
    requireEarnable(runWith(1), 'trainer');
    expect(() => requireEarnable(runWith(1), 'auditor')).to.throw(
      /^STAKE_NOT_EARNABLE: run \d+ lets no auditor earn a stake; .* hold 1 NEAR$/,
    );
    expect(() => requireEarnable(runWith(0), 'trainer')).to.throw(
      /^STAKE_NOT_EARNABLE: run \d+ lets nobody earn/,
    );
  });

  it('is nothing where the account holds it, and else what is to be sent', async () => {
    await requireStake(holding(near), runWith(0));
    const lacking = async (heldYocto: bigint | null, seats: number) =>
      requireStake(holding(heldYocto), runWith(seats)).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
    expect(await lacking(near / 4n, 0)).to.equal(
      'INSUFFICIENT_BALANCE: the stake is 1 NEAR and me.test has 0.25 NEAR; send it 0.75 NEAR and some for fees',
    );
    expect(await lacking(null, 1)).to.match(/has 0 NEAR; .*, or give --earn-stake: pay becomes/);
  });
});
