/**
 * Generated mutations of a release: files altered, renamed, added, missing, cut, swapped, reordered;
 * manifests, logs, lineage and weights forged with a vote for them; votes, evidence, signatures and proofs
 * that are others'. Prints which code refused how many of each kind; exit code 1 when one was accepted, or
 * refused for something else than it is.
 *
 * `npm run bench -- release-mutations [--count 20000] [--seed 1]`
 */
import { parseArgs } from 'node:util';
import { KINDS, mutate } from '@commonweights/test/trainer/release/mutations.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
  },
});

const table = new Map<string, Map<string, number>>();
let all = 0;
const accepted: string[] = [];
const strange: string[] = [];
for await (const { kind, code, what } of mutate({
  count: Number(values.count),
  seed: Number(values.seed),
})) {
  all++;
  const row = table.get(kind) ?? new Map<string, number>();
  table.set(kind, row.set(code ?? 'accepted', (row.get(code ?? 'accepted') ?? 0) + 1));
  const { codes } = KINDS[kind]!;
  if (code === null) accepted.push(`${kind}: ${what}`);
  else if (codes && !codes.includes(code)) strange.push(`${kind}: ${code}: ${what}`);
}
for (const [kind, row] of table) {
  const counts = [...row].sort(([, a], [, b]) => b - a).map(([code, n]) => `${code} ${n}`);
  console.log(`${kind.padEnd(52)}${counts.join(', ')}`);
}
console.log(`${all} mutations, ${accepted.length} accepted, ${strange.length} with another code`);
for (const one of [...accepted, ...strange].slice(0, 20)) console.log(`  ${one}`);
process.exitCode = accepted.length + strange.length > 0 ? 1 : 0;
