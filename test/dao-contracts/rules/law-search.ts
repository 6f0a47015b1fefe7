/**
 * Plays generated sequences (law-sequence.ts) against the laws (run-laws.ts), counts what was
 * visited, and on a violation removes steps for as long as it stays one, so that what is reported
 * is short. Same seed, same sequences, same result.
 */
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import { sequenceOf, type LawSequence, type Step } from './law-sequence.js';
import { playSequence, type MakePlay, type PlayOptions } from './law-play.js';
import { emptyTally, type LawTally } from './law-tally.js';

export interface LawSearch {
  seed: number;
  sequences: number;
  onSequence?: (done: number) => void;
  makePlay?: MakePlay;
}

/** Errors: `LAW_BROKEN`, with the sequence and the shortest steps found that still break it. */
export function searchLaws(it: LawSearch): LawTally {
  const tally = emptyTally();
  for (let index = 0; index < it.sequences; index++) {
    const sequence = sequenceOf(it.seed, index);
    try {
      playSequence(sequence, { tally, makePlay: it.makePlay });
    } catch (error) {
      throw shrunk(sequence, error as Error, it.makePlay);
    }
    tally.sequences++;
    it.onSequence?.(tally.sequences);
  }
  return tally;
}

/** Removes ever smaller parts of the steps for as long as the sequence still breaks that law. */
function shrunk(sequence: LawSequence, first: Error, makePlay?: MakePlay): Error {
  let { steps } = sequence;
  let error = first;
  const tryWith = (fewer: Step[]): boolean => {
    const again = violationOf({ ...sequence, steps: fewer }, { makePlay });
    if (!again || lawOf(again) !== lawOf(first)) return false;
    [steps, error] = [fewer, again];
    return true;
  };
  for (let size = steps.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= steps.length;) {
      if (!tryWith([...steps.slice(0, at), ...steps.slice(at + size)])) at += size;
    }
  }
  const lines: string[] = [];
  const onCommand = (nowMs: number, command: RunCommand) => {
    lines.push(`  at ${nowMs} ms ${JSON.stringify(command, bigintAsText)}`);
  };
  violationOf({ ...sequence, steps }, { makePlay, onCommand });
  const { name, terms, manner } = sequence;
  const shape = { ...terms, datasets: undefined, deadlinesMs: undefined };
  return new Error(
    `${error.message}\n${name} (${manner}), shrunk from ${sequence.steps.length} to ` +
      `${steps.length} steps\nterms ${JSON.stringify(shape)}\n${lines.join('\n')}`,
    { cause: first },
  );
}

function violationOf(sequence: LawSequence, it: PlayOptions): Error | null {
  try {
    playSequence(sequence, it);
    return null;
  } catch (error) {
    return error as Error;
  }
}

/** `LAW_BROKEN: <name of the law>`, or the beginning of what else was thrown. */
function lawOf(error: Error): string {
  return error.message.split(': ').slice(0, 2).join(': ');
}

function bigintAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
