/**
 * The published package as a stranger has it: in a folder of their own, outside this repository,
 * with a contract of theirs. Packages that it depends on are linked to where they are installed.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { buildContract, checkContractTypes } from '@commonweights/dao-contracts/toolchain/index.js';
import { cacheFolder } from '@commonweights/dao-contracts/toolchain/content-cache.js';
import { loadEngine } from '@commonweights/dao-contracts/toolchain/engine/load-engine.js';
import { packToolchain } from '@commonweights/dao-contracts/toolchain/pack.js';
import { packageFolder } from '@commonweights/dao-contracts/toolchain/package-folder.js';
import type * as published from '../../../dao-contracts/toolchain/types/index.js';
import { ContractHost } from './contract-host.js';

/** What the package's types promise is what its source has. */
const promised: Pick<typeof published, 'buildContract' | 'checkContractTypes'> = {
  buildContract,
  checkContractTypes,
};

const guestbook = `
import { NearBindgen, near, call, view, Vector, LookupMap } from 'near-sdk-js';
import { tidy } from './tidy.js';

@NearBindgen({})
class GuestBook {
  entries: Vector<{ by: string; text: string }> = new Vector('e');
  get: LookupMap<number> = new LookupMap('g');
  set = 0;

  @call({})
  sign({ text }: { text: string }): number {
    const by = near.signerAccountId();
    this.entries.push({ by, text: tidy(text) });
    this.get.set(by, (this.get.get(by) ?? 0) + 1);
    this.set += 1;
    return this.get.get(by)! * 100 + this.set;
  }

  @view({})
  list(): unknown {
    return this.entries.toArray();
  }

  @view({})
  contract_source_metadata(): unknown {
    return (globalThis as unknown as { contractBuild: unknown }).contractBuild;
  }
}
`;

describe('the toolchain as a package of its own', function () {
  // The first build on a machine compiles the engine.
  this.timeout(300_000);
  let stranger: string;
  let project: string;

  before(async () => {
    expect(Object.keys(promised)).to.have.length(2);
    await loadEngine();
    stranger = mkdtempSync(join(tmpdir(), 'stranger-'));
    project = join(stranger, 'guest book é', 'app');
    const packages = join(project, 'node_modules');
    const packed = join(packages, '@commonweights', 'near-toolchain');
    await packToolchain(packed);
    const { dependencies } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const name of Object.keys(dependencies)) {
      mkdirSync(dirname(join(packages, name)), { recursive: true });
      symlinkSync(packageFolder(name), join(packages, name), 'junction');
    }
    // A minute less: with the same versions the engine is the same, by the digest of its inputs.
    cpSync(cacheFolder(), join(packages, '.cache', 'commonweights'), { recursive: true });
    mkdirSync(join(project, 'src'));
    const write = (file: string, text: string): void => writeFileSync(join(project, file), text);
    write('src/index.ts', guestbook);
    write('src/tidy.ts', 'export const tidy = (text: string): string => text.trim();\n');
    const repository = { url: 'https://example.org/guestbook.git' };
    write('package.json', JSON.stringify({ name: 'guestbook', version: '1.2.3', repository }));
  });
  after(() => rmSync(stranger, { recursive: true, force: true }));

  function run(...args: string[]): { status: number | null; out: string; err: string } {
    const command = 'node_modules/@commonweights/near-toolchain/dist/near-toolchain.js';
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
      cwd: project,
      encoding: 'utf8',
    });
    return { status, out: stdout, err: stderr };
  }

  it('builds a contract of theirs, and says with which digest and steps', () => {
    const { status, out, err } = run('build', 'src/index.ts', '--out', 'book.wasm', '--json');
    expect([status, err]).to.deep.equal([0, err]);
    const told = JSON.parse(out) as { digest: string; bytes: number; methods: string[] };
    const wasm = readFileSync(join(project, 'book.wasm'));
    expect(told.digest).to.equal(`sha256:${createHash('sha256').update(wasm).digest('hex')}`);
    expect(told.bytes).to.equal(wasm.length);
    expect(told.methods).to.deep.equal(['contract_source_metadata', 'list', 'sign']);
    expect(err).to.include('engine from the cache').and.to.include('contract built');
  });

  it('makes a contract that works, with fields named as the language names accessors', () => {
    const host = new ContractHost(readFileSync(join(project, 'book.wasm')));
    host.call('sign', { text: ' hello ' });
    expect(host.call('sign', { text: 'again' })).to.equal(202);
    expect(host.call('list')).to.deep.equal([
      { by: 'alice.near', text: 'hello' },
      { by: 'alice.near', text: 'again' },
    ]);
  });

  it('embeds where the source is and how it is built, by paths inside the project alone', () => {
    const host = new ContractHost(readFileSync(join(project, 'book.wasm')));
    const told = host.call('contract_source_metadata') as published.BuildInfo;
    expect(told.version).to.equal('1.2.3');
    expect(told.link).to.equal('https://example.org/guestbook.git');
    expect(told.build_info.contract_path).to.equal('src/index.ts');
    expect(told.build_info.build_command).to.deep.equal([
      ...['npx', 'near-toolchain', 'build', 'src/index.ts'],
    ]);
    expect(told.build_info.source_code_snapshot).to.match(/^sha256:[0-9a-f]{64}$/);
  });

  it('makes the bytes that this repository makes of the same project in another folder', async () => {
    const other = join(stranger, 'elsewhere');
    cpSync(join(project, 'src'), join(other, 'deeper', 'src'), { recursive: true });
    cpSync(join(project, 'package.json'), join(other, 'deeper', 'package.json'));
    const entry = join(other, 'deeper', 'src', 'index.ts');
    // Without the SDK beside it: the one that came with the toolchain.
    expect(existsSync(join(other, 'deeper', 'node_modules'))).to.equal(false);
    await checkContractTypes(entry);
    const { wasm } = await buildContract({ entry, fresh: true });
    expect(readFileSync(join(project, 'book.wasm')).equals(wasm)).to.equal(true);
  });

  it('refuses with a code and a sentence, and asks for a command with usage', () => {
    writeFileSync(join(project, 'wrong.ts'), `export const height: number = 'high';\n`);
    const wrong = run('build', 'wrong.ts');
    expect(wrong.status).to.equal(1);
    expect(wrong.err).to.match(/TYPE_ERRORS: 1 in .*wrong\.ts\(1,14\): error TS2322/);
    expect(run('build', 'none.ts').err).to.include('CONTRACT_NOT_FOUND');
    for (const args of [[], ['deploy', 'x.ts'], ['build'], ['build', 'a.ts', 'b.ts']]) {
      const { status, err } = run(...args);
      expect([status, err.includes('near-toolchain build <contract.ts>')]).to.deep.equal([2, true]);
    }
    expect(run('build', '--nonsense', 'a.ts').status).to.equal(2);
    expect(run('--help').out).to.include('--no-types');
  });
});
