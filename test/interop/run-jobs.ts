/** Runs jobs that need what not every machine has, and says what became of each. */
import { Skipped } from './python.js';

export interface Job {
  readonly name: string;
  /** What there is to say of a success. Error: `Skipped` without the means for it. */
  readonly run: () => Promise<string>;
}

/** Whether all went well. `mustRun`: a skipped job is a failed one. */
export async function runJobs(
  jobs: readonly Job[],
  it: { mustRun: boolean; print: (line: string) => void },
): Promise<boolean> {
  let isWell = true;
  let ran = 0;
  for (const { name, run } of jobs) {
    try {
      it.print(`✔ ${name}: ${await run()}`);
      ran++;
    } catch (error) {
      if (error instanceof Skipped && !it.mustRun) {
        it.print(`– ${name}: skipped: ${error.message}`);
        continue;
      }
      isWell = false;
      it.print(`✘ ${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }
  if (isWell && ran < jobs.length) it.print(`${ran} of ${jobs.length} jobs could run here`);
  return isWell;
}
