/** What the main job and its contributor processes say to each other. */
import type { Traffic } from '@commonweights/trainer/worker/layered-store.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';

export interface ContributorTask {
  readonly account: { readonly accountId: string; readonly secretKey: string };
  readonly role: 'trainer' | 'auditor';
  readonly run: number;
  readonly rpcUrl: string;
  readonly registryUrl: string;
  readonly contract: string;
  readonly dataDir: string;
  /** Between two looks at the chain. */
  readonly pollMs: number;
  readonly fromRound?: number;
  /** Fabricates its updates from this round on. */
  readonly cheatsFromRound?: number;
  /** Stands still in the middle of this round, still answering audits, until it is killed. */
  readonly hangsInRound?: number;
}

export type ContributorMessage =
  | { kind: 'event'; event: WorkEvent }
  | { kind: 'done'; because: string; traffic: Traffic; peakBytes: number }
  | { kind: 'failed'; message: string };
