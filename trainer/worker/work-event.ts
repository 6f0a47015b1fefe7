/** What a contributor's process tells whoever watches it: a terminal, a log, a status page. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Prospects } from './prospects.js';

export type WorkEvent =
  | { kind: 'tested'; elapsedMs: number; stepMs: number }
  | { kind: 'prospects'; prospects: Prospects }
  | { kind: 'enrolled'; role: 'trainer' | 'auditor' }
  | { kind: 'rejoined' }
  | { kind: 'training'; round: number; slice: number }
  | { kind: 'step'; round: number; step: number; steps: number }
  | { kind: 'trained'; round: number; loss: number; updateBytes: number; elapsedMs: number }
  | { kind: 'abandoned'; round: number; why: string }
  | { kind: 'committed'; round: number; commitment: Digest }
  | { kind: 'revealed'; round: number; update: Digest }
  | { kind: 'certified'; round: number; available: readonly number[] }
  | { kind: 'submitted'; round: number; root: Digest }
  | { kind: 'delivered'; round: number; segment: number; bytes: number }
  | { kind: 'opened'; round: number; segment: number }
  | { kind: 'answered'; round: number; seat: number; segment: number; leaf: Digest | null }
  /** Tolerance class; null: there was no such end to measure. */
  | {
      kind: 'measured';
      round: number;
      seat: number;
      segment: number;
      residualBillionths: number | null;
    }
  | { kind: 'judged'; dispute: number; round: number; answer: Digest | null }
  | { kind: 'challenged'; round: number; root: Digest }
  | { kind: 'appealed'; dispute: number; round: number }
  | { kind: 'ticked'; because: string }
  /** `forMs`: how long it will take at most, where that is known. */
  | { kind: 'waiting'; for: string; forMs?: number }
  | { kind: 'hindered'; message: string }
  | { kind: 'left'; because: string };
