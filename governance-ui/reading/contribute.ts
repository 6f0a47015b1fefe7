/** Every run that goes on, with its seats, and what the connected account has. */
import { readRuns } from '@commonweights/dao-contracts/client/runs.js';
import { isLive } from '@commonweights/trainer/worker/choose-run.js';
import type { Candidate } from './audit-place.js';
import type { Door } from './door.js';

export interface Places {
  /** Newest first. */
  readonly candidates: readonly Candidate[];
  readonly balanceYocto: bigint | null;
}

/** Far more than a person chooses from. */
const candidatesMax = 30;

export async function readPlaces({ client }: Door, account: string | null): Promise<Places> {
  const [runs, view] = await Promise.all([
    readRuns(client),
    account === null ? null : client.viewAccount(account),
  ]);
  const live = runs.filter(isLive).reverse().slice(0, candidatesMax);
  const candidates = await Promise.all(
    live.map(async (run) => ({ run, seats: await client.getSeats({ run: run.id }) })),
  );
  return { candidates, balanceYocto: view?.amountYocto ?? null };
}
