/** A node that is killed while it is busy: what it answered for is there after the next start. */
import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  actions,
  baseDecode,
  baseEncode,
  createTransaction,
  JsonRpcProvider,
  KeyPairSigner,
  PublicKey,
  type KeyPairString,
} from 'near-api-js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { openChain } from './chain-client.js';

const entry = fileURLToPath(new URL('node-process.ts', import.meta.url));
const { secretKey, publicKey } = deriveKey('chain test', 'local');
const senders = 8;

describe('a node that is killed in the middle of its work', function () {
  this.timeout(120_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'localnet-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function start() {
    const child = spawn(process.execPath, ['--import', 'tsx', entry, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    return { child, url };
  }

  it('has every transaction that it answered for, three times over', async () => {
    const answered: string[] = [];
    let nonce = 0n;
    for (const enough of [40, 90, 150]) {
      const { child, url } = await start();
      const provider = new JsonRpcProvider({ url }, { retries: 1 });
      const signer = KeyPairSigner.fromSecretKey(secretKey as KeyPairString);
      const key = PublicKey.fromString(publicKey);
      const isUp = () => child.exitCode === null && !child.killed;
      // One account pays through one key, in order; several are under way at each moment.
      const pay = async (): Promise<void> => {
        const { header } = await provider.viewBlock({ finality: 'final' });
        const transfer = [actions.transfer(1n)];
        const recent = baseDecode(header.hash);
        const plain = createTransaction('local', key, 'local', ++nonce, transfer, recent);
        const { signedTransaction, txHash } = await signer.signTransaction(plain);
        await provider.sendTransactionUntil(signedTransaction, 'EXECUTED_OPTIMISTIC');
        answered.push(baseEncode(txHash));
        if (answered.length >= enough) child.kill('SIGKILL');
      };
      const payOn = async (): Promise<void> => {
        // What overtook another, or was cut off, is not answered for: the next one is tried.
        while (isUp()) await pay().catch(() => undefined);
      };
      const gone = once(child, 'exit');
      const paying = Array.from({ length: senders }, payOn);
      const [, signal] = (await gone) as [number | null, string];
      expect(signal).to.equal('SIGKILL');
      await Promise.all(paying);

      const again = openChain({ dataDir: folder });
      for (const hash of answered) {
        const record = again.transaction(hash);
        expect(record?.open, hash).to.equal(0);
        expect(again.outcome(record!.executed[0]!)?.status).to.have.property('SuccessValue');
      }
      const { totalSupply, accountsTotal, inFlight, burnt } = again.ledger.supply();
      expect(accountsTotal + burnt + inFlight).to.equal(totalSupply);
      nonce = again.world.accounts.get('local')!.keys.get(publicKey)!.nonce;
      await again.stop();
    }
    expect(answered.length).to.be.at.least(150);
    expect(new Set(answered).size).to.equal(answered.length);
  });
});
