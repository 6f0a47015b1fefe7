/** One run with its rounds and seats, as far back as a page shows them. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { readAll } from '@commonweights/dao-contracts/client/page.js';
import type {
  ReleaseView,
  RoundRecord,
  RunView,
  SeatView,
} from '@commonweights/dao-contracts/client/views.js';
import { decodeRunSpec, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { parseObject, type BlobAnswer } from './blob-json.js';
import type { Door } from './door.js';
import { PhaseLog, type PhaseSpan } from './phase-log.js';
import { readEvaluation, type Evaluation } from './release.js';

/** Of the newest rounds; a page with thousands of boxes shows nothing. */
export const roundsShownMax = 60;
const readsAtOnceMax = 6;

export interface RunStory {
  readonly run: RunView;
  readonly seats: readonly SeatView[];
  /** Closed rounds from `firstRound` to `lastRound`, by number. */
  readonly records: readonly RoundRecord[];
  readonly firstRound: number;
  /** Null: the newest are shown. */
  readonly lastRound: number | null;
  /** What the last of these records has to be: by the chain, or by the record after it. */
  readonly head: Digest | null;
  readonly spec: BlobAnswer<RunSpec>;
  /** Releases of this run, newest first. */
  readonly releases: readonly ReleaseView[];
  readonly evaluation: BlobAnswer<Evaluation> | null;
  /** Phases that were seen since this run was first read. */
  readonly phases: readonly PhaseSpan[];
}

/** Reads one run again and again; closed rounds never change and are asked for once. */
export class RunReader {
  readonly #records = new Map<number, RoundRecord>();
  readonly #phases = new PhaseLog();

  constructor(
    private readonly door: Door,
    private readonly id: number,
    /** Shows rounds up to this one; null: the newest. */
    private readonly last: number | null = null,
  ) {}

  /** Null when the contract has no such run. */
  async read(): Promise<RunStory | null> {
    const { client, blobs } = this.door;
    const run = await client.getRun({ run: this.id });
    if (!run) return null;
    this.#phases.note(run);
    const [seats, releases, spec] = await Promise.all([
      client.getSeats({ run: this.id }),
      readAll((page) => client.listReleases(page)),
      blobs.read({ digest: run.terms.spec, as: 'run spec', parse: parseSpec }),
    ]);
    const closed = run.nextRound - 1;
    const lastRound = this.last !== null && this.last < closed ? this.last : null;
    const last = lastRound ?? closed;
    const firstRound = Math.max(1, last + 1 - roundsShownMax);
    // One more than is shown: it names the last that is.
    await this.#readRecords(client, { first: firstRound, last: Math.min(closed, last + 1) });
    const after = lastRound === null ? null : this.#records.get(lastRound + 1);
    const own = releases.filter((release) => release.run === this.id).reverse();
    return {
      ...{ run, seats, spec, firstRound, lastRound },
      head: lastRound === null ? run.logHead : (after?.previous ?? null),
      records: [...this.#records.values()]
        .filter(({ round }) => round >= firstRound && round <= last)
        .sort((a, b) => a.round - b.round),
      releases: own,
      phases: this.#phases.spans,
      evaluation: own[0] ? await readEvaluation(blobs, own[0].evaluation) : null,
    };
  }

  async #readRecords(client: DaoClient, it: { first: number; last: number }): Promise<void> {
    const missing: number[] = [];
    for (let round = it.first; round <= it.last; round++) {
      if (!this.#records.has(round)) missing.push(round);
    }
    while (missing.length > 0) {
      const rounds = missing.splice(0, readsAtOnceMax);
      const found = await Promise.all(
        rounds.map((round) => client.getRoundRecord({ run: this.id, round })),
      );
      for (const record of found) if (record) this.#records.set(record.round, record);
    }
  }
}

export function parseSpec(bytes: Uint8Array): RunSpec {
  return decodeRunSpec(parseObject(bytes));
}

/** Whether anything is going to change by itself. */
export function isLive(run: Pick<RunView, 'status'>): boolean {
  return run.status !== 'completed' && run.status !== 'stopped';
}
