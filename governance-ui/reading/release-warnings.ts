/**
 * What speaks against a release by now: that the DAO revoked it, that wrong work stayed in a round it was
 * made by, or that data it learned from is disputed or withdrawn. The rounds are read from the release's own
 * log, whose digest the vote named.
 */
import type { Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type {
  DatasetView,
  ReleaseView,
  RoundRecord,
} from '@commonweights/dao-contracts/client/views.js';
import { standingRounds } from '@commonweights/dao-contracts/rules/round-log.js';
import type { BlobAnswer, BlobReader } from './blob-json.js';

export interface ReleaseWarnings {
  readonly revoked: boolean;
  /** Rounds in which wrong work stayed; null: their log could not be read. */
  readonly tainted: readonly number[] | null;
  /** Datasets behind it that are not active any more. */
  readonly blocked: readonly DatasetView[];
}

const logFile = 'provenance/rounds.json';
/** Some thousand rounds; a longer log is for the command. */
const logBytesMax = 2 ** 23;

export async function readWarnings(
  blobs: BlobReader,
  it: {
    release: Pick<ReleaseView, 'status'>;
    manifest: BlobAnswer<Manifest>;
    datasets: readonly DatasetView[];
  },
): Promise<ReleaseWarnings> {
  const { release, manifest, datasets } = it;
  return {
    revoked: release.status === 'revoked',
    tainted: manifest.why === null ? await readTainted(blobs, manifest.value) : null,
    blocked: datasets.filter(({ status }) => status !== 'active'),
  };
}

async function readTainted(blobs: BlobReader, { files }: Manifest): Promise<number[] | null> {
  const file = files.find(({ path }) => path === logFile);
  if (!file || file.size > logBytesMax) return null;
  const { digest, size: bytesMax } = file;
  return (await blobs.read({ digest, as: 'tainted', parse: parseTainted, bytesMax })).value;
}

/** Standing rounds of a log that kept wrong work. */
export function parseTainted(bytes: Uint8Array): number[] {
  const list: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (!Array.isArray(list)) throw new Error('BAD_LOG: it is no list');
  const records = (list as Partial<RoundRecord>[]).map((record) => {
    const { round, outcome, tainted } = record;
    if (!Number.isSafeInteger(round) || typeof outcome !== 'string' || !Array.isArray(tainted)) {
      throw new Error('BAD_LOG: an entry is no round record');
    }
    return record as RoundRecord;
  });
  return standingRounds(records)
    .filter(({ tainted }) => tainted.length > 0)
    .map(({ round }) => round);
}
