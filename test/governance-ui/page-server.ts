/** Serves the built pages the way a registry does, over a fixture DAO. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRegistry } from '@commonweights/dataset-registry/server/registry.js';
import { FolderStore } from '@commonweights/dataset-registry/store/folder-store.js';
import { buildPages } from '@commonweights/governance-ui/build.js';
import { networkFileName, type NetworkFile } from '@commonweights/governance-ui/network-file.js';
import { pageHeaders } from '@commonweights/governance-ui/page-headers.js';
import { DaoFixture } from './dao-fixture.js';
import { FixtureNode } from './fixture-node.js';

export interface PageServer {
  readonly url: string;
  readonly dao: DaoFixture;
  readonly node: FixtureNode;
  /** What the registry serves. */
  readonly store: FolderStore;
  stop(): Promise<void>;
}

export async function startPageServer(): Promise<PageServer> {
  const { folder } = await buildPages();
  const dao = new DaoFixture();
  const node = new FixtureNode(dao);
  await node.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'cw-pages-'));
  const store = new FolderStore(join(dataDir, 'blobs'));
  for (const bytes of dao.blobs.values()) await store.put(bytes);
  const webDir = join(dataDir, 'web');
  await mkdir(webDir);
  const headers = () => pageHeaders([node.rpcUrl]);
  const staticDirs = [webDir, folder].map((dir) => ({ mount: '/', dir, headers }));
  const registry = await startRegistry({ dataDir, port: 0, staticDirs });
  const file: NetworkFile = {
    network: 'localnet',
    rpcUrl: node.rpcUrl,
    contract: 'dao.local',
    registry: registry.url,
  };
  await writeFile(join(webDir, networkFileName), JSON.stringify(file));
  return {
    ...{ url: registry.url, dao, node, store },
    stop: async () => {
      await registry.stop();
      await node.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
