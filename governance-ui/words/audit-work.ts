/** What a tab at work tells, and what it means when it cannot work. */
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { texts } from '../texts/language.js';
import { formatFixed } from './amounts.js';

/** Null: of interest to nobody who watches. */
export function sayEvent(event: WorkEvent): string | null {
  const say = texts().contribute.events;
  switch (event.kind) {
    case 'tested':
      return say.tested(formatFixed(event.stepMs, 0));
    case 'enrolled':
      return say.enrolled;
    case 'rejoined':
      return say.rejoined;
    case 'answered':
      return event.leaf === null ? say.noMaterial(event) : say.answered(event);
    case 'measured':
      return say.measured(event);
    case 'judged':
      return say.judged(event);
    case 'waiting':
      return say.waiting(event.for);
    case 'hindered':
      return say.hindered(event.message);
    case 'ticked':
      return say.ticked(event.because);
    case 'left':
      return say.left(event.because);
    default:
      return null;
  }
}

export interface WorkFailure {
  readonly title: string;
  readonly remedy: string;
}

export function explainWorkFailure(why: string): WorkFailure {
  const { failures } = texts().contribute;
  const code = /^([A-Z][A-Z_]+):/.exec(why)?.[1] ?? '';
  return code in failures ? failures[code as keyof typeof failures] : failures.other;
}
