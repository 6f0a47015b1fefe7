/**
 * The learning study: what a worker is worth (design §7) under each recipe of exchange, over H, k,
 * outer step, learning rate, horizon and number of workers, by three seeds, beside one worker alone
 * and `ddp` without any cost of exchange. `npm run bench -- learning [--seconds N] [--results FILE]
 * [--write]`. Results are kept in FILE (docs/learning.jsonl), line by line as they come: started
 * again, it goes on. `--seconds 0` only reports; `--write` puts tables and plot into docs.
 *
 * On the native engine with one thread: a seed repeats its losses on one kind of processor; from
 * one kind to another they differ by less than seeds do.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createOrtNativeEngine } from '@commonweights/trainer/engines/ort-native.js';
import { allCells, keyOf, studyModel, type Measured } from './learning-cells.js';
import { drawStudy } from './learning-chart.js';
import { baselineRows, baselineTable, studyRows, studyTable } from './learning-report.js';
import { measureCell } from './learning-run.js';
import { packSpeeches } from './speeches.js';
import { writeSection } from './write-section.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '36000' },
    results: { type: 'string', default: 'docs/learning.jsonl' },
    write: { type: 'boolean', default: false },
  },
});

const page = 'docs/learning.md';
const known = readResults(values.results);
await measureMissing(Number(values.seconds) * 1000);
const rows = studyRows(known);
const tables = { 'learning rows': studyTable(rows), baselines: baselineTable(baselineRows(known)) };
for (const table of Object.values(tables)) console.log(`\n${table}`);
if (values.write) {
  for (const [name, table] of Object.entries(tables)) writeSection(page, name, table);
  writeFileSync('docs/learning.svg', drawStudy(rows));
}

async function measureMissing(budgetMs: number): Promise<void> {
  const missing = allCells().filter((cell) => !known.has(keyOf(cell)));
  if (missing.length === 0 || budgetMs <= 0) return;
  const engine = createOrtNativeEngine({ threads: 1 });
  const data = await packSpeeches(studyModel);
  const started = performance.now();
  for (const [i, cell] of missing.entries()) {
    if (performance.now() - started > budgetMs) return;
    const measured = await measureCell(engine, data, cell);
    appendFileSync(values.results, `${JSON.stringify(measured)}\n`);
    known.set(keyOf(cell), measured);
    console.log(`${i + 1} of ${missing.length}: ${keyOf(cell)} ${measured.loss.toFixed(4)}`);
  }
}

function readResults(path: string): Map<string, Measured> {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const all = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Measured);
  return new Map(all.map((measured) => [keyOf(measured.cell), measured]));
}
