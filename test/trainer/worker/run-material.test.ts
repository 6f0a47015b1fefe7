import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import { compress } from '@commonweights/trainer/exchange/compress.js';
import { openRun } from '@commonweights/trainer/run/open-run.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { RunMaterial } from '@commonweights/trainer/worker/run-material.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { corrupt, type BlobError } from '@commonweights/dataset-registry/store/blob-errors.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { publishRun } from '../../support/published-run.js';

describe('the material of a run', () => {
  const engine = createOrtWasmEngine();
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-material-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has an update at the length that it has, whoever else claims another for it', async () => {
    const published = await publishRun(engine);
    const opened = await openRun({ spec: published.digest, blobs: published.blobs, engine });
    const { layout } = opened.program;
    const { bytes } = compress({
      pseudoGradient: new Float32Array(layout.length).fill(0.5),
      errorFeedback: new Float32Array(layout.length),
      layout,
      recipe: opened.spec.outer,
    });
    const blobs = new LayeredStore(new FolderStore(folder), published.blobs);
    const update = await blobs.put(bytes);
    const material = () => new RunMaterial({ opened, blobs, pollMs: 1, tell: () => {} });
    const honest = { seat: 0, update, updateBytes: bytes.length };
    const padded = { seat: 1, update, updateBytes: bytes.length + 1 };
    // A juror sees the second alone; a witness that saw the first before must say the same.
    expect(await material().updateOf(padded)).to.equal(null);
    const witness = material();
    expect(await witness.updateOf(honest)).to.have.property('norm');
    expect(await witness.updateOf(padded)).to.equal(null);
    expect(await witness.updateOf(honest)).to.have.property('norm');
  });

  it('is not said to be missing by a registry that lies: nobody but that can be at fault', async () => {
    const published = await publishRun(engine);
    const opened = await openRun({ spec: published.digest, blobs: published.blobs, engine });
    const far = new MemoryStore();
    far.get = async (digest) => {
      throw corrupt(digest, 'the registry', 'something else');
    };
    const blobs = new LayeredStore(new MemoryStore(), far);
    const material = new RunMaterial({ opened, blobs, pollMs: 1, tell: () => {} });
    const codeOf = (error: unknown) => (error as BlobError).code;
    const update = digestOf(new Uint8Array(3));
    expect(await material.snapshot(update).catch(codeOf)).to.equal('BLOB_CORRUPT');
    const claim = { seat: 0, update, updateBytes: 3 };
    expect(await material.updateOf(claim).catch(codeOf)).to.equal('BLOB_CORRUPT');
  });
});
