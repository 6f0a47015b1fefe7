/**
 * What a call has decided and has not carried out. A call may have gas for some seats of a run only,
 * so whatever is done seat by seat is a list of works, taken from the front, each of which stops
 * between two seats where the call's room ends. The next ticks go on, and nobody acts on the run
 * before the list is empty: what comes out is what one call with room for all would have made.
 * Everything here is plain data, stored with the run.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import type { Dispute } from './dispute-state.js';
import type { Verdict } from './run.js';

export type Work =
  // A tick, in its order
  | { do: 'move-audits'; left: number[] }
  | { do: 'move-disputes'; left: number[] }
  /** `round`: whether its caller meant the phase that is open. */
  | { do: 'move-round'; round: boolean }
  | { do: 'stop-forsaken' }
  // Seats are drawn
  | { do: 'seat-drawn'; seats: number }
  // A phase ends
  | ({ do: 'make-absent'; round: number } & Seats)
  | ({ do: 'expel-silent'; round: number } & Seats)
  | { do: 'end-train' }
  | { do: 'end-reveal' }
  // A round becomes provisional
  | ({ do: 'forget-state' } & Seats)
  | ({ do: 'end-distrust' } & Seats)
  | ({ do: 'draw-audits' } & Seats)
  | { do: 'close-provisional' }
  | { do: 'close-what-can' }
  | { do: 'open-beside' }
  // It is closed
  | ({ do: 'pay-auditors'; feesYocto: bigint } & Closing)
  | ({ do: 'write-record'; feesYocto: bigint } & Closing & RecordSoFar)
  | ({ do: 'share-pots'; rewound: boolean; unpaid: Unpaid } & Seats)
  | ({ do: 'share-pot'; seat: number; round: number; eachYocto: bigint; restYocto: bigint } & Seats)
  | { do: 'rewind-round'; unpaid: Unpaid }
  | ({ do: 'withhold-pay' } & Seats)
  | ({ do: 'pay-round'; ordinal: number; refuted: number[] } & Seats)
  | { do: 'finalise-round' }
  | { do: 'drop-audits' }
  | { do: 'stop-hopeless' }
  | { do: 'open-round' }
  /** By a vote: so many rounds are undone, whose slices are queued again. */
  | { do: 'go-back'; to: number; root: Digest; undone: number; slices: number[] }
  // The run ends
  | { do: 'suspend-disputes' }
  | ({ do: 'settle-seats' } & Seats)
  /** `left`: party numbers of the seats' owners. */
  | { do: 'note-services'; left: number[] }
  | { do: 'refund-applicants' }
  | { do: 'end-run'; status: 'completed' | 'stopped'; because: string }
  // Verdicts
  | ({ do: 'lock-losses'; dispute: number } & Seats)
  | { do: 'unlock-losses'; dispute: number; kept: number }
  | { do: 'end-panel'; dispute: number; verdict: Verdict; final: boolean }
  | Settling;

/** In order; taken from the front. */
interface Seats {
  left: number[];
}

/** `left`: seats whose claims' audits are to be paid, then seats whose claims are to be written down. */
interface Closing extends Seats {
  rewound: boolean;
  tainted: number[];
}

interface RecordSoFar {
  /** Seats whose claims' audits are to be written down. */
  audited: number[];
  auditsText: string;
  claimsText: string;
  paidBytes: number;
  storageYocto: bigint;
}

/** What a cancelled round cost, for those who were convicted to make good. */
export interface Unpaid {
  /** Fees and storage of a round that came to nothing. */
  toEscrowYocto: bigint;
  /** Whose work of that round came to nothing. Compensated once, however many are convicted. */
  honest: number[];
}

/** A dispute that has left the run's list: its money is being distributed (conviction.ts). */
export interface Settling {
  do: 'settle-dispute';
  dispute: Dispute;
  standing: Verdict | null;
  stage: 'bonds' | 'fines' | 'denied' | 'losers' | 'owed' | 'jurors' | 'honest';
  left: number[];
  /** What each of `left` gets. */
  eachYocto: bigint;
  paidYocto: bigint;
  /** Bonds and fines. */
  purseYocto: bigint;
  potYocto: bigint;
  /** Of both, what is still to give. */
  restYocto: bigint;
}
