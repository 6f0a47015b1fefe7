/**
 * A snapshot against the SDK's way: one contract, built as we build it and with an engine that boots
 * in every call, gets the same transactions on two chains. `npm run bench -- contract-differences`
 * does it at length, and on an engine without our patches.
 */
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { buildBooted } from '@commonweights/dao-contracts/toolchain/booted/build-booted.js';
import { buildContract } from '@commonweights/dao-contracts/toolchain/build-contract.js';
import { firstDifference, show, type Answered } from './differences/compare-builds.js';
import { failureKinds, type DrawnCall } from './differences/drawn-calls.js';
import { searchDifferences } from './differences/search-differences.js';

const entry = fileURLToPath(new URL('differences/suite-contract.ts', import.meta.url));

/** Each call boots an engine: few here, drawn the same each time, and many in the bench. */
const sample = { seed: 7, sequences: 1, length: { min: 40, max: 50 } };

describe('a contract with a booted engine and one that goes on from a snapshot', function () {
  // The first build on a machine compiles the engine.
  this.timeout(300_000);
  let builds: readonly [Uint8Array, Uint8Array];

  before(async () => {
    const [snapshot, booted] = [
      await buildContract({ entry }),
      await buildBooted({ entry, on: 'ours' }),
    ];
    expect(booted.methods).to.deep.equal(snapshot.methods);
    builds = [snapshot.wasm, booted.wasm];
  });

  const call = (method: string, args: object, asView = false): DrawnCall => ({
    ...{ method, args, asView, depositYocto: 0n },
  });

  async function expectAlike(calls: readonly DrawnCall[]): Promise<void> {
    const found = await firstDifference(builds, calls);
    expect(found && show(found)).to.equal(null);
  }

  it('answer drawn calls alike: returns, logs, promises, state and errors', async () => {
    const tally: Answered = new Map();
    expect(await searchDifferences({ builds, ...sample, tally })).to.equal(null);
    const counts = [...tally.values()];
    const failed = counts.reduce((sum, one) => sum + one.failed, 0);
    const answered = counts.reduce((sum, one) => sum + one.answered, 0);
    // A suite that only ever fails, or never does, would show little.
    expect(failed).to.be.within(answered / 5, (answered * 4) / 5);
    expect(tally.size).to.be.greaterThan(12);
  });

  it('fail alike whatever is thrown, and keep nothing of the call', async () => {
    const of = (text: string): DrawnCall[] =>
      failureKinds.flatMap((kind) => [
        call('fail', { kind, text }),
        call('catch_failure', { kind, text }, true),
      ]);
    await expectAlike([...of('ÿ 中 \ud800'), call('read', { from: 0, limit: 9 }, true)]);
  });

  it('end alike when they recurse too deeply or have no memory left', async () => {
    const deep = ['call', 'json', 'parse', 'regexp', 'sort', 'caught'].map((by) =>
      call('descend', { depth: 1_000_000, by }, true),
    );
    const large = ['buffer', 'bytes', 'repeat', 'wide', 'caught'].map((kind) =>
      call('occupy', { kind, amount: 2 ** 28 }, true),
    );
    await expectAlike([...deep, ...large, call('occupy', { kind: 'hoard', amount: 40 }, true)]);
  });
});
