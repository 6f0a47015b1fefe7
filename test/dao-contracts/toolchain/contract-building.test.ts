import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import {
  buildContract,
  type BuiltContract,
} from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { describeBuild } from '@commonweights/dao-contracts/toolchain/build-info.js';
import { loadEngine } from '@commonweights/dao-contracts/toolchain/engine/load-engine.js';
import { applyPatches } from '@commonweights/dao-contracts/toolchain/engine/patches.js';
import { readEngineSources } from '@commonweights/dao-contracts/toolchain/engine/engine-sources.js';
import { ContractHost } from './contract-host.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const entry = join(folder, 'sample-contract.ts');

describe('building a contract', function () {
  // The first build on a machine compiles the engine.
  this.timeout(300_000);
  let sample: BuiltContract;
  let scratch: string;

  before(async () => {
    sample = await buildContract({ entry });
    scratch = mkdtempSync(join(folder, 'scratch-'));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** Builds a contract that is given as text. */
  function buildText(text: string): Promise<BuiltContract> {
    const path = join(scratch, 'contract.ts');
    writeFileSync(path, text);
    return buildContract({ entry: path, fresh: true });
  }

  async function refusalOf(building: Promise<unknown>): Promise<string> {
    return building.then(
      () => 'it was built',
      (error: Error) => error.message,
    );
  }

  it('makes the same bytes each time', async () => {
    const again = await buildContract({ entry, fresh: true });
    expect(again.digest).to.equal(sample.digest);
    expect(Buffer.from(again.wasm).equals(sample.wasm)).to.equal(true);
  });

  it('says which engine evaluated it and which runs it, so that another build is not this one', async () => {
    const engine = await loadEngine();
    const of = (it: { digest: Digest; evaluatorDigest: Digest }) =>
      describeBuild({ entry, source: digestOf(sample.wasm), engine: it }).build_info;
    const told = of(engine).build_environment;
    expect(told).to.include(`engine ${digestOf(engine.runtime)}`);
    expect(told).to.include(`evaluator ${digestOf(engine.evaluator)}`);
    // The key of the cache holds this text: another evaluator finds nothing of this one's.
    const other = of({ ...engine, evaluatorDigest: digestOf(new Uint8Array(1)) });
    expect(other.build_environment).to.not.equal(told);
    expect(Buffer.from(sample.wasm).includes(told)).to.equal(true);
  });

  it('makes bytes that fit a transaction, with the imports and sections of the chain', () => {
    const module = new WebAssembly.Module(sample.wasm as BufferSource);
    expect(sample.wasm.length).to.be.below(1_000_000);
    for (const { module: from, kind } of WebAssembly.Module.imports(module)) {
      expect([from, kind]).to.deep.equal(['env', 'function']);
    }
  });

  it('exports the decorated methods and memory, and nothing else', () => {
    const names = WebAssembly.Module.exports(new WebAssembly.Module(sample.wasm as BufferSource));
    expect(names.map(({ name }) => name)).to.deep.equal(['memory', ...sample.methods]);
    expect(sample.methods).to.include.members(['init', 'increment', 'pay', 'get_rows']);
    expect(sample.methods).to.not.include('Sample');
  });

  it('evaluates the module once: a call costs less than booting an engine', () => {
    const { burntGas, failure } = new ContractHost(sample.wasm).run('init', { owner: 'a.near' });
    expect(failure).to.equal(null);
    expect(burntGas).to.be.below(2e12);
  });

  it('reports progress', async () => {
    const steps: string[] = [];
    await buildContract({ entry, fresh: true, onProgress: ({ step }) => steps.push(step) });
    expect(steps).to.include.members(['bundling the contract', 'contract built']);
  });

  it('lets a method have the name of a function that its class imports', async () => {
    writeFileSync(join(scratch, 'rules.ts'), 'export const add = (a: number) => a + 1;\n');
    const built = await buildText(`
      import { NearBindgen, view } from 'near-sdk-js';
      import { add } from './rules.js';
      @NearBindgen({}) export class C { @view({}) add({ a }: { a: number }) { return add(a); } }`);
    expect(new ContractHost(built.wasm).call('add', { a: 4 })).to.equal(5);
  });

  it('keeps line numbers in a debugging build', async () => {
    const built = await buildContract({ entry, debug: true });
    const host = new ContractHost(built.wasm);
    host.call('init', { owner: 'ann.near' });
    expect(host.refusal('misuse', { what: 'bug' })).to.match(
      /cannot read .*\n +at misuse \(.*:\d+\)/,
    );
  });

  it('refuses a module that asks the chain while it loads', async () => {
    const text = `
      import { NearBindgen, near, view } from 'near-sdk-js';
      const height = near.blockHeight();
      @NearBindgen({}) export class C { @view({}) get() { return height; } }`;
    expect(await refusalOf(buildText(text))).to.match(/^NEAR_AT_TOP_LEVEL: .* block_index /);
  });

  it('refuses a module that asks for the time while it loads', async () => {
    const text = `
      import { NearBindgen, view } from 'near-sdk-js';
      const builtMs = Date.now();
      @NearBindgen({}) export class C { @view({}) get() { return builtMs; } }`;
    expect(await refusalOf(buildText(text))).to.match(/^NEAR_AT_TOP_LEVEL: .* block_timestamp /);
  });

  it('refuses a module that throws while it loads', async () => {
    const text = `
      import { NearBindgen, view } from 'near-sdk-js';
      const broken = (null as never as { x: number }).x;
      @NearBindgen({}) export class C { @view({}) get() { return broken; } }`;
    expect(await refusalOf(buildText(text))).to.match(/^CONTRACT_EVALUATION_FAILED: cannot read/);
  });

  it('refuses a file without contract methods', async () => {
    expect(await refusalOf(buildText('export const x = 1;'))).to.match(/^NO_METHODS: /);
  });

  it('refuses a method that has a name of the engine', async () => {
    const text = `
      import { NearBindgen, view } from 'near-sdk-js';
      @NearBindgen({}) export class C { @view({}) memory() { return 1; } }`;
    expect(await refusalOf(buildText(text))).to.match(/^METHOD_NAME_TAKEN: memory /);
  });

  it('refuses text that is not TypeScript, with file and line', async () => {
    const refusal = await refusalOf(buildText('\nexport const = 1;'));
    expect(refusal).to.match(/^CONTRACT_BUNDLE_FAILED: .*contract\.ts:2: /);
  });

  it('refuses an import that cannot be found', async () => {
    const refusal = await refusalOf(buildText("import './nowhere.js';"));
    expect(refusal).to.match(/^CONTRACT_BUNDLE_FAILED: .*nowhere/);
  });

  it('refuses an entry that is not there', async () => {
    const refusal = await refusalOf(buildContract({ entry: join(folder, 'nowhere.ts') }));
    expect(refusal).to.match(/^CONTRACT_NOT_FOUND: .*nowhere\.ts/);
  });

  it('refuses engine sources that a patch does not match', () => {
    const sources = readEngineSources();
    expect(() => applyPatches(sources)).to.throw(/^ENGINE_SOURCE_CHANGED: libbf\.c has not/);
  });
});
