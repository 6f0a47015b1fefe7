/** What a tab at work tells, and what it means when it cannot work. */
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';

/** Null: of interest to nobody who watches. */
export function sayEvent(event: WorkEvent): string | null {
  switch (event.kind) {
    case 'tested':
      return `This tab repeats its steps bit for bit, ${event.stepMs.toFixed(0)} ms each.`;
    case 'enrolled':
      return 'It has applied for a seat.';
    case 'rejoined':
      return 'It takes its seat up again.';
    case 'answered':
      return event.leaf === null
        ? `Round ${event.round}, seat ${event.seat}: the material for segment ${event.segment} is none, and it said so.`
        : `Round ${event.round}, seat ${event.seat}: it computed segment ${event.segment} again and sealed what it found.`;
    case 'measured':
      return `Round ${event.round}, seat ${event.seat}: it measured how far segment ${event.segment} is off.`;
    case 'judged':
      return `Dispute ${event.dispute} about round ${event.round}: it computed and judged.`;
    case 'waiting':
      return `It waits for ${event.for}.`;
    case 'hindered':
      return `Hindered: ${event.message}`;
    case 'ticked':
      return `It moved the run on: ${event.because}.`;
    case 'left':
      return `It left: ${event.because}.`;
    default:
      return null;
  }
}

export interface WorkFailure {
  readonly title: string;
  readonly remedy: string;
}

const failures: Readonly<Record<string, WorkFailure>> = {
  ENGINE_UNRELIABLE: {
    title: 'This machine does not repeat itself',
    remedy: 'The engine’s test failed, so its audits would too. Try another machine.',
  },
  ENGINE_MISMATCH: {
    title: 'The run asks for another engine',
    remedy: 'A tab computes on one thread, with the engine that this page brought.',
  },
  ENGINE_NOT_LOADED: {
    title: 'The engine could not be loaded',
    remedy: 'The server of this page has to serve all of its files.',
  },
  PROGRAM_MISMATCH: {
    title: 'The run was proposed with another version',
    remedy: 'Open the pages of that version.',
  },
  OUT_OF_MEMORY: {
    title: 'The model is too large for this tab',
    remedy: 'The command line may still take it.',
  },
  TOO_SLOW: {
    title: 'This machine is too slow for the run',
    remedy: 'Close what else it does, or choose another run.',
  },
  CHAIN_UNREACHABLE: {
    title: 'The chain cannot be reached',
    remedy: 'Nothing is lost by that. Begin again when it answers.',
  },
  STORE_UNREACHABLE: {
    title: 'The registry cannot be reached',
    remedy: 'Nothing is lost by that. Begin again when it answers.',
  },
  SEAT_AT_WORK: {
    title: 'Another tab is at work',
    remedy: 'One tab works for a seat. Go to that one, or close it.',
  },
  TERMS_MISMATCH: {
    title: 'The run is not what was voted on',
    remedy: 'Do not work on it, and tell the DAO.',
  },
  DATASET_MISMATCH: {
    title: 'The run is not what was voted on',
    remedy: 'Do not work on it, and tell the DAO.',
  },
};

export function explainWorkFailure(why: string): WorkFailure {
  const code = /^([A-Z][A-Z_]+):/.exec(why)?.[1] ?? '';
  return (
    failures[code] ?? { title: 'It cannot go on', remedy: 'Nothing that is on chain is lost.' }
  );
}
