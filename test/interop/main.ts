/**
 * Our files in the hands of other people's tools, and theirs in ours: `npm run interop`. A job that
 * needs what this machine cannot install says "skipped" and why; everything else fails the run.
 */
import { Skipped } from './python.js';
import { exchangeSignedModels } from './signed-models.js';
import { compareWithTransformers } from './transformers.js';

const jobs: readonly { name: string; run: () => Promise<string> }[] = [
  { name: 'signed models (OpenSSF Model Signing)', run: exchangeSignedModels },
  { name: 'checkpoints and tokenizers (transformers)', run: compareWithTransformers },
];

let failed = false;
for (const { name, run } of jobs) {
  try {
    console.log(`✔ ${name}: ${await run()}`);
  } catch (error) {
    if (error instanceof Skipped) console.log(`– ${name}: skipped: ${error.message}`);
    else {
      failed = true;
      console.log(`✘ ${name}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
    }
  }
}
if (failed) process.exitCode = 1;
