/**
 * Every code with which contract, client or relayer refuse is named by a test, as something that
 * was refused. This reads the tests' syntax trees: a code counts where it stands in a string or
 * pattern of an `expect` statement, of a call that throws when the refusal differs, or in a table
 * of a file whose tests assert (`[args, /^CODE/]`). It proves that somebody wrote the assertion,
 * not that it runs: a skipped test would count, so skipped tests are looked for, too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';

const root = new URL('../../', import.meta.url);

function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(fileURLToPath(new URL(folder, root)), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}${path}`);
}

/** The closed list of the contract's codes. */
function contractCodes(): string[] {
  const listed = /export type ErrorCode =([^;]+);/.exec(read('dao-contracts/rules/errors.ts'))![1]!;
  return [...listed.matchAll(/'([A-Z][A-Z_]+)'/g)].map(([, code]) => code!);
}

/** What the client and its relayer say by themselves. */
function clientCodes(): string[] {
  const text = filesUnder('dao-contracts/client/', '.ts').map(read).join('\n');
  return [...new Set([...text.matchAll(/\bcode: '([A-Z][A-Z_]+)'/g)].map(([, code]) => code!))];
}

/** Codes in the places of a test file where a refusal is asserted. */
function assertedCodes(text: string): Set<string> {
  const tree = ts.createSourceFile('a.test.ts', text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const asserts = /\bexpect\(/.test(text);
  const visit = (node: ts.Node, inAssertion: boolean): void => {
    const here = inAssertion || (asserts && isAssertion(node));
    const literal = ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node);
    if (here && (literal || ts.isTemplateHead(node))) {
      for (const [code] of node.text.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*\b/g))
        found.add(code);
    }
    ts.forEachChild(node, (child) => visit(child, here));
  };
  visit(tree, false);
  return found;
}

/** An `expect` chain, a helper that is named after what it expects, or a row of a table. */
function isAssertion(node: ts.Node): boolean {
  if (ts.isArrayLiteralExpression(node)) return true;
  if (!ts.isCallExpression(node)) return false;
  return /^(expect|refus|throws|rejects)/i.test(node.getText());
}

describe('every code of a refusal', () => {
  const files = filesUnder('test/', '.test.ts');
  const asserted = new Set(files.flatMap((path) => [...assertedCodes(read(path))]));

  for (const [whose, codes] of [
    ['the contract', contractCodes()],
    ['the client', clientCodes()],
  ] as const) {
    it(`of ${whose} is asserted by a test`, () => {
      expect(codes.length).to.be.above(20);
      expect(codes.filter((code) => !asserted.has(code))).to.deep.equal([]);
    });
  }

  it('is asserted by tests that are not skipped', () => {
    const skipped = files.filter((path) =>
      /\b(?:it|describe)\.(?:skip|only)\(|\bxit\(/.test(read(path)),
    );
    expect(skipped).to.deep.equal([]);
  });

  it('is not taken for asserted where a test only mentions it', () => {
    const text = `it('x', () => { const code = 'NOT_FOUND'; expect(1).to.equal(1); })`;
    expect([...assertedCodes(text)]).to.not.include('NOT_FOUND');
    const asserting = text.replace('1)', `code)`).replace('equal(1)', `equal('NOT_FOUND')`);
    expect([...assertedCodes(asserting)]).to.include('NOT_FOUND');
  });
});
