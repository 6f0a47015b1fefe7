/** near-workspaces, unmodified: its own `Worker.init()` starts our node in the place of its binary. */
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
const version = '5.0.0';
const atMostMs = 300_000;
const programs = fileURLToPath(new URL('../../cli/bin/', import.meta.url));
const peer = fileURLToPath(new URL('near-workspaces-peer.mjs', import.meta.url));

interface Told {
  readonly got: unknown;
  readonly refused: string;
  readonly paidYocto: string;
  readonly heights: readonly [number, number];
  readonly stored: readonly string[];
  readonly patched: readonly unknown[];
}

export async function driveByNearWorkspaces(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-workspaces-'));
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    // Its scripts would download a node.
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
    await execute('npm', ['install', `near-workspaces@${version}`, ...flags], {
      ...{ cwd: folder, timeout: atMostMs },
    }).catch(() => {
      throw new Skipped(`cannot install near-workspaces@${version} here`);
    });
    await copyFile(peer, join(folder, 'peer.mjs'));
    await writeFile(join(folder, 'demo.wasm'), demoContract());
    // It asks for one of these names before it looks at the other.
    const env = {
      ...process.env,
      NEAR_SANDBOX_BIN_PATH: programs,
      NEAR_SANDBOX_BINARY_PATH: programs,
    };
    const { stdout } = await execute(
      process.execPath,
      ['peer.mjs', 'near-workspaces', 'demo.wasm'],
      {
        ...{ cwd: folder, env, timeout: atMostMs },
      },
    );
    const told = JSON.parse(stdout.trim().split('\n').at(-1)!) as Told;
    expect(told.got).to.deep.equal({ hello: 'world' });
    expect(told.refused).to.include('it broke');
    expect(told.paidYocto).to.equal(`${3n * 10n ** 24n}`);
    expect(told.heights[1] - told.heights[0]).to.be.at.least(100);
    expect(told.stored).to.deep.equal(['k']);
    expect(told.patched).to.deep.equal(['patched', `${7n * 10n ** 24n}`]);
    return `accounts, a contract, patched state and the clock, by ${version}'s Worker.init()`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
