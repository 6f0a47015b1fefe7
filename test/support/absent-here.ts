/**
 * Tests that need what not every machine has (a browser, Python, an optional package) say so and are
 * skipped there. In CI nothing is absent: a test that never runs holds nothing.
 */
import type { Context } from 'mocha';

/** Ends the test or the suite. Error: `ABSENT_IN_CI`. */
export function absentHere(context: Context, what: string): never {
  if (process.env.CI) throw new Error(`ABSENT_IN_CI: ${what}; .ci/run has to bring it`);
  console.log(`      skipped: ${what}`);
  return context.skip();
}
