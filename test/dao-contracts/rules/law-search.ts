/**
 * Plays generated sequences (law-sequence.ts) against the laws (run-laws.ts), counts what was
 * visited, and on a violation removes steps for as long as it stays one, so that what is reported
 * is short. Same seed, same sequences, same result.
 */
import { sequenceOf, type LawSequence, type Step } from './law-sequence.js';
import { playSequence } from './law-play.js';
import { emptyTally, type LawTally } from './law-tally.js';
import { RunPlay } from './run-play.js';

export interface LawSearch {
  seed: number;
  sequences: number;
  onSequence?: (done: number) => void;
}

/** Errors: `LAW_BROKEN`, with the sequence and the shortest steps found that still break it. */
export function searchLaws(it: LawSearch): LawTally {
  const tally = emptyTally();
  for (let index = 0; index < it.sequences; index++) {
    const sequence = sequenceOf(it.seed, index);
    try {
      playSequence(sequence, tally);
    } catch (error) {
      throw shrunk(sequence, error as Error);
    }
    tally.sequences++;
    it.onSequence?.(tally.sequences);
  }
  return tally;
}

/** Removes ever smaller parts of the steps for as long as the sequence still breaks a law. */
function shrunk(sequence: LawSequence, first: Error): Error {
  let { steps } = sequence;
  let error = first;
  const tryWith = (fewer: Step[]): boolean => {
    try {
      playSequence({ ...sequence, steps: fewer });
      return false;
    } catch (again) {
      [steps, error] = [fewer, again as Error];
      return true;
    }
  };
  for (let size = steps.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= steps.length;) {
      if (!tryWith([...steps.slice(0, at), ...steps.slice(at + size)])) at += size;
    }
  }
  const lines = commandsUpTo({ ...sequence, steps });
  const { name, terms, manner } = sequence;
  const shape = { ...terms, datasets: undefined, deadlinesMs: undefined };
  return new Error(
    `${error.message}\n${name} (${manner}), shrunk from ${sequence.steps.length} to ` +
      `${steps.length} steps\nterms ${JSON.stringify(shape)}\n${lines.join('\n')}`,
    { cause: first },
  );
}

/** The steps that a person reads: what was done, until the law broke. */
function commandsUpTo(sequence: LawSequence): string[] {
  const lines: string[] = [];
  const play = RunPlay.prototype;
  const { apply } = play;
  try {
    play.apply = function (this: RunPlay, command) {
      const text = JSON.stringify(command, (_, value: unknown) =>
        typeof value === 'bigint' ? `${value}` : value,
      );
      lines.push(`  at ${this.nowMs} ms ${text}`);
      apply.call(this, command);
    };
    playSequence(sequence);
  } catch {
    // The violation itself.
  } finally {
    play.apply = apply;
  }
  return lines;
}
