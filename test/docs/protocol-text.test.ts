/** What the specification and the code both say, compared: limits, tags, codes, events, links. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { viewRun, viewSeat } from '@commonweights/dao-contracts/rules/run-view.js';
import { provisional } from '../dao-contracts/rules/run-scenes.js';
import { everyLossCause } from '../dao-contracts/rules/run-laws.js';
import { allTransitions } from '../dao-contracts/rules/run-transitions.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'docs', 'protocol');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

/** First cells of a page's table rows, as written between backticks. */
function namesInTables(page: string): string[] {
  const rows = read('docs', 'protocol', page).split('\n');
  return rows.flatMap((row) => {
    const [, first] = row.split('|');
    return row.startsWith('| `') ? [...first!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!) : [];
  });
}

/** TypeScript of our own folders, tests and built files aside. */
function sources(...folders: string[]): string[] {
  return folders.flatMap((name) =>
    readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path) && !/(^|[\\/])(node_modules|dist)[\\/]/.test(path))
      .map((path) => read(name, path)),
  );
}

/** A list of numbers stays text. */
function valueOf(text: string): bigint | string {
  const list = /^\[?(\d+(?:, \d+)+)\]?(?: as const)?$/.exec(text);
  return list ? list[1]! : numberOf(text);
}

/** Value of the number that a constant or a cell of a table is written as. */
function numberOf(text: string): bigint {
  const plain = text.replaceAll(/[_n,]/g, '').replaceAll('^', '**').trim();
  const product = plain.split(' * ');
  return product.reduce((value, factor) => value * power(factor), 1n);
}

function power(text: string): bigint {
  const [, left, bits] = /^(\d+) << (\d+)$/.exec(text) ?? [];
  if (left !== undefined) return BigInt(left) << BigInt(bits!);
  const [base, exponent = '1'] = text.split('**');
  return BigInt(base!.trim()) ** BigInt(exponent.trim());
}

/** `a → b` of the picture under a heading of the folder's README, loops to itself aside. */
function arrowsUnder(heading: string): string[] {
  const section = read('docs', 'protocol', 'README.md').split(`\n## ${heading}\n`)[1]!;
  const picture = section.split('```')[1]!;
  const arrows = [...picture.matchAll(/^ {2}(\w+) --> (\w+)/gm)];
  const lines = arrows
    .filter(([, from, to]) => from !== to)
    .map(([, from, to]) => `${from} → ${to}`);
  return [...new Set(lines)].sort();
}

/** The transitions that the laws of a run allow, of one kind. */
function transitionsOf(kind: string): string[] {
  const lines = allTransitions.filter((line) => line.startsWith(`${kind}: `));
  const bare = lines.map((line) => line.slice(kind.length + 2));
  return bare.filter((line) => !line.endsWith('gone')).sort();
}

/** Names of all fields of a JSON value, to any depth. */
function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => [name, ...fieldsOf(field)]);
}

describe('the specification', () => {
  it('gives every limit, and each as it is in the code', () => {
    const written = new Map<string, bigint | string>();
    for (const row of read('docs', 'protocol', 'limits.md').split('\n')) {
      const [, name, value] = /^\| `(\w+)` \| ([\d^, ]+) \|/.exec(row) ?? [];
      if (name !== undefined) written.set(name, valueOf(value!));
    }
    const inCode = new Map<string, bigint | string>();
    for (const file of ['limits.ts', 'budget.ts']) {
      const text = read('dao-contracts', 'rules', file);
      for (const [, name, value] of text.matchAll(/^(?:export )?const (\w+) = ([^;]+);$/gm)) {
        inCode.set(name!, valueOf(value!));
      }
    }
    expect(inCode.size).to.be.above(30);
    expect(Object.fromEntries(written)).to.deep.equal(Object.fromEntries(inCode));
  });

  it('lists every domain tag that the code hashes under, and no other', () => {
    const code = sources('dao-contracts', 'dataset-registry', 'trainer', 'cli', 'governance-ui');
    const used = code.flatMap((text) =>
      [...text.matchAll(/'(cw\/[a-z/-]+\/\d+)'/g)].map(([, tag]) => tag!),
    );
    const listed = namesInTables('encodings.md').filter((name) => name.startsWith('cw/'));
    expect(listed.sort()).to.deep.equal([...new Set(used)].sort());
  });

  it('lists every code that the contract refuses with', () => {
    const codes = [
      ...read('dao-contracts', 'rules', 'errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm),
    ];
    const listed = namesInTables('views.md').filter((name) => /^[A-Z_]+$/.test(name));
    expect(listed.sort()).to.deep.equal(codes.map(([, code]) => code!).sort());
  });

  it('lists every event that the contract logs', () => {
    const code = [...sources('dao-contracts/rules'), ...sources('dao-contracts/contract')].join();
    const logged = [...code.matchAll(/(?:emit\(|event: )'([a-z_]+)'/g)].map(([, name]) => name!);
    const rows = read('docs', 'protocol', 'views.md')
      .split('## Events')[1]!
      .split('## Refusals')[0]!;
    const listed = rows
      .split('\n')
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z_]+)`/g)])
      .map(([, name]) => name!);
    expect(listed.sort()).to.deep.equal([...new Set(logged)].sort());
  });

  it('lists every method of the contract', () => {
    const text = readdirSync(folder)
      .filter((page) => page.endsWith('.md'))
      .map((page) => read('docs', 'protocol', page))
      .join('\n');
    const contract = read('dao-contracts', 'contract', 'dao.ts');
    const methods = [...contract.matchAll(/@(?:call|view|initialize)\([^)]*\)\n {2}(\w+)\(/g)];
    expect(methods).to.have.length.above(30);
    for (const [, name] of methods) {
      if (name === 'on_claimed') continue;
      expect(text, name).to.match(new RegExp(`\`${name}[(\`]`));
    }
  });

  it('names test vectors that exist', () => {
    for (const page of readdirSync(folder)) {
      const text = read('docs', 'protocol', page);
      for (const [, list] of text.matchAll(/Vectors?:\s+((?:`[a-z-]+`(?:,\s+|\b)?)+)/g)) {
        for (const [, name] of list!.matchAll(/`([a-z-]+)`/g)) {
          expect(existsSync(join(root, 'test', 'vectors', `${name}.json`)), name).to.equal(true);
        }
      }
    }
  });

  it('draws the transitions of a run and of an audit that the laws allow', () => {
    expect(arrowsUnder('A run')).to.deep.equal(transitionsOf('run'));
    expect(arrowsUnder('An audit')).to.deep.equal(transitionsOf('audit'));
  });

  it('lists the transitions of a seat that the laws allow', () => {
    const rows = read('docs', 'protocol', 'enrolment.md').split('## Statuses of a seat')[1]!;
    const listed = [...rows.matchAll(/^\| \(?([a-z, ]+?)\)? \| \(?(\w+)\)? \|/gm)];
    const pairs = listed
      .filter(([, from]) => from !== 'from')
      .flatMap(([, from, to]) => from!.split(', ').map((one) => `${one} → ${to}`))
      .map((line) => line.replace('none', 'refunded'));
    expect([...new Set(pairs)].sort()).to.deep.equal(transitionsOf('seat'));
  });

  it('lists everything that a seat is fined for, as the laws know it', () => {
    const part = read('docs', 'protocol', 'settlement.md').split('## What can be lost')[1]!;
    const rows = part.split('\n## ')[0]!.split('\n');
    const listed = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z ]+)`/g)]);
    const names = listed.map(([, name]) => name!);
    expect(names.sort()).to.deep.equal([...everyLossCause].sort());
  });

  it('explains every field of terms, and lists every field of the views of a run', () => {
    const play = provisional();
    const { run, terms, audits, disputes, seats } = play.state;
    const explained = namesInTables('run.md');
    for (const name of Object.keys(terms)) expect(explained, name).to.include(name);
    const shown = [
      viewRun(run, { terms, audits, disputes, nowMs: play.nowMs }),
      ...seats.map((seat) => viewSeat(seat, { run })),
      ...play.records.map(({ text }) => JSON.parse(text) as unknown),
    ];
    const pages = read('docs', 'protocol', 'views.md') + read('docs', 'protocol', 'run.md');
    for (const name of new Set(fieldsOf(shown))) {
      expect(pages, name).to.match(new RegExp(`\\b${name}\\b`));
    }
  });
});
