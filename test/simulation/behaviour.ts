/**
 * What a contributor does. Honest behaviour is a plug-in like every adversary: it is asked what it
 * makes of each duty of its seat, sees what its seat could see (the chain, and the blobs that
 * somebody serves to it), and says what it sends, after how long, and for how much computing.
 */
import type { RunCommand, RunState } from '@commonweights/dao-contracts/rules/run-events.js';
import type { RunDraft } from '@commonweights/dao-contracts/rules/run-draft.js';
import type { Audit, Dispute } from '@commonweights/dao-contracts/rules/run-state.js';
import type { RevealedClaim, SliceOfSeat } from '@commonweights/dao-contracts/rules/run.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { OuterState } from '@commonweights/trainer/exchange/outer-step.js';
import type { Blob } from './blob-net.js';
import type { Machine } from './machine.js';
import type { RandomStream } from './random-stream.js';
import type { ToyProblem } from './toy-problem.js';

export type Duty =
  | { kind: 'train'; round: number; slice: number }
  | { kind: 'reveal' | 'certify' | 'submit-root'; round: number }
  | {
      kind: 'deliver' | 'answer' | 'open' | 'measure' | 'uncover';
      round: number;
      audit: Readonly<Audit>;
    }
  | { kind: 'judge' | 'appeal'; round: number; dispute: Readonly<Dispute> }
  /** The provisional round is there to be challenged. */
  | { kind: 'challenge'; round: number }
  | { kind: 'rejoin'; round: number };

export type Response =
  | {
      kind: 'send';
      /** One after the other, in one block where they fit. */
      commands: RunCommand[];
      afterMs: number;
      /** Inner steps computed for it: they cost money. */
      steps: number;
      /** A deliberate breach of the protocol, which detection is measured against. */
      offence?: boolean;
    }
  | { kind: 'look-again'; afterMs: number }
  | { kind: 'ignore'; offence?: boolean };

/** What the chain's records say about a round that became provisional. */
export interface PastRound {
  ordinal: number;
  startRoot: Digest;
  slices: readonly SliceOfSeat[];
  included: readonly number[];
  claims: ReadonlyMap<number, RevealedClaim>;
}

export interface Sight {
  readonly nowMs: number;
  readonly account: string;
  /** -1 before the draw. */
  readonly seat: number;
  readonly state: Readonly<RunState>;
  readonly problem: ToyProblem;
  readonly machine: Machine;
  readonly random: RandomStream;
  past(round: number): PastRound | null;
  /** Keeping a blob means serving it. */
  fetch(digest: Digest, keep: boolean): Blob | null;
  publish(
    blob: Pick<Blob, 'digest' | 'bytes' | 'vector'> & Partial<Pick<Blob, 'serves' | 'leaves'>>,
  ): void;
  /** The model behind a root, for whoever had the updates; null: nobody published it. */
  model(root: Digest): OuterState | null;
  publishModel(root: Digest, state: OuterState): void;
}

export interface Behaviour {
  respond(duty: Duty, sight: Sight): Response;
  /** Commands beside its duties, each time it looks. */
  extra?(sight: Sight): RunCommand[];
  /** Whether it moves phases when they are due; honest seats do. */
  ticks?: boolean;
  /** When it applies; honest ones come at some time in the first hour. */
  appliesAfterMs?: number;
  /** Share of blocks that it produces, and whether it lets a tick with this outcome into one. */
  producer?: { share: number; welcomes(preview: RunDraft, sight: Sight): boolean };
}
