/**
 * A contract built our way and the SDK's way, sent the same drawn calls:
 * `npm run bench -- contract-differences [--sequences 100] [--seed S] [--on ours|plain]`.
 *
 * The other build boots its engine in every call: our own (`ours`: only the snapshot is compared), or
 * QuickJS as it is published (`plain`, the default: the engine's patches too). Prints how often each
 * method was answered and how often with a failure; the first call that both do not answer alike,
 * with both answers, ends with exit status 1.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildBooted } from '@commonweights/dao-contracts/toolchain/booted/build-booted.js';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import type { Answered } from '@commonweights/test/dao-contracts/toolchain/differences/compare-builds.js';
import { searchDifferences } from '@commonweights/test/dao-contracts/toolchain/differences/search-differences.js';

const { values } = parseArgs({
  options: {
    sequences: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    on: { type: 'string', default: 'plain' },
  },
});
if (values.on !== 'ours' && values.on !== 'plain') {
  throw new Error(`BAD_ENGINE: "${values.on}"; use ours or plain`);
}
const entry = fileURLToPath(
  new URL('../test/dao-contracts/toolchain/differences/suite-contract.ts', import.meta.url),
);
const ours = await buildContract({ entry });
const booted = await buildBooted({ entry, on: values.on });
console.log(`snapshot ${ours.digest}, ${ours.wasm.length} bytes`);
console.log(`booted   ${booted.digest}, ${booted.wasm.length} bytes, engine: ${values.on}`);

const tally: Answered = new Map();
const found = await searchDifferences({
  builds: [ours.wasm, booted.wasm],
  sequences: Number(values.sequences),
  seed: Number(values.seed),
  length: { min: 10, max: 60 },
  tally,
});
for (const [method, { answered, failed }] of [...tally].sort()) {
  console.log(`${method.padEnd(16)}${answered} answered alike, ${failed} of them with a failure`);
}
const total = [...tally.values()].reduce((sum, { answered }) => sum + answered, 0);
if (found !== null) {
  console.error(`after ${total} calls, ${found}`);
  process.exitCode = 1;
} else {
  console.log(`${values.sequences} sequences, ${total} calls: no difference`);
}
