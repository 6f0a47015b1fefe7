/**
 * Writes the vectors: `npx tsx test/vectors/make.ts`. To be run only when the protocol changes on
 * purpose, and the diff read line by line: each changed output is a change that breaks others.
 */
import { writeFileSync } from 'node:fs';
import { topics, vectorFile } from './topics.js';

for (const { name, about, inputs, compute } of topics) {
  const cases = inputs().map((input) => {
    const stored: unknown = JSON.parse(JSON.stringify(input));
    return JSON.stringify({ input: stored, output: compute(stored) });
  });
  const text = `{"about":${JSON.stringify(about)},"cases":[\n${cases.join(',\n')}\n]}\n`;
  writeFileSync(vectorFile(name), text);
  console.log(`${name}.json: ${cases.length} cases, ${text.length} bytes`);
}
