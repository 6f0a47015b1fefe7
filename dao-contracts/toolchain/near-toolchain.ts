#!/usr/bin/env node
/**
 * `near-toolchain build <contract.ts>`: the command of the published package, and what this
 * repository's contracts name as theirs. `commonweights contract build` does the same.
 */
import { writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildChecked } from './build-checked.js';
import { buildContract } from './build-contract.js';
import type { BuildProgress } from './progress.js';

const usage = `near-toolchain build <contract.ts> [options]

  --out <file>   where the WebAssembly goes; default: beside you, by the contract's name
  --no-types     do not check the types
  --debug        keep line numbers for error stacks: larger, and more gas
  --fresh        build again what is cached
  --json         print path, digest, size and methods as JSON
`;

try {
  await run(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') ? 2 : 1;
}

async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      'no-types': { type: 'boolean', default: false },
      debug: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command, file, ...rest] = positionals;
  if (values.help) {
    console.log(usage);
    return;
  }
  if (command !== 'build' || file === undefined || rest.length > 0) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const entry = resolve(file);
  const { debug, fresh } = values;
  const build = values['no-types'] ? buildContract : buildChecked;
  const { wasm, digest, methods } = await build({ entry, debug, fresh, onProgress: steps() });
  const out = values.out ?? `${basename(entry).replace(/\.ts$/, '')}.wasm`;
  writeFileSync(resolve(out), wasm);
  const told = { out, digest, bytes: wasm.length, methods };
  if (values.json) console.log(JSON.stringify(told));
  else console.log(`${out}  ${wasm.length} bytes, ${methods.length} methods\n${digest}`);
}

/** A line on standard error for each step, once: of the compiler's loading only the beginning. */
function steps(): (event: BuildProgress) => void {
  const began = performance.now();
  let last = '';
  return ({ step, done, total }) => {
    if (step === last) return;
    last = step;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const place = total && total < 100 ? ` (${done ?? 0} of ${total})` : '';
    console.error(`${seconds.padStart(6)} s  ${step}${place}`);
  };
}
