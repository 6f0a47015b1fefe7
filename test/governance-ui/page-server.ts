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
  /** Of pages that are told of changes: something happened on the chain. */
  tell(height: number): void;
  stop(): Promise<void>;
}

/** `events`: the pages are told of changes; without it they ask again and again. */
export async function startPageServer(it: { events?: boolean } = {}): Promise<PageServer> {
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
  const listeners = new Set<(height: number) => void>();
  const watchChain = (tell: (height: number) => void) => {
    listeners.add(tell);
    return () => void listeners.delete(tell);
  };
  const registry = await startRegistry({ dataDir, port: 0, staticDirs, watchChain });
  const file: NetworkFile = {
    network: 'localnet',
    rpcUrl: node.rpcUrl,
    contract: 'dao.local',
    registry: registry.url,
    ...(it.events ? { events: '/events' } : {}),
  };
  await writeFile(join(webDir, networkFileName), JSON.stringify(file));
  // What a page costs that does nothing (bench/screens.ts).
  await writeFile(join(webDir, 'bare.html'), '<!doctype html><title>bare</title><h1>bare</h1>');
  return {
    ...{ url: registry.url, dao, node, store },
    tell: (height) => listeners.forEach((tell) => tell(height)),
    stop: async () => {
      await registry.stop();
      await node.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
