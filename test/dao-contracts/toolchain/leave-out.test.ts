import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { findUnreachable } from '@commonweights/dao-contracts/toolchain/engine/leave-out.js';
import { ContractHost } from './contract-host.js';

describe('engine functions that a contract never mentions', function () {
  this.timeout(300_000);
  const folder = fileURLToPath(new URL('.', import.meta.url));
  let scratch: string;

  before(() => {
    scratch = mkdtempSync(join(folder, 'scratch-'));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  async function build(answer: string): Promise<{ host: ContractHost; bytes: number }> {
    const path = join(scratch, 'contract.ts');
    writeFileSync(
      path,
      `import { NearBindgen, view } from 'near-sdk-js';
      @NearBindgen({})
      export class Asking {
        @view({})
        ask({ name }: { name: string }): unknown { ${answer} }
      }`,
    );
    const { wasm } = await buildContract({ entry: path });
    return { host: new ContractHost(wasm), bytes: wasm.length };
  }
  const viewing = { isView: true };

  it('are left out, and say so when a name is put together', async () => {
    const { host } = await build('return (new DataView(new ArrayBuffer(8)) as any)[name](0);');
    expect(host.refusal('ask', { name: 'getInt8' }, viewing)).to.equal(
      'Smart contract panicked: LEFT_OUT: getInt8 is not in this contract, whose source never ' +
        'mentions it; write that name in the source',
    );
    expect(host.refusal('ask', { name: 'nothing' }, viewing)).to.include('not a function');
  });

  it('are there, whole, when the name stands in the source', async () => {
    const { host, bytes } = await build(
      `const known = ['getInt8', 'setInt8'];
      return known.includes(name) ? (new DataView(new ArrayBuffer(8)) as any)[name](0) : null;`,
    );
    expect(host.call('ask', { name: 'getInt8' }, viewing)).to.equal(0);
    const without = await build('return (new DataView(new ArrayBuffer(8)) as any)[name](0);');
    expect(bytes).to.be.greaterThan(without.bytes);
  });

  it('are counted as mentioned by what stands for them, by symbols and by the engine itself', async () => {
    const { host } = await build(
      `const all = [];
      for (const each of [name, name]) all.push(each);
      for (const [key] of new Map([[name, 1]])) all.push(key);
      return [all, [...new Set(all)], 'aXb'.split(/x/i), name.trimLeft(), { at: new Date(0) }];`,
    );
    expect(host.call('ask', { name: 'x' }, viewing)).to.deep.equal([
      ['x', 'x', 'x'],
      ['x'],
      ['a', 'b'],
      'x',
      { at: '1970-01-01T00:00:00.000Z' },
    ]);
  });

  it('are those that no mentioned name leads to', () => {
    const builtins = [
      { name: 'kept', base: null, slot: 1 },
      { name: 'other', base: null, slot: 1 },
      { name: 'gone', base: null, slot: 2 },
      { name: 'base', base: null, slot: 3 },
      { name: '[Symbol.iterator]', base: 'base', slot: 0 },
      { name: 'also', base: 'forgotten', slot: 0 },
      { name: 'forgotten', base: null, slot: 4 },
      { name: 'getter', base: null, slot: 0 },
    ];
    expect(findUnreachable(builtins, new Set(['kept']))).to.deep.equal([2, 4]);
    expect(findUnreachable(builtins, new Set(['also', 'gone', 'other']))).to.deep.equal([]);
    expect(findUnreachable(builtins, new Set())).to.deep.equal([1, 2, 4]);
  });
});
