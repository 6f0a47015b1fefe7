import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { initialRootOf } from '@commonweights/trainer/run/initial-state.js';
import { termsOf, type RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { work } from '@commonweights/trainer/worker/work.js';
import { MemoryDao } from '../../support/memory-dao.js';
import { publishRun } from '../../support/published-run.js';
import { tinyRun } from '../../support/tiny-run.js';

const engine = createOrtWasmEngine();
const accounts = ['ada', 'ben'];

/** A way to the registry that can be cut for uploads, for downloads or for both. */
class Line implements BlobStore {
  cutsUploads = false;
  cutsDownloads = false;
  constructor(
    private readonly registry: MemoryStore,
    private readonly onMiss: () => void,
  ) {}
  #check(cut: boolean): void {
    if (cut) throw new Error('STORE_UNREACHABLE: the line is cut; try again');
  }
  has = async (digest: Digest) => {
    this.#check(this.cutsDownloads);
    return this.registry.has(digest);
  };
  size = async (digest: Digest) => {
    this.#check(this.cutsDownloads);
    return this.registry.size(digest);
  };
  get = async (digest: Digest, options?: { maxBytes?: number }) => {
    this.#check(this.cutsDownloads);
    if (!(await this.registry.has(digest))) this.onMiss();
    return this.registry.get(digest, options);
  };
  put = async (bytes: Uint8Array) => {
    this.#check(this.cutsUploads);
    return this.registry.put(bytes);
  };
  read = (digest: Digest, range: { start: number; end: number }) => {
    this.#check(this.cutsDownloads);
    return this.registry.read(digest, range);
  };
}

describe('a registry that is away for a while', () => {
  async function play(it: {
    hear(account: string, event: WorkEvent, lines: Record<string, Line>): void;
    miss?(account: string, lines: Record<string, Line>): void;
  }) {
    const change = (spec: RunSpec) => ({ ...spec, rounds: 2, maxWorkers: 2, maxAuditors: 0 });
    const { blobs, spec, digest } = await publishRun(engine, change);
    const { program } = await tinyRun(engine);
    const initialRoot = initialRootOf(spec, program);
    const dao = new MemoryDao(termsOf({ spec: change(spec), digest, initialRoot }));
    dao.manifest = spec.data.manifest;
    const lines: Record<string, Line> = {};
    for (const account of accounts) {
      lines[account] = new Line(blobs, () => it.miss?.(account, lines));
    }
    const crew = accounts.map((account) =>
      work({
        ...{ client: dao.client(account), run: 1, role: 'trainer', engine, pollMs: 25 },
        blobs: new LayeredStore(new MemoryStore(), lines[account]!),
        saltSecret: `secret of ${account}`,
        onEvent: (event) => it.hear(account, event, lines),
      }),
    );
    const everybody = Promise.all(crew);
    while (dao.seats().length < accounts.length) {
      await Promise.race([everybody, new Promise((resolve) => setTimeout(resolve, 5))]);
    }
    // Seats are drawn when enrolment ends.
    dao.nowMs = dao.run().enrolDeadlineMs;
    for (const { because } of await everybody) {
      expect(because).to.equal('the run is completed');
    }
    return { records: dao.records, blobs, finalRoot: dao.run().finalRoot };
  }

  const expectNothingLost = ({ records }: Awaited<ReturnType<typeof play>>) => {
    expect(records.map(({ outcome }) => outcome)).to.deep.equal(['final', 'final']);
    const lost = records.flatMap(({ claims }) => claims.filter(({ included }) => !included));
    expect(lost).to.deep.equal([]);
    expect(records.map(({ claims }) => claims.length)).to.deep.equal([2, 2]);
  };

  it('costs nobody a reward when an update is uploaded after it was revealed', async () => {
    let missed = 0;
    const records = await play({
      hear: (account, event, lines) => {
        if (account === 'ada' && event.kind === 'committed' && event.round === 1) {
          lines.ada!.cutsUploads = true;
        }
      },
      miss: (account, lines) => {
        if (account === 'ben' && ++missed === 3) lines.ada!.cutsUploads = false;
      },
    });
    expect(missed).to.be.at.least(3);
    expectNothingLost(records);
  });

  it('costs nobody a reward when a certifier cannot download for a while', async () => {
    let hindered = 0;
    const records = await play({
      hear: (account, event, lines) => {
        if (account !== 'ben') return;
        if (event.kind === 'revealed' && event.round === 1) lines.ben!.cutsDownloads = true;
        if (event.kind === 'hindered' && ++hindered === 3) lines.ben!.cutsDownloads = false;
      },
    });
    expect(hindered).to.be.at.least(3);
    expectNothingLost(records);
  });

  it('costs nobody the model when the last state cannot be uploaded at once', async () => {
    let hindered = 0;
    const played = await play({
      hear: (_, event, lines) => {
        if (event.kind === 'certified' && event.round === 2) {
          for (const line of Object.values(lines)) line.cutsUploads = true;
        }
        if (event.kind !== 'hindered' || ++hindered < 6) return;
        for (const line of Object.values(lines)) line.cutsUploads = false;
      },
    });
    expect(hindered).to.be.at.least(6);
    expectNothingLost(played);
    expect(await played.blobs.has(played.finalRoot)).to.equal(true);
  });
});
