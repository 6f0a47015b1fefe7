/** docs/threat-model.md promises a test for each attack: every test that it names is there. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import ts from 'typescript';

const docs = new URL('../../docs/', import.meta.url);
const text = readFileSync(new URL('threat-model.md', docs), 'utf8');
const links = [...text.matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g)].map(([, name, path]) => {
  return { name: name!, path: path! };
});

/** Failures of others, by the numbers that their issues have. */
const lessons: Readonly<Record<string, readonly number[]>> = {
  sputnik: [25, 98, 237, 238],
  'rl-swarm': [253, 271, 415, 422, 433, 488, 506],
  Templar: [45],
  hivemind: [676],
  MediSwarm: [346],
  huggingface_hub: [3643],
  CycloneDX: [862],
  mlx: [3363],
};

/** Every text that stands in a file as a string, a template or the key of a table. */
const textsOf = new Map<string, Set<string>>();
function texts(path: string): Set<string> {
  let found = textsOf.get(path);
  if (found) return found;
  textsOf.set(path, (found = new Set()));
  const into = found;
  const source = readFileSync(new URL(path, docs), 'utf8');
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) into.add(node.text);
    if (ts.isTemplateExpression(node)) into.add(node.getText().slice(1, -1));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true));
  return found;
}

describe('the threat model', () => {
  it('names files and tests that exist', () => {
    expect(links.length).to.be.above(60);
    const missing = links.filter(
      ({ name, path }) => !existsSync(new URL(path, docs)) || !texts(path).has(name),
    );
    expect(missing.map(({ name, path }) => `${path}: ${name}`)).to.deep.equal([]);
  });

  it('has a section for everybody who could attack, and says what is not stopped', () => {
    const actors =
      'stranger member majority guardian proposer worker auditor juror witness relayer publisher ' +
      'registry mirror RPC downloader code';
    const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading!);
    const named = headings.join('\n').toLowerCase();
    for (const actor of actors.split(' ')) {
      expect(named).to.include(actor.toLowerCase());
    }
    const attackers = text
      .split(/^## /m)
      .filter((section) => /^(A|An|Who|The|Code) .*\n/.test(section));
    for (const section of attackers) {
      const [heading] = section.split('\n');
      expect(section, heading).to.match(/\*Not stopped:\*/);
    }
    expect(attackers.length).to.be.above(12);
  });

  it('links a test that bears the number of each failure of others', () => {
    const tests = links.map(({ name }) => name).join('\n');
    for (const [project, numbers] of Object.entries(lessons)) {
      for (const number of numbers) {
        expect(tests, `${project} #${number}`).to.match(
          new RegExp(`${project}\\b.* #${number}\\b|${project} #${number}\\b`),
        );
      }
    }
  });
});
