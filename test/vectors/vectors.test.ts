/** The vectors, checked against this code; and some of them against an implementation in Python. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { absentHere } from '../support/absent-here.js';
import { topics, vectorFile } from './topics.js';
import type { VectorFile } from './vector-topic.js';

const read = (name: string) => JSON.parse(readFileSync(vectorFile(name), 'utf8')) as VectorFile;
const remedy = 'if the protocol changed on purpose: npx tsx test/vectors/make.ts';

describe('the test vectors', () => {
  for (const { name, about, inputs, compute } of topics) {
    it(`of ${name} give what they say`, () => {
      const file = read(name);
      for (const [i, { input, output }] of file.cases.entries()) {
        expect(compute(input), `case ${i}; ${remedy}`).to.deep.equal(output);
      }
    });

    it(`of ${name} are the ones that make.ts would write`, () => {
      const file = read(name);
      expect(file.about).to.equal(about);
      const now = JSON.parse(JSON.stringify(inputs())) as unknown[];
      expect(file.cases.map(({ input }) => input)).to.deep.equal(now, remedy);
    });
  }

  it('are all of a topic that exists', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((it) => it.endsWith('.json'));
    expect(files.sort()).to.deep.equal(topics.map(({ name }) => `${name}.json`).sort());
  });
});

describe('the run in run.json', () => {
  interface Output {
    refused?: string;
    status?: string;
    logHead?: string | null;
    records?: string[];
  }
  const outputs = () => read('run').cases[0]!.output as Output[];

  it('has a final, a rewound and an aborted round, a pause, refusals and a completion', () => {
    const records = outputs().flatMap(({ records: texts }) => texts ?? []);
    const parsed = records.map((text) => JSON.parse(text) as { outcome: string; audits: object[] });
    const outcomes = parsed.map(({ outcome }) => outcome);
    expect(outcomes).to.include.members(['final', 'rewound', 'aborted']);
    const verdicts = JSON.stringify(parsed.map(({ audits }) => audits));
    expect(verdicts)
      .to.match(/"failed"/)
      .and.match(/"passed"/);
    const statuses = outputs().map(({ status }) => status);
    expect(statuses).to.include.members(['enrolling', 'running', 'paused', 'completed']);
    expect(outputs().some(({ refused }) => refused === 'BAD_PROOF')).to.equal(true);
  });

  it('has a log whose head follows from its records', () => {
    let head: string | null = null;
    for (const { refused, records, logHead } of outputs()) {
      if (refused !== undefined) continue;
      for (const text of records!) {
        expect((JSON.parse(text) as { previous: string | null }).previous).to.equal(head);
        head = digestOf(new TextEncoder().encode(text));
      }
      expect(logHead).to.equal(head);
    }
    expect(head).to.not.equal(null);
  });
});

describe('an implementation in Python that shares no code', () => {
  it('computes the same from the same inputs', function () {
    const { error } = spawnSync('python3', ['--version']);
    if (error) absentHere(this, 'no python3');
    const script = fileURLToPath(new URL('./python/check_vectors.py', import.meta.url));
    const { status, stdout, stderr } = spawnSync('python3', ['-B', script], { encoding: 'utf8' });
    expect(stderr + (status === 0 ? '' : stdout)).to.equal('');
    expect(status).to.equal(0);
    for (const topic of ['tagged-hash', 'canonical-json', 'trace', 'draw', 'updates', 'run']) {
      expect(stdout).to.match(new RegExp(`^${topic}: [1-9]`, 'm'));
    }
  });
});
