/**
 * What a contract says about its own source (NEP-330). The toolchain puts it into the snapshot as
 * the global `contractBuild`: whoever has the sources builds them with the same engine and compares
 * bytes. It names no host, no folder outside the project and no time, so the same sources make the
 * same bytes everywhere.
 */
import { resolve } from 'node:path';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Engine } from './engine/load-engine.js';
import { ownFolder } from './own-folder.js';
import { pathInside, projectOf } from './project.js';

export interface BuildInfo {
  version: string;
  /** Where the sources are published; null: the package does not say. */
  link: string | null;
  build_info: {
    build_environment: string;
    build_command: string[];
    /** From the project's folder. */
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
  const { folder, version, link } = projectOf(resolve(it.entry));
  const path = pathInside(folder, resolve(it.entry))!;
  // A project that brings the toolchain along builds with that one.
  const toolchain = pathInside(folder, ownFolder);
  const inside = toolchain !== null && !toolchain.includes('node_modules/');
  const command = inside
    ? ['npx', 'tsx', `${toolchain}/near-toolchain.ts`]
    : ['npx', 'near-toolchain'];
  return {
    version,
    link,
    build_info: {
      build_environment: `commonweights-toolchain, engine ${digest}, evaluator ${evaluatorDigest}`,
      build_command: [...command, 'build', path],
      contract_path: path,
      source_code_snapshot: it.source,
    },
  };
}
