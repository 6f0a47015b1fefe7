import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  releaseFolder,
  takeFolder,
} from '@commonweights/dao-contracts/localnet/runtime/folder-lock.js';

const entry = fileURLToPath(new URL('lock-taker.ts', import.meta.url));
const inUse = /^CHAIN_IN_USE: process (\d+) runs a node on /;
/** Of a process that is gone: no system gives out ids so high. */
const dead = 'lock.999999999.1';

describe('the lock of a data directory', function () {
  this.timeout(120_000);
  let scratch: string;
  const children: ChildProcess[] = [];

  before(() => {
    scratch = mkdtempSync(join(tmpdir(), 'locks-'));
  });
  after(async () => {
    for (const child of children) child.kill();
    await Promise.all(
      children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')),
    );
    rmSync(scratch, { recursive: true, force: true });
  });

  let folders = 0;
  function folderWith(...files: string[]): string {
    const folder = mkdtempSync(join(scratch, `${folders++}-`));
    for (const file of files) writeFileSync(join(folder, file), '');
    return folder;
  }

  async function startTaker() {
    const child = spawn(process.execPath, ['--import', 'tsx', entry], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const answer = async () => (await lines.next()).value as string;
    expect(await answer()).to.equal('ready');
    const tell = (what: string, folder: string) => {
      child.stdin.write(`${what} ${folder}\n`);
      return answer();
    };
    return { pid: child.pid!, child, tell };
  }

  it('lets one of several have it that come at once, over the lock of a killed node', async () => {
    const takers = await Promise.all([startTaker(), startTaker(), startTaker(), startTaker()]);
    let got = 0;
    for (let round = 0; round < 60; round++) {
      const folder = folderWith(dead);
      const answers = await Promise.all(takers.map(({ tell }) => tell('take', folder)));
      const holders = answers.filter((said) => said === 'got it').length;
      expect(holders, answers.join('\n')).to.be.at.most(1);
      for (const said of answers) if (said !== 'got it') expect(said).to.match(inUse);
      got += holders;
    }
    expect(got).to.be.at.least(1);
  });

  it('is seen by others from its first step on, and given back by whoever is turned away', async () => {
    const { pid, child, tell } = await startTaker();
    const folder = folderWith(dead);
    expect(await tell('announce', folder)).to.equal('got it');
    // The other has not looked around yet; this process comes in between.
    expect(() => takeFolder(folder)).to.throw(`CHAIN_IN_USE: process ${pid} runs`);
    expect(await tell('take', folder)).to.equal('got it');
    expect(() => takeFolder(folder)).to.throw(`CHAIN_IN_USE: process ${pid} runs`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    takeFolder(folder);
    expect(readdirSync(folder)).to.have.length(1);
    expect(() => takeFolder(folder)).to.throw(`CHAIN_IN_USE: process ${process.pid} runs`);
    releaseFolder(folder);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('outlives no killed node, also where its process id is in use again', () => {
    const stale = [dead, `lock.${process.pid}.1`, 'lock.1.1', 'lock.0.'];
    const folder = folderWith(...stale);
    takeFolder(folder);
    for (const file of stale) expect(existsSync(join(folder, file))).to.equal(false);
    releaseFolder(folder);
  });
});
