/** One account as the DAO knows it: weight, reputation and how it came about, money, statements. */
import type { AttestationView } from '@commonweights/dao-contracts/rules/attestation.js';
import type {
  EarningsView,
  ReleaseView,
  ReputationView,
  SeatView,
  StandingView,
} from '@commonweights/dao-contracts/client/views.js';
import { pageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import type { Door } from './door.js';
import { TailReader } from './tail-reader.js';

export interface Person {
  readonly standing: StandingView;
  readonly reputation: ReputationView;
  readonly earnings: EarningsView;
  /** Its latest seats, newest first: what its reputation came from. */
  readonly seats: readonly { readonly run: number; readonly seat: SeatView }[];
  /** What it said of the newest releases. */
  readonly statements: readonly {
    readonly release: ReleaseView;
    readonly attestation: AttestationView;
  }[];
}

const releasesMax = 20;

export async function readPerson({ client }: Door, account: string): Promise<Person> {
  const releases = new TailReader((page) => client.listReleases(page), pageItemsMax);
  const [standing, reputation, earnings, newest] = await Promise.all([
    client.getStanding({ account }),
    client.getReputation({ account }),
    client.getEarnings({ account }),
    releases.read({ limit: releasesMax }),
  ]);
  const runs = [...new Set(earnings.seats.map(({ run }) => run))];
  const seatsOf = new Map(
    await Promise.all(runs.map(async (run) => [run, await client.getSeats({ run })] as const)),
  );
  const seats = earnings.seats.flatMap(({ run, seat: number }) => {
    const seat = seatsOf.get(run)?.find((one) => one.seat === number);
    return seat ? [{ run, seat }] : [];
  });
  const said = await Promise.all(
    newest.items.map(async (release) => {
      const all = await client.listAttestations({ subject: release.manifest, limit: pageItemsMax });
      return all
        .filter(({ by }) => by === account)
        .map((attestation) => ({ release, attestation }));
    }),
  );
  return { standing, reputation, earnings, seats, statements: said.flat() };
}
