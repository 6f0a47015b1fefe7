/** A worker's status: over HTTP, as a page, as JSON and as metrics. */
import { get } from 'node:http';
import { expect } from 'chai';
import { WorkStatus } from '@commonweights/trainer/worker/work-status.js';
import { writeStatusPage } from '../../cli/status-page.js';
import { startStatusServer } from '../../cli/status-server.js';
import { near, RunPlay } from '../dao-contracts/rules/run-play.js';
import { lookAt } from '../support/run-under-way.js';

/** Seat 0 of a run of three has revealed in round 1; it trains with a loss of 2.5. */
function watched(getEarnings: () => Promise<never> | Promise<object>) {
  const play = new RunPlay();
  for (const account of play.accounts.slice(0, 3)) {
    play.apply({ kind: 'enrol', account, role: 'trainer', fromRound: null, depositYocto: near });
  }
  play.draw();
  for (const seat of [0, 1, 2]) play.apply(play.commitCommand(seat));
  play.apply(play.tick());
  play.apply({ kind: 'reveal', ...play.opening(0) });
  const account = play.state.seats[0]!.account;
  let nowMs = 1_000;
  const status = new WorkStatus({
    run: 1,
    client: { accountId: account, getEarnings } as never,
    traffic: () => ({ uploadedBytes: 1_500, downloadedBytes: 3 }),
    now: () => nowMs,
  });
  const pass = (ms: number) => void (nowMs += ms);
  return { play, status, account, pass };
}

const earnings = () =>
  Promise.resolve({ account: 'cold.test', ledgerYocto: 2n * near, claimedYocto: near });

describe('the status of a worker', () => {
  it('says where its pay is, with the formula behind each sum', async () => {
    const { play, status, pass } = watched(earnings);
    status.see(lookAt(play));
    status.note({ kind: 'training', round: 1, slice: 0 });
    pass(4_000);
    status.note({ kind: 'trained', round: 1, loss: 2.5, updateBytes: 9, elapsedMs: 1_000 });
    const shown = await status.read();
    const reward = BigInt(play.state.terms.rewardYocto);
    const sums = Object.fromEntries(shown.sums.map(({ name, yocto }) => [name, yocto]));
    expect(sums).to.deep.equal({
      ...{ pending: 0n, submitted: reward, verified: 0n, 'held back': 0n },
      ...{ 'to claim': 2n * near, claimed: near },
    });
    for (const { formula } of shown.sums) expect(formula).to.not.equal('');
    expect(shown).to.include({ round: 1, phase: 'reveal', loss: 2.5, utilisation: 0.25 });
  });

  it('says before a run is at work that it waits for one, and looks again', async () => {
    const server = await startStatusServer({ read: () => null }, { port: 0 });
    try {
      const page = await fetch(server.url);
      expect(page.status).to.equal(200);
      expect(await page.text())
        .to.include('No run at work yet')
        .and.to.include('"refresh"');
      const metrics = await (await fetch(new URL('metrics', server.url))).text();
      expect(metrics).to.match(/^commonweights_worker_at_work 0$/m);
      expect((await fetch(new URL('status.json', server.url))).status).to.equal(503);
    } finally {
      await server.stop();
    }
  });

  it('has figures in its formulas, and what others lost apart', async () => {
    const { play, status } = watched(earnings);
    const seen = lookAt(play);
    const { rewardYocto, auditFeeYocto } = seen.run.terms;
    const earnedYocto = 2n * rewardYocto + 3n * auditFeeYocto + near / 2n;
    const seats = seen.seats.map((seat) => ({
      ...seat,
      ...{ verifiedRounds: 2, auditsRight: 3, earnedYocto },
    }));
    status.see({ ...seen, seats });
    const { sums } = await status.read();
    const { formula } = sums.find(({ name }) => name === 'verified')!;
    expect(formula).to.match(/^2 verified rounds × [\d.]+ NEAR \+ 3 audits × [\d.]+ NEAR/);
    expect(formula).to.match(/ \+ 0\.5 NEAR of what others lost$/);
  });

  it('says what a seat lost', async () => {
    const { play, status } = watched(earnings);
    const seen = lookAt(play);
    const seats = seen.seats.map((seat) => ({ ...seat, slashedYocto: 3n * near }));
    status.see({ ...seen, seats });
    expect(writeStatusPage(await status.read())).to.include('; lost 3 NEAR');
  });

  it('answers to no name but its own: no page of a browser here reads it by another', async () => {
    const server = await startStatusServer({ read: () => null }, { port: 0 });
    const { port } = new URL(server.url);
    const ask = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const asked = get({ host: '127.0.0.1', port, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        });
        asked.once('error', reject);
      });
    try {
      for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, 'LOCALHOST']) {
        expect(await ask(host), host).to.equal(200);
      }
      for (const host of [`attacker.example:${port}`, '127.0.0.1.attacker.example']) {
        expect(await ask(host), host).to.equal(421);
      }
    } finally {
      await server.stop();
    }
  });

  it('answers 500 where it cannot be written, and goes on', async () => {
    const { play, status } = watched(earnings);
    status.see(lookAt(play));
    let broken = true;
    const read = async () => {
      const shown = await status.read();
      return broken ? { ...shown, sums: null as never } : shown;
    };
    const server = await startStatusServer({ read }, { port: 0 });
    try {
      expect((await fetch(server.url)).status).to.equal(500);
      broken = false;
      expect((await fetch(server.url)).status).to.equal(200);
    } finally {
      await server.stop();
    }
  });

  it('says in which way its port is taken', async () => {
    const server = await startStatusServer({ read: () => null }, { port: 0 });
    try {
      const again = startStatusServer(
        { read: () => null },
        { port: Number(new URL(server.url).port) },
      );
      const failure = await again.catch((error: Error) => error.message);
      expect(failure).to.match(/^PORT_IN_USE: port \d+ is in use; give --status another$/);
    } finally {
      await server.stop();
    }
  });

  it('shows what was read last while the chain is away', async () => {
    let away = false;
    const { play, status, pass } = watched(() =>
      away ? Promise.reject(new Error('CHAIN_UNREACHABLE')) : earnings(),
    );
    status.see(lookAt(play));
    await status.read();
    away = true;
    pass(60_000);
    const { sums } = await status.read();
    expect(sums.find(({ name }) => name === 'to claim')!.yocto).to.equal(2n * near);
  });

  it('is served as a page, as JSON and as metrics, and nothing else is', async () => {
    const { play, status } = watched(earnings);
    status.see(lookAt(play));
    status.note({ kind: 'hindered', message: '<script>alert(1)</script>\u001b[31m' });
    const server = await startStatusServer(status, { port: 0 });
    try {
      const fetchPage = async (path: string) => {
        const response = await fetch(new URL(path, server.url));
        return { response, text: await response.text() };
      };
      const page = await fetchPage('/');
      expect(page.response.headers.get('content-security-policy')).to.include("default-src 'none'");
      expect(page.text).to.include('&lt;script&gt;').and.to.not.include('<script');
      expect(page.text).to.not.include('\u001b');
      const json = JSON.parse((await fetchPage('/status.json')).text) as { hindrances: number };
      expect(json.hindrances).to.equal(1);
      const metrics = (await fetchPage('/metrics')).text;
      for (const line of metrics.trim().split('\n')) {
        expect(line).to.match(
          /^(# (HELP|TYPE) commonweights_worker_\w+ .+|commonweights_worker_\w+\{run="1",account="a\d.test",worker=""\} [\d.e+-]+)$/,
        );
      }
      expect(metrics).to.match(/commonweights_worker_ledger_near\{[^}]+\} 2\n/);
      expect((await fetchPage('/../../etc/passwd')).response.status).to.equal(404);
      const post = await fetch(server.url, { method: 'POST' });
      expect(post.status).to.equal(404);
    } finally {
      await server.stop();
    }
  });
});
