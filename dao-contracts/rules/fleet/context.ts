/** What comes in from outside: time, block randomness, the platform's hash and text encoding. */
import type { Sha256 } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Utf8 } from '../opening.js';

export interface FleetContext {
  nowMs: number;
  /** Random bytes of the block; used where a draw begins. */
  seed: Uint8Array;
  hash: Sha256;
  utf8: Utf8;
}
