/**
 * Where a tab stands as an auditor, whatever page is shown: the worker behind it lives until the tab
 * is closed, not until somebody looks at something else.
 */
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import type { Prospects } from '@commonweights/trainer/worker/prospects.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import type { Status } from '@commonweights/trainer/worker/work-status.js';
import type { Address } from './address.js';
import { AuditDesk } from './audit-desk.js';
import type { AuditAnswer } from './audit-session.js';

export type BenchStage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'testing' }
  | { readonly kind: 'tested'; readonly prospects: Prospects }
  | { readonly kind: 'working' }
  | { readonly kind: 'pausing' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'ended'; readonly because: string }
  | { readonly kind: 'failed'; readonly why: string; readonly during: 'test' | 'work' };

export interface BenchView {
  readonly stage: BenchStage;
  readonly run: number | null;
  readonly status: Status | null;
  /** The newest first. */
  readonly events: readonly WorkEvent[];
  /** What stands in its way at the moment, and passes by itself. */
  readonly hindrance: string | null;
}

const eventsKept = 50;
const nothing: BenchView = {
  ...{ stage: { kind: 'idle' }, run: null, status: null, events: [], hindrance: null },
};

export class AuditBench {
  #view = nothing;
  #desk: AuditDesk | null = null;
  #key: AccountKey | null = null;
  readonly #listeners = new Set<(view: BenchView) => void>();

  constructor(private readonly address: Address) {}

  get view(): BenchView {
    return this.#view;
  }

  listen(listener: (view: BenchView) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Whether this tab can take part in a run, and what that would bring. */
  test(run: number): void {
    this.#tell({ ...nothing, run, stage: { kind: 'testing' } });
    this.#ask().ask({ kind: 'test', run });
  }

  work(run: number, key: AccountKey): void {
    this.#key = key;
    const { status } = this.#view.run === run ? this.#view : nothing;
    this.#tell({ ...nothing, run, status, stage: { kind: 'working' } });
    addEventListener('beforeunload', warn);
    this.#ask().ask({ kind: 'work', run, key });
  }

  /** After what it is doing at the moment. */
  pause(): void {
    if (this.#view.stage.kind !== 'working') return;
    this.#tell({ stage: { kind: 'pausing' } });
    this.#ask().ask({ kind: 'pause' });
  }

  resume(): void {
    const { run } = this.#view;
    if (run !== null && this.#key) this.work(run, this.#key);
  }

  #ask(): AuditDesk {
    return (this.#desk ??= new AuditDesk(this.address, (answer) => this.#hear(answer)));
  }

  #hear(answer: AuditAnswer): void {
    const { stage } = this.#view;
    switch (answer.kind) {
      case 'prospects':
        return this.#tell({ stage: { kind: 'tested', prospects: answer.prospects } });
      case 'status':
        return this.#tell({ status: answer.status });
      case 'event':
        return this.#note(answer.event);
      case 'ended':
        removeEventListener('beforeunload', warn);
        return this.#tell({
          stage: answer.paused ? { kind: 'paused' } : { kind: 'ended', because: answer.because },
        });
      case 'failed': {
        removeEventListener('beforeunload', warn);
        const during = stage.kind === 'testing' ? 'test' : 'work';
        // Whatever state the worker is in, a new one begins afresh.
        this.#desk?.close();
        this.#desk = null;
        return this.#tell({ stage: { kind: 'failed', why: answer.why, during } });
      }
    }
  }

  #note(event: WorkEvent): void {
    const hindrance = event.kind === 'hindered' ? event.message : null;
    const events = [event, ...this.#view.events].slice(0, eventsKept);
    this.#tell({ events, hindrance });
  }

  #tell(change: Partial<BenchView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener(this.#view);
  }
}

/** A seat that says nothing costs its owner something. */
function warn(event: Event): void {
  event.preventDefault();
}
