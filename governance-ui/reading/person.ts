/** One account as the DAO knows it: weight, reputation and how it came about, money, statements. */
import type { AttestationView } from '@commonweights/dao-contracts/rules/attestation.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type {
  EarningsView,
  ReleaseView,
  ReputationView,
  SeatView,
  StandingView,
} from '@commonweights/dao-contracts/client/views.js';
import { pageItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
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
  /** More was said of these releases than was read yet. */
  readonly more: boolean;
}

const releasesMax = 20;
/** Of one release's statements in one reading: anybody may make as many as they pay for. */
const statementPagesMax = 20;

interface Read {
  /** How many of a release's statements were looked through: they are only ever added. */
  count: number;
  own: AttestationView[];
  more: boolean;
}

type Client = Pick<
  DaoClient,
  'listReleases' | 'getStanding' | 'getReputation' | 'getEarnings' | 'getSeats' | 'listAttestations'
>;

/** Reads an account again and again; what was looked through is not looked through again. */
export class PersonReader {
  readonly #releases: TailReader<ReleaseView>;
  readonly #said = new Map<number, Read>();

  constructor(
    private readonly client: Client,
    private readonly account: string,
  ) {
    this.#releases = new TailReader((page) => client.listReleases(page), pageItemsMax);
  }

  async read(): Promise<Person> {
    const { client, account } = this;
    const [standing, reputation, earnings, newest] = await Promise.all([
      client.getStanding({ account }),
      client.getReputation({ account }),
      client.getEarnings({ account }),
      this.#releases.read({ limit: releasesMax }),
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
      newest.items.map(async (release) => ({ release, ...(await this.#readSaid(release)) })),
    );
    return {
      ...{ standing, reputation, earnings, seats },
      statements: said.flatMap(({ release, own }) =>
        own.map((attestation) => ({ release, attestation })),
      ),
      more: said.some(({ more }) => more),
    };
  }

  async #readSaid({ id, manifest: subject }: ReleaseView): Promise<Read> {
    const read: Read = { ...(this.#said.get(id) ?? { count: 0, own: [] }), more: true };
    for (let page = 0; page < statementPagesMax && read.more; page++) {
      const limit = pageItemsMax;
      const some = await this.client.listAttestations({ subject, from: read.count, limit });
      read.count += some.length;
      read.own = [...read.own, ...some.filter(({ by }) => by === this.account)];
      read.more = some.length === limit;
    }
    this.#said.set(id, read);
    return read;
  }
}
