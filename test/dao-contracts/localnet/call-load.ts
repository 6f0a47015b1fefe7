/**
 * Simple calls to a node in a process of its own, which keeps its chain on disk. Senders send signed
 * calls of a method that writes one value, each after the answer to the one before, which says what
 * became of it; they are signed beforehand. A server that reads JSON and answers gets the same
 * requests. What counts is processor time: what one core to itself would give, whatever else runs.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  actions,
  baseDecode,
  createTransaction,
  KeyPairSigner,
  PublicKey,
  type Action,
  type KeyPairString,
} from 'near-api-js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { demoContract } from './contracts.js';
import type { Used } from './node-under-load.js';

const batches = 10;
const gas = 10n * 10n ** 12n;
const near = 10n ** 24n;

export interface Load {
  calls: number;
  senders: number;
  /** A folder for V8's profiles of the node. */
  profile?: string;
  /** After every tenth of the calls. */
  seen: (after: { calls: number; perSecond: number } & Used) => void;
}

/** Calls a second of the node's processor time, of wall time, and requests a second of the peer's. */
export async function measureCalls(load: Load): Promise<Record<'core' | 'wall' | 'peer', number>> {
  const folder = mkdtempSync(join(tmpdir(), 'node-calls-'));
  const node = await Server.start('node', join(folder, 'chain'), load.profile);
  const echo = await Server.start('echo', '');
  try {
    const signing = new Signing(node);
    const accounts = await prepare(signing, load.senders);
    const each = Math.ceil(load.calls / batches / load.senders);
    const sums = { cpuMs: 0, wallMs: 0, peerMs: 0, calls: 0 };
    for (let batch = 0; batch < batches; batch++) {
      const bodies = await signedCalls(signing, accounts, each);
      const { cpuMs, wallMs } = await measure(node, bodies, expectDone);
      sums.cpuMs += cpuMs;
      sums.wallMs += wallMs;
      sums.peerMs += (await measure(echo, bodies, () => {})).cpuMs;
      sums.calls += each * load.senders;
      const perSecond = (sums.calls / sums.cpuMs) * 1000;
      load.seen({ calls: sums.calls, perSecond, ...(await node.used('held')) });
    }
    const perSecond = (ms: number): number => (sums.calls / ms) * 1000;
    const { cpuMs, wallMs, peerMs } = sums;
    return { core: perSecond(cpuMs), wall: perSecond(wallMs), peer: perSecond(peerMs) };
  } finally {
    await Promise.all([node.stop(), echo.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function signedCalls(
  signing: Signing,
  accounts: readonly Sender[],
  each: number,
): Promise<object[][]> {
  const hash = await signing.headHash();
  return Promise.all(
    accounts.map(async (sender) => {
      const list: object[] = [];
      for (let i = 0; i < each; i++) {
        const call = actions.functionCall('set', { at: sender.nonce.toString() }, gas, 0n);
        list.push(await signing.signed(sender, 'demo.local', [call], hash));
      }
      return list;
    }),
  );
}

class Server {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {}

  static async start(kind: 'node' | 'echo', dataDir: string, profile?: string): Promise<Server> {
    const flags = profile && kind === 'node' ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    const entry = fileURLToPath(new URL('./node-under-load.ts', import.meta.url));
    const child = fork(entry, [kind, dataDir], { execArgv: [...flags, '--import', 'tsx'] });
    const [{ url }] = (await once(child, 'message')) as [{ url: string }];
    return new Server(child, url);
  }

  async used(what: 'used' | 'held' = 'used'): Promise<Used> {
    this.child.send(what);
    const [used] = (await once(this.child, 'message')) as [Used];
    return used;
  }

  ask(method: string, params: unknown): Promise<Record<string, unknown>> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    return new Promise((resolve, reject) => {
      const sent = request(this.url, { method: 'POST', agent: this.agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve(JSON.parse(text) as Record<string, unknown>));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }
}

/** One account that sends; `nonce` is that of its last transaction. */
interface Sender {
  id: string;
  nonce: bigint;
}

class Signing {
  constructor(private readonly node: Server) {}

  async send(sender: Sender, to: string, list: Action[]): Promise<void> {
    expectDone(await this.node.ask('send_tx', await this.signed(sender, to, list)));
  }

  async signed(sender: Sender, to: string, list: Action[], hash?: string): Promise<object> {
    const { secretKey, publicKey } = deriveKey('node-calls', sender.id);
    const blockHash = baseDecode(hash ?? (await this.headHash()));
    const key = PublicKey.fromString(publicKey);
    sender.nonce += 1n;
    const transaction = createTransaction(sender.id, key, to, sender.nonce, list, blockHash);
    const signer = KeyPairSigner.fromSecretKey(secretKey as KeyPairString);
    const { signedTransaction } = await signer.signTransaction(transaction);
    const signed_tx_base64 = Buffer.from(signedTransaction.encode()).toString('base64');
    return { signed_tx_base64, wait_until: 'EXECUTED_OPTIMISTIC' };
  }

  async headHash(): Promise<string> {
    const { result } = await this.node.ask('block', { finality: 'final' });
    return (result as { header: { hash: string } }).header.hash;
  }

  async nonceOf(id: string): Promise<bigint> {
    const public_key = deriveKey('node-calls', id).publicKey;
    const asked = {
      request_type: 'view_access_key',
      finality: 'final',
      account_id: id,
      public_key,
    };
    const { result } = await this.node.ask('query', asked);
    return BigInt((result as { nonce: number | string }).nonce);
  }
}

function expectDone(answer: Record<string, unknown>): void {
  const status = (answer['result'] as { status?: object } | undefined)?.status;
  if (status && 'SuccessValue' in status) return;
  throw new Error(`NOT_EXECUTED: ${JSON.stringify(answer).slice(0, 500)}`);
}

/** Each sender sends its calls one after the other; returns the node's processor time and ours. */
async function measure(
  server: Server,
  bodies: readonly object[][],
  check: (answer: Record<string, unknown>) => void,
): Promise<{ cpuMs: number; wallMs: number }> {
  const before = await server.used();
  const began = performance.now();
  await Promise.all(
    bodies.map(async (list) => {
      for (const params of list) check(await server.ask('send_tx', params));
    }),
  );
  const wallMs = performance.now() - began;
  const after = await server.used();
  return { cpuMs: after.cpuMs - before.cpuMs, wallMs };
}

async function prepare(signing: Signing, senders: number): Promise<Sender[]> {
  const root: Sender = { id: 'local', nonce: await signing.nonceOf('local') };
  const create = async (id: string): Promise<Sender> => {
    const key = PublicKey.fromString(deriveKey('node-calls', id).publicKey);
    const list = [actions.createAccount(), actions.transfer(1_000n * near)];
    await signing.send(root, id, [...list, actions.addFullAccessKey(key)]);
    return { id, nonce: await signing.nonceOf(id) };
  };
  const contract = await create('demo.local');
  await signing.send(contract, contract.id, [actions.deployContract(demoContract())]);
  const list: Sender[] = [];
  for (let i = 0; i < senders; i++) list.push(await create(`sender-${i}.local`));
  return list;
}
