/**
 * What claims are checked on. Every file is gone through once: hashed, and, where it holds tensors,
 * looked at as its bytes go by. Only the small ones whose contents a check reads are kept.
 */
import { describeFile } from '@commonweights/dataset-registry/digest/chunk-list.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Manifest, ManifestFile } from '@commonweights/dataset-registry/digest/manifest.js';
import type { ReleaseView } from '@commonweights/dao-contracts/rules/views.js';
import { WEIGHTS_FILE } from '../checkpoint/hugging-face.js';
import type { Decision } from './decision-proof.js';
import { FILES, type FileMap } from './release-files.js';
import type { ReleaseFacts } from './release-facts.js';
import { watchState, type SeenState } from './state-watch.js';

export interface SeenFile {
  readonly size: number;
  /** Null: not hashed, since it cannot be what the manifest names. */
  readonly digest: Digest | null;
  /** As a manifest has them; null: not asked for. */
  readonly chunks: ManifestFile['chunks'] | null;
}

export interface Material {
  /** By path, what lies in memory; `manifest.json` is not among them. */
  readonly files: FileMap;
  /** Every file that is there, but `manifest.json`. */
  readonly seen: ReadonlyMap<string, SeenFile>;
  readonly state: SeenState;
  readonly manifest: Manifest;
  readonly manifestDigest: Digest;
  /** Null: nobody was asked, so whatever needs the chain stays unknown. */
  readonly chain: ReleaseFacts | null;
  /** What light-client evidence says of the DAO's decision; null: none was given. */
  readonly decision?: Decision | null;
  /** Which of the policy's keys signed exactly these files; null: no evidence was given. */
  readonly signers?: readonly string[] | null;
}

/** The record of the DAO's decision: proven, where it is, else as it was told. */
export function decidedRelease({
  chain,
  decision,
}: Pick<Material, 'chain' | 'decision'>): ReleaseView | null {
  return decision?.kind === 'proven' ? decision.release : (chain?.release ?? null);
}

/** A release whose files are all in memory. */
export type WholeRelease = Omit<Material, 'seen' | 'state'>;

export function seeWhole(release: WholeRelease): Material {
  const { files, manifest } = release;
  const seen = new Map<string, SeenFile>();
  for (const [path, bytes] of files) {
    const { file } = describeFile(path, bytes, manifest.chunkBytes);
    const { size, digest, chunks } = file;
    seen.set(path, { size, digest, chunks });
  }
  const watch = watchState(files);
  for (const path of [WEIGHTS_FILE, FILES.outerState]) {
    const bytes = files.get(path);
    if (bytes) watch.fileOf(path)?.see(bytes);
  }
  return { ...release, seen, state: watch.end() };
}
