/** near-kit, unmodified: its own `Sandbox.start()` starts our node in the place of NEAR's binary. */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { demoContract } from '../dao-contracts/localnet/contracts.js';
import { Skipped } from './python.js';

const execute = promisify(execFile);
const version = '0.19.0';
const atMostMs = 300_000;
const program = fileURLToPath(new URL('../../cli/bin/near-sandbox', import.meta.url));
const peer = fileURLToPath(new URL('near-kit-peer.mjs', import.meta.url));

interface Told {
  readonly got: unknown;
  readonly refused: string;
  readonly nobody: string;
  readonly relayed: unknown;
  readonly paid: readonly [string, string];
  readonly heights: readonly [number, number];
  readonly records: number;
  readonly patched: readonly unknown[];
  readonly restored: unknown;
  readonly restarted: unknown;
  readonly clean: boolean;
}

export async function driveByNearKit(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-near-kit-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
    await execute('npm', ['install', `near-kit@${version}`, ...flags], {
      ...{ cwd: folder, timeout: atMostMs },
    }).catch(() => {
      throw new Skipped(`cannot install near-kit@${version} here`);
    });
    await copyFile(peer, join(folder, 'peer.mjs'));
    await writeFile(join(folder, 'demo.wasm'), demoContract());
    const { stdout } = await execute(
      process.execPath,
      ['peer.mjs', 'near-kit', program, 'demo.wasm'],
      {
        ...{ cwd: folder, timeout: atMostMs },
      },
    );
    const told = JSON.parse(stdout.trim().split('\n').at(-1)!) as Told;
    expect(told.got).to.deep.equal({ hello: 'world' });
    expect(told.refused).to.include('FunctionCallError').and.to.include('it broke');
    expect(told.nobody).to.equal('AccountDoesNotExistError');
    expect(told.relayed).to.deep.equal({ hello: 'relayed' });
    expect(Number(told.paid[1]) - Number(told.paid[0])).to.be.closeTo(3, 0.01);
    expect(told.heights[1] - told.heights[0]).to.be.at.least(100);
    // Root, alice and the contract with a key each, code, and one entry of data.
    expect(told.records).to.equal(8);
    expect(told.patched).to.deep.equal(['patched', '7.00']);
    expect(told.restored).to.deep.equal({ hello: 'relayed' });
    expect(told.restarted).to.deep.equal({ hello: 'relayed' });
    expect(told.clean).to.equal(false);
    return `accounts, calls, a delegate action, patched and saved state, by ${version}'s Sandbox.start()`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
