/**
 * `npm run bench -- NAME [arguments]`: every figure in the documentation has a script here. Without
 * a name, lists them; `NAME --help` tells a script's options. What depends on the machine is printed
 * as a ratio to a peer that the same run measured.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const benches: Readonly<Record<string, string>> = {
  adversaries:
    'attacks on simulated runs: found, earned, harmed [--only NAME] [--svg FILE] [--real] (minutes)',
  'aggregate-memory':
    'memory of aggregating a round, streamed against whole updates [--peers 8] [--write] (minutes)',
  'dao-attacks': 'drained treasuries, farmed standing, withdrawn data: what gets through',
  'blob-speed': 'reading checked and uploading, beside raw sha256 [--mb 64] [--times 5]',
  chaos:
    'kills, partitions, full disks: seeded plays of real workers [--by-distance] [--processes] [--schedules 200] (minutes)',
  checkpoint: 'memory and MB/s of importing a large checkpoint [--gb 2] [--bf16] (minutes)',
  codec: 'bytes per parameter and MB/s of the update codecs, against dense fp32',
  'cold-start': 'from nothing to a tested worker at size S [engine …]',
  'contract-bytes': 'what the bytes of a contract are, by kind [contract.ts]',
  'contract-laws':
    'the deployed contract against the rules, money after every receipt [--sequences 1000] [--seed S]',
  'contract-differences':
    'a contract built our way and the SDK’s way, sent the same calls [--sequences 100] [--seed S] (minutes)',
  economics: 'tables of docs/protocol/economics.md: committees, attacks, stakes [--write]',
  engines: 'tokens/s of every engine against torch [--size S|M] [--threads 1] [--python python3]',
  gas: 'Tgas of calls: 5, 16, 63 workers; 10 and 10,000 members; rounds [workers] (minutes)',
  'gas-profile': "which functions of the contract burn a call's gas [workers] [method …]",
  'gas-table': 'docs/gas.md: what every method costs [--write] [--check]',
  'governance-gas': 'Tgas of governance at few and at many members [members]',
  import:
    'a folder into a dataset: MB/s, memory, and kills [--mb 1024] [--kills 5] [--dir DIR] (minutes)',
  'label-mails':
    'a bounty over real mails: labellers, reviewers, agreement, pay [--mails 160] (minutes)',
  laws: 'laws of a run over generated sequences [--sequences 100000] [--seed S] (minutes)',
  'node-fuzz':
    'nonsense for the embedded node [--requests N] [--modules N] [--transactions N] [--seed S] (minutes)',
  'node-calls':
    'simple calls per second of the embedded node over HTTP, and what it holds [--calls 100000] (minutes)',
  'many-items': 'ten million items: import, check, proof of one, memory [--items N] (minutes)',
  memory: 'bytes per parameter and per token, and what cannot fit [--engine simd-wasm] (minutes)',
  learning:
    'the worth of a worker over H, k, rates, horizon, workers [--seconds N] [--write] (an hour)',
  landscape:
    'how the real adversaries’ stage trains honestly, and the bowl fitted to it [--seeds 4] (minutes)',
  link: 'what a round costs beside its computing at 100 Mbit/s and 50 ms; large models [--write]',
  registry: 'a registry under 200 clients for a minute [--clients 200] [--seconds 60]',
  'release-mutations':
    'mutations of a release, which code refuses how many [--count 20000] [--seed S] (minutes)',
  scale: 'calls, gas, fees, storage and bytes per worker, 10 … 10,000 workers (minutes)',
  screens:
    'what the pages ask of a browser: JavaScript, first paint, ms of a refresh [--times 5] (minutes)',
  tokenizer: 'MB/s of training and encoding on one core [--vocab 4096] [--times 5]',
  tolerance: 'how far honest engines and cheats end apart: the tolerance class [--write] (minutes)',
  verify:
    'verifying 2 GB: ratio to raw sha256, memory [--momentum] [--times 5] [--seeded] (minutes)',
  pull: 'pulling from good mirrors behind a lying, a slow, a silent and a dead one [--mb 512]',
  recipe: 'what a training recipe is worth: four workers, one alone, data parallel (minutes)',
};

const [name, ...args] = process.argv.slice(2);
if (name === undefined) {
  for (const [bench, what] of Object.entries(benches)) console.log(`${bench.padEnd(16)}${what}`);
} else if (!Object.hasOwn(benches, name)) {
  console.error(`UNKNOWN_BENCH: "${name}"; use one of ${Object.keys(benches).join(', ')}`);
  process.exitCode = 2;
} else if (args.includes('--help')) {
  console.log(`${benches[name]}\n\n${headOf(name)}`);
} else {
  const script = scriptOf(name, args);
  const entry = fileURLToPath(new URL(`./${script}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', entry, ...args], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

/** Some have a way with real training or real processes that is a script of its own. */
function scriptOf(bench: string, options: readonly string[]): string {
  if (bench === 'adversaries' && options.includes('--real')) return 'real-adversaries';
  if (bench === 'chaos' && options.includes('--processes')) return 'chaos-processes';
  return bench;
}

/** What a script says about itself and its options. */
function headOf(bench: string): string {
  const text = readFileSync(new URL(`./${bench}.ts`, import.meta.url), 'utf8');
  const [, head = ''] = /^\/\*\*\n([\s\S]*?)\*\//.exec(text) ?? [];
  return head.replace(/^ \* ?/gm, '').trimEnd();
}
