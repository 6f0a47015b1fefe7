/**
 * Mutations of a release: every byte of every small file flipped, and generated ones: files altered, renamed, added, missing, cut, swapped, reordered;
 * manifests, logs, lineage and weights forged with a vote for them; votes, evidence, signatures and proofs
 * that are others'. Prints which code refused how many of each kind; exit code 1 when one was accepted, or
 * refused for something else than it is.
 *
 * `npm run bench -- release-mutations [--count 20000] [--seed 1]`
 */
import { parseArgs } from 'node:util';
import { flipEveryByte } from '@commonweights/test/trainer/release/every-offset.js';
import { KINDS, mutate } from '@commonweights/test/trainer/release/mutations.js';
import type { Outcome } from '@commonweights/test/trainer/release/mutation-bench.js';

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
const note = ({ kind, code, what }: Outcome, codes: readonly string[] | null): void => {
  all++;
  const row = table.get(kind) ?? new Map<string, number>();
  table.set(kind, row.set(code ?? 'accepted', (row.get(code ?? 'accepted') ?? 0) + 1));
  if (code === null) accepted.push(`${kind}: ${what}`);
  else if (codes && !codes.includes(code)) strange.push(`${kind}: ${code}: ${what}`);
};
const [count, seed] = [Number(values.count), Number(values.seed)];
for await (const one of mutate({ count, seed })) note(one, KINDS[one.kind]!.codes);
for (const one of flipEveryByte((offset) => offset + seed)) note(one, ['FILE_ALTERED']);
for (const [kind, row] of table) {
  const counts = [...row].sort(([, a], [, b]) => b - a).map(([code, n]) => `${code} ${n}`);
  console.log(`${kind.padEnd(52)}${counts.join(', ')}`);
}
console.log(`${all} mutations, ${accepted.length} accepted, ${strange.length} with another code`);
for (const one of [...accepted, ...strange].slice(0, 20)) console.log(`  ${one}`);
process.exitCode = accepted.length + strange.length > 0 ? 1 : 0;
