/**
 * When the phases of a run's rounds began and ended, as far as the page saw them: the chain keeps no times
 * of what is past. A phase's beginning is its deadline less the time that the terms give it, so it is the
 * chain's own even where the page came late; its end is the beginning of the next.
 */
import type { RunView } from '@commonweights/dao-contracts/client/views.js';

export type TimedPhase = NonNullable<RunView['open']>['phase'];

export interface PhaseSpan {
  readonly round: number;
  readonly phase: TimedPhase;
  readonly startMs: number;
  /** Null: it is going on. */
  readonly endMs: number | null;
}

/** Of the newest; a picture of more rounds shows nothing. */
const spansKept = 60;

export class PhaseLog {
  #spans: readonly PhaseSpan[] = [];

  get spans(): readonly PhaseSpan[] {
    return this.#spans;
  }

  note({ open, nowMs, terms }: Pick<RunView, 'open' | 'nowMs' | 'terms'>): void {
    const last = this.#spans.at(-1);
    const same = open && last?.round === open.round && last.phase === open.phase;
    if (same && last.endMs === null) return;
    const begun = open ? open.deadlineMs - terms.deadlinesMs[open.phase] : nowMs;
    // A pause moves deadlines; what was seen before is never begun anew.
    const startMs = Math.max(last?.startMs ?? 0, Math.min(begun, nowMs));
    const past = this.#spans.map((span) =>
      span.endMs === null ? { ...span, endMs: startMs } : span,
    );
    const now = open ? [{ round: open.round, phase: open.phase, startMs, endMs: null }] : [];
    this.#spans = [...past, ...now].slice(-spansKept);
  }
}
