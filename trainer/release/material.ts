/** What claims are checked on: files read once, so that what is checked is what was hashed. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Manifest } from '@commonweights/dataset-registry/digest/manifest.js';
import type { FileMap } from './release-files.js';
import type { ReleaseFacts } from './release-facts.js';
import type { Verdict } from './verdict.js';

export interface Material {
  /** By path; `manifest.json` is not among them. */
  readonly files: FileMap;
  readonly manifest: Manifest;
  readonly manifestDigest: Digest;
  /** Null: nobody was asked, so whatever needs the chain stays unknown. */
  readonly chain: ReleaseFacts | null;
}

export type Finding = Pick<Verdict, 'status' | 'standing' | 'detail'>;
