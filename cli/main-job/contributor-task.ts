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
  readonly fromRound?: number;
  /** Fabricates its updates once this many rounds have closed. */
  readonly cheatsFromOrdinal?: number;
}

export type ContributorMessage =
  | { kind: 'event'; event: WorkEvent }
  | { kind: 'done'; because: string; traffic: Traffic }
  | { kind: 'failed'; message: string };
