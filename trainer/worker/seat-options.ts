/** What a seat is worked with: whose it is, where its bytes are, what it computes with, when to stop. */
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { Engine } from '../engines/engine.js';
import type { SeatView } from '@commonweights/dao-contracts/client/views.js';
import { findSeat, type Acting } from './duty.js';
import type { Notebook } from './kept-work.js';
import type { LayeredStore } from './layered-store.js';
import type { trainRound } from './round.js';
import type { Seen } from './run-reader.js';
import type { WorkEvent } from './work-event.js';

/** How a round's result comes about. Honest work is `trainRound`; simulations plug in others. */
export type ComputeRound = typeof trainRound;

export interface SeatOptions {
  /** Connected as the account that works. */
  readonly client: DaoClient;
  readonly run: number;
  readonly role: 'trainer' | 'auditor';
  readonly fromRound?: number;
  /** Label of this machine among the account's; default ''. */
  readonly worker?: string;
  /** Who owns the seat, where it is another account's (duty.ts). */
  readonly owner?: string;
  /** Somebody else pays for its calls. */
  readonly relayed?: boolean;
  /** Who is to be paid; default: the account that works. */
  readonly payout?: string;
  /** Enrol without a stake: pay becomes stake until it is whole. */
  readonly earnStake?: boolean;
  readonly blobs: LayeredStore;
  /** One, or all that this machine could compute a run with. */
  readonly engine: Engine | readonly Engine[];
  /** Known to this worker only: the salts of its commitments follow from it. */
  readonly saltSecret: string;
  /** Tolerance class: what was committed to and sealed is in it; without, a restart loses that. */
  readonly notebook?: Notebook;
  readonly computeRound?: ComputeRound;
  readonly onEvent?: (event: WorkEvent) => void;
  /** The chain as it was just read. */
  readonly onSeen?: (seen: Seen) => void;
  /** Leave now, whatever it costs. */
  readonly signal?: AbortSignal;
  /** Begin nothing new, and leave as soon as that costs nothing. */
  readonly retire?: AbortSignal;
  /** Only test the machine and say what working would bring. */
  readonly dryRun?: boolean;
  /** Between two looks at the chain when there is nothing to do. */
  readonly pollMs?: number;
}

export const defaultPollMs = 250;

/** Who acts, and for whom. */
export function actingOf({ client, worker, owner }: SeatOptions): Acting {
  const account = client.accountId!;
  return { account, worker: worker ?? '', ...(owner === undefined ? {} : { owner }) };
}

/** Which seat a call is about: the label goes along only where there is one. */
export function mineOf({ run, worker = '' }: SeatOptions): { run: number; worker?: string } {
  return worker === '' ? { run } : { run, worker };
}

export function pollMsOf({ pollMs = defaultPollMs }: SeatOptions): number {
  return pollMs;
}

export function ownSeat(options: SeatOptions, seats: readonly SeatView[]): SeatView | undefined {
  return findSeat(seats, actingOf(options));
}
