/** A dataset that we describe is valid for the reference validator, and its loader reads our items. */
import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeCroissant } from '@commonweights/dataset-registry/lineage/croissant.js';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import { storeItemStream } from '@commonweights/dataset-registry/transforms/store-item-stream.js';
import { withPython, type Python } from './python.js';

export async function validateCroissant(): Promise<string> {
  return withPython(['mlcroissant==1.1.1'], async (python) => {
    const folder = await mkdtemp(join(tmpdir(), 'cw-croissant-'));
    const registry = await startRegistry({ dataDir: join(folder, 'registry'), port: 0 });
    try {
      return await readByPeer(python, { folder, registry });
    } finally {
      await registry.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function readByPeer(
  python: Python,
  it: { folder: string; registry: Awaited<ReturnType<typeof startRegistry>> },
): Promise<string> {
  const { store, url } = it.registry;
  const texts = ['the first', 'the second, größer', 'the third'];
  const measure = await storeItemStream(
    store,
    texts.map((text, year) => ({ text, year })),
  );
  const transform = await store.put(new TextEncoder().encode('{}'));
  const described = describeCroissant({
    record: {
      ...{ id: 'letters-clean@1', version: '1', title: 'Letters, cleaned', evidence: null },
      ...{ source: 'https://a.example', collectedAt: '2024-01-01/2024-02-01' },
      ...{ licenceDeclared: 'MIT AND CC0-1.0', licenceConcluded: 'MIT AND CC0-1.0', bounty: 1 },
      parents: [{ dataset: 'letters@1', transform }],
      contributors: [{ account: 'ann.near', weightBps: 10_000 }],
      ...{ publisher: 'bob.near', registeredAtMs: 0, status: 'active' },
      ...measure,
    },
    files: (await getManifest(store, measure.manifest)).files,
    ...{ network: 'testnet', contract: 'dao.testnet', registryUrl: url, transform: 'clean 1' },
  });
  const file = join(it.folder, 'croissant.json');
  const write = (json: object) => writeFile(file, JSON.stringify(json));
  const load = () =>
    python.run(
      ...(['mlcroissant', 'load', '--jsonld', file] as const),
      ...['--record_set', 'items-00000', '--num_records', '3'],
    );
  await write(described);
  await python.run('mlcroissant', 'validate', '--jsonld', file);
  const loaded = await load();
  expect(loaded.match(/items-00000\/text/g)).to.have.lengthOf(3);
  expect(loaded).to.include('the first').and.include('the third');
  const [first] = described['distribution'] as object[];
  // Its loader keeps downloads by address: another address, the same wrong digest.
  const contentUrl = `${url}/blobs/${measure.manifest}`;
  await write({ ...described, distribution: [{ ...first, contentUrl }] });
  const accepted = await load().then(
    () => true,
    () => false,
  );
  expect(accepted, 'other bytes').to.equal(false);
  return `valid, and ${texts.length} items loaded, by mlcroissant 1.1.1`;
}
