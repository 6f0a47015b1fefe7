/**
 * What a worker of the page does as an auditor: the very loop of `commonweights work --auditor`, with a
 * key that can only work, an engine and blobs that come in. Its page may test it before anything is
 * staked, pause it and let it go on; a seat's place in the run is on chain, never here.
 */
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { Engine } from '@commonweights/trainer/engines/engine.js';
import type { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import type { Prospects } from '@commonweights/trainer/worker/prospects.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { WorkStatus, type Status } from '@commonweights/trainer/worker/work-status.js';
import { work } from '@commonweights/trainer/worker/work.js';
import { tabWorker } from '../reading/audit-place.js';

export type AuditRequest =
  /** Nothing is joined; tells the prospects. */
  | { readonly kind: 'test'; readonly run: number }
  | { readonly kind: 'work'; readonly run: number; readonly key: AccountKey }
  /** Ends after what it is doing at the moment; `work` goes on. */
  | { readonly kind: 'pause' };

export type AuditAnswer =
  | { readonly kind: 'prospects'; readonly prospects: Prospects }
  | { readonly kind: 'event'; readonly event: WorkEvent }
  | { readonly kind: 'status'; readonly status: Status }
  | { readonly kind: 'ended'; readonly because: string; readonly paused: boolean }
  | { readonly kind: 'failed'; readonly why: string };

export interface AuditSurroundings {
  /** Signs with the key; null: only reads. */
  readonly connect: (key: AccountKey | null) => DaoClient;
  readonly blobs: (key: AccountKey | null) => LayeredStore;
  /** All that a run may name. */
  readonly openEngine: () => Promise<Engine | readonly Engine[]>;
  /** Runs `work` while nobody else does for this seat; false: somebody does. */
  readonly alone: (seat: string, work: () => Promise<void>) => Promise<boolean>;
  readonly tell: (answer: AuditAnswer) => void;
  readonly pollMs: number;
}

/** The page shows money and seat as of so many milliseconds ago. */
const statusEveryMs = 1_000;

export class AuditSession {
  #pause: AbortController | null = null;

  constructor(private readonly it: AuditSurroundings) {}

  /** Never throws: what goes wrong is told. */
  async answer(request: AuditRequest): Promise<void> {
    try {
      if (request.kind === 'pause') this.#pause?.abort();
      else if (request.kind === 'test') await this.#test(request.run);
      else await this.#workAlone(request.run, request.key);
    } catch (error) {
      this.it.tell({ kind: 'failed', why: (error as Error).message });
    }
  }

  async #test(run: number): Promise<void> {
    const { connect, blobs, tell } = this.it;
    await work({
      ...{ run, role: 'auditor', client: connect(null), blobs: blobs(null), dryRun: true },
      ...{ engine: await this.it.openEngine(), saltSecret: '', worker: tabWorker },
      onEvent: (event) => {
        if (event.kind === 'prospects') tell({ kind: 'prospects', prospects: event.prospects });
        else tell({ kind: 'event', event });
      },
    });
  }

  async #workAlone(run: number, key: AccountKey): Promise<void> {
    const seat = `${run} ${key.accountId}`;
    if (await this.it.alone(seat, () => this.#work(run, key))) return;
    throw new Error(
      `SEAT_AT_WORK: another tab works for this seat of ${key.accountId}; close one of them`,
    );
  }

  async #work(run: number, key: AccountKey): Promise<void> {
    const { tell, pollMs } = this.it;
    const client = this.it.connect(key);
    const blobs = this.it.blobs(key);
    const status = new WorkStatus({
      ...{ run, client, worker: tabWorker },
      traffic: () => blobs.traffic,
    });
    const pause = new AbortController();
    this.#pause = pause;
    let shownMs = -Infinity;
    const show = async () => tell({ kind: 'status', status: await status.read() });
    try {
      const { because } = await work({
        ...{ run, role: 'auditor', client, blobs, worker: tabWorker, pollMs },
        ...{ engine: await this.it.openEngine(), signal: pause.signal },
        // An auditor commits to nothing that a secret has to hide.
        saltSecret: key.secretKey,
        onEvent: (event) => {
          status.note(event);
          tell({ kind: 'event', event });
        },
        onSeen: (seen) => {
          status.see(seen);
          if (Date.now() - shownMs < statusEveryMs) return;
          shownMs = Date.now();
          void show();
        },
      });
      await show();
      tell({ kind: 'ended', because, paused: pause.signal.aborted });
    } finally {
      this.#pause = null;
    }
  }
}
