/**
 * One run after another, where a machine's owner leaves it to the machine. A stake hangs on the run in
 * which it has a seat: whatever passes is waited for there, and only what refuses this machine for
 * good, before it has a seat, is passed over.
 */
import { isPassing } from './passing.js';

export interface RunAfterRun {
  /** Null: none has a place. Runs in `not` are not asked for. */
  next(not: ReadonlySet<number>): Promise<number | null>;
  /** Until the run ends or is left. */
  workIn(run: number): Promise<void>;
  /** Whether a stake of this machine hangs on the run. */
  hasSeat(run: number): Promise<boolean>;
  /** Between two looks; `why` in a sentence. */
  wait(why: string): Promise<void>;
  /** Said once of a run that is not asked again. */
  passOver(run: number, error: Error): void;
  readonly retire: AbortSignal;
}

/** Errors: what ends the work in a run with a seat, what nobody can wait for while choosing. */
export async function workRunAfterRun(it: RunAfterRun): Promise<void> {
  /** Left, or no run for this machine: taken up again only if somebody names it. */
  const not = new Set<number>();
  /** Hindered for now: the others come first, so that none of them is kept from this machine. */
  const later = new Set<number>();
  while (!it.retire.aborted) {
    let run: number | null;
    try {
      run = await it.next(new Set([...not, ...later]));
    } catch (error) {
      if (!isPassing(error)) throw error;
      await it.wait((error as Error).message);
      continue;
    }
    if (run === null) {
      if (later.size === 0) await it.wait('no run has a place for this machine now');
      later.clear();
      continue;
    }
    try {
      await it.workIn(run);
      not.add(run);
    } catch (error) {
      if (!(error instanceof Error) || it.retire.aborted) throw error;
      // Who cannot ask goes by the worse case.
      const seated = await it.hasSeat(run).catch(() => true);
      if (isPassing(error)) {
        if (!seated) later.add(run);
        await it.wait(`run ${run}: ${error.message}`);
      } else if (seated) {
        // Whoever restarts this process goes on there, and nowhere else.
        throw error;
      } else {
        not.add(run);
        it.passOver(run, error);
      }
    }
  }
}
