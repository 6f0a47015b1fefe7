/** What a page says against a release before anybody asks. */
import { expect } from 'chai';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { encodeManifest, parseManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { BlobReader } from '@commonweights/governance-ui/reading/blob-json.js';
import {
  parseTainted,
  readWarnings,
} from '@commonweights/governance-ui/reading/release-warnings.js';
import { DaoFixture } from './dao-fixture.js';
import { digest } from './played-run.js';

const dao = new DaoFixture();
const records = dao.runs[0]!.records();
const soiled = records.map((one) => (one.round === 2 ? { ...one, tainted: [1] } : one));

function manifestWith(log: Uint8Array | null) {
  const path = 'provenance/rounds.json';
  const chunks = { root: digest('chunks'), list: digest('list') };
  const files = log ? [{ path, size: log.length, digest: digestOf(log), chunks }] : [];
  const bytes = encodeManifest({ version: 1, chunkBytes: 2 ** 20, files });
  return { value: parseManifest(bytes), why: null };
}

const readerOf = (log: Uint8Array) =>
  new BlobReader({
    get: async (at) => {
      if (at === digestOf(log)) return log;
      throw new Error('BLOB_MISSING: no');
    },
  });

describe('what speaks against a release', () => {
  const [release, datasets] = [dao.releases[0]!, dao.datasets];

  it('is nothing where it stands, all work was right and all data is in use', async () => {
    const log = canonicalBytes(records);
    const it = { release, manifest: manifestWith(log), datasets };
    expect(await readWarnings(readerOf(log), it)).to.deep.equal({
      ...{ revoked: false, tainted: [], blocked: [] },
    });
  });

  it('is that it was revoked, that wrong work stayed, that data is disputed or withdrawn', async () => {
    const log = canonicalBytes(soiled);
    const blocked = [{ ...datasets[0]!, status: 'withdrawn' as const }];
    const warnings = await readWarnings(readerOf(log), {
      release: { ...release, status: 'revoked' },
      manifest: manifestWith(log),
      datasets: [...datasets, ...blocked],
    });
    expect(warnings).to.deep.equal({ revoked: true, tainted: [2], blocked });
  });

  it('does not count a round that a vote undid', () => {
    const rewind = { ...records[2]!, round: 4, outcome: 'rewind', to: 1, tainted: [] };
    expect(parseTainted(canonicalBytes([...soiled, rewind]))).to.deep.equal([]);
  });

  it('is unknown, not nothing, where the log is missing, too long or no log', async () => {
    const log = canonicalBytes(soiled);
    const unread = [
      { reader: readerOf(new Uint8Array()), manifest: manifestWith(log) },
      { reader: readerOf(log), manifest: manifestWith(null) },
      { reader: readerOf(log), manifest: { value: null, why: 'BLOB_MISSING: no' } },
    ];
    for (const { reader, manifest } of unread) {
      const { tainted } = await readWarnings(reader, { release, manifest, datasets });
      expect(tainted).to.equal(null);
    }
    for (const text of ['{}', '[{}]', '[{"round":1,"outcome":"final"}]', '[1', '[null]']) {
      expect(() => parseTainted(new TextEncoder().encode(text)), text).to.throw();
    }
  });
});
