/**
 * What a contract says about its own source (NEP-330). The toolchain puts it into the snapshot as
 * the global `contractBuild`: whoever has the sources builds them with the same engine and compares
 * bytes. It names no host and no time, so the same sources make the same bytes everywhere.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine } from './engine/load-engine.js';

export interface BuildInfo {
  version: string;
  /** Where the sources are published; null: the package does not say. */
  link: string | null;
  build_info: {
    build_environment: string;
    build_command: string[];
    /** From the folder above the package. */
    contract_path: string;
    /** Digest of the bundled module that was evaluated, before this was added. */
    source_code_snapshot: Digest;
  };
}

export function describeBuild(it: {
  entry: string;
  source: Digest;
  engine: Pick<Engine, 'digest' | 'evaluatorDigest'>;
}): BuildInfo {
  const { digest, evaluatorDigest } = it.engine;
  const folder = packageFolder(resolve(it.entry));
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const { version = '0.0.0', repository } = JSON.parse(text) as {
    version?: string;
    repository?: string | { url: string };
  };
  const path = relative(dirname(folder), resolve(it.entry)).replaceAll('\\', '/');
  return {
    version,
    link: (typeof repository === 'object' ? repository.url : repository) ?? null,
    build_info: {
      build_environment: `commonweights-toolchain, engine ${digest}, evaluator ${evaluatorDigest}`,
      build_command: ['npx', 'tsx', 'dao-contracts/toolchain/build.ts', path],
      contract_path: path,
      source_code_snapshot: it.source,
    },
  };
}

function packageFolder(path: string): string {
  let folder = dirname(path);
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`NO_PACKAGE: no package.json above ${path}`);
    folder = above;
  }
  return folder;
}
