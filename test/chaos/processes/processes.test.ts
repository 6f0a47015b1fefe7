/**
 * What the chaos bench with real processes is made of (docs/chaos.md): the plays themselves take minutes of
 * real time each, and are `npm run bench -- chaos --processes`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { absentHere } from '../../support/absent-here.js';
import { MachineNamespace, whyNoNamespaces } from './namespaces.js';
import { planProcessFaults, processFaults } from './process-plan.js';
import { Supervised } from './supervised.js';

const run = promisify(execFile);
const node = process.execPath;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('chaos with processes', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-processes-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const supervise = (script: string) =>
    new Supervised({
      ...{ command: node, args: ['-e', script], cwd: folder, env: process.env },
      ...{ log: join(folder, 'log'), isDone: (said) => said.includes('done') },
    });

  it('has each kind of fault in its schedules, and the same again from the same seed', () => {
    const bounds = { machines: 4, kinds: processFaults };
    const plans = Array.from({ length: 20 }, (_, index) => planProcessFaults(1, index, bounds));
    const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect([...kinds].sort()).to.deep.equal([...processFaults].sort());
    expect(planProcessFaults(1, 3, bounds)).to.deep.equal(plans[3]);
    expect(planProcessFaults(2, 3, bounds)).to.not.deep.equal(plans[3]);
  });

  it('starts again what was killed, when its time is up, and counts what ended by itself', async () => {
    const one = supervise('console.log("up"); setInterval(() => {}, 1e6)');
    try {
      await until(() => one.said.includes('up'));
      one.fell('SIGKILL');
      await until(() => !one.signal('SIGCONT'));
      expect(one.starts).to.equal(1);
      one.raise();
      await until(() => one.starts === 2 && one.said.includes('up'));
      expect(one.crashes).to.deep.equal([]);
      one.signal('SIGKILL');
      await until(() => one.starts === 3);
      expect(one.crashes).to.have.length(1);
    } finally {
      await one.end();
    }
  });

  it('leaves alone what is done', async () => {
    const one = supervise('console.log("done")');
    await one.done;
    expect(one.starts).to.equal(1);
    await one.end();
  });

  it('sets a clock ahead and back while a process runs', async () => {
    const clock = join(folder, 'clock');
    await writeFile(clock, '3600000');
    const skewed = new URL('./skewed-clock.mjs', import.meta.url).href;
    const script =
      'console.log(Date.now(), +new Date(), +new Date(5));' +
      `require("fs").writeFileSync(${JSON.stringify(clock)}, "0");` +
      'setTimeout(() => console.log(Date.now()), 700)';
    const { stdout } = await run(node, ['--import', skewed, '-e', script], {
      env: { ...process.env, SKEWED_CLOCK: clock },
    });
    const [ahead, made, given, back] = stdout.split(/\s+/).map(Number) as [number, ...number[]];
    expect(ahead - Date.now()).to.be.within(3_500_000, 3_600_000);
    expect(made! - ahead).to.be.within(0, 1_000);
    expect(given).to.equal(5);
    expect(Math.abs(back! - Date.now())).to.be.below(50_000);
  });

  it('cuts a machine off from the chain and lets it back', async function () {
    const why = await whyNoNamespaces();
    if (why) absentHere(this, why);
    const server: Server = createServer((_, response) => response.end('here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const quality = { delayMs: 5, lossPercent: 0 };
    const space = await MachineNamespace.open(9, { quality, ports: [port] });
    const ask = async () => {
      const script =
        `fetch("http://${space.address}:${port}", { signal: AbortSignal.timeout(1500) })` +
        '.then((it) => it.text()).then(console.log, () => console.log("gone"))';
      return (await run('ip', ['netns', 'exec', space.name, node, '-e', script])).stdout.trim();
    };
    try {
      expect(await ask()).to.equal('here');
      await space.cut(true);
      expect(await ask()).to.equal('gone');
      await space.cut(false);
      expect(await ask()).to.equal('here');
    } finally {
      await space.close();
      server.closeAllConnections();
      server.close();
    }
  });
});
