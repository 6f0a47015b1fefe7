/** What a run of the tolerance class stores beside what every run does. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';

/** What is known of an audit from the opening of its end on. */
export interface AuditDistance {
  /** The worker's snapshot at the segment's end; a leaf of its trace but after the last segment. */
  end: Digest;
  /** It was a decoy that stood in the trace: `end` is what it covered. */
  planted: Digest | null;
  /** The auditor's own snapshot at the segment's end, sealed before it saw the worker's. */
  own: Digest | null;
  /** Of the worker's end from its own; null: not measured, or the worker's end is none. */
  residualBillionths: number | null;
  /** The file with the seat's sum when the worker opened; null: there was none. */
  before: Digest | null;
  /** Of the residual, along the sum of what earlier audits of this seat measured. */
  alongBillionths: number;
  /** The file with that sum, this audit included. */
  sum: Digest | null;
}

/** What is remembered of a seat. */
export interface SeatDistances {
  /** Oldest first, `window` at most. */
  audits: SeatDistance[];
  /** The file with the sum of its distances, by the last auditor's word. */
  sum: Digest | null;
  /** Its claim failed in a round that stands: what it left behind is no input after the open one. */
  distrusted: boolean;
}

export interface SeatDistance {
  round: number;
  segment: number;
  alongBillionths: number;
  failed: boolean;
}

/** What a jury is asked beyond what every dispute says. */
export interface DisputedDistance {
  /** Too far; always off to the same side; or a planted error that the auditor passed. */
  about: 'distance' | 'drift' | 'decoy';
  end: Digest;
  /** Drift: the file with the sum before. Decoy: the planted end. */
  beside: Digest | null;
  /** Whether the verdict against it took everything, and not the price of a failure. */
  expels: boolean;
}
