/**
 * Calls that nobody signed, or that the chain would not take, brought to a relayer on the embedded
 * node: each is one change away from a call that is carried, costs the relayer nothing and takes
 * nothing of anybody's quota.
 */
import { expect } from 'chai';
import { sha256 } from '@noble/hashes/sha2.js';
import { KeyPair, base64Encode, encodeDelegateAction, type KeyPairString } from 'near-api-js';
import { connect, type DaoClient } from '@commonweights/dao-contracts/client/client.js';
import type { Connection } from '@commonweights/dao-contracts/client/connection.js';
import {
  delegateOf,
  type DelegatedCall,
  type RelayAnswer,
} from '@commonweights/dao-contracts/client/delegated-call.js';
import { Relayer } from '@commonweights/dao-contracts/client/relayer.js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { startLocalnetDao, type LocalnetDao } from './localnet-chain.js';

type Unsigned = Omit<DelegatedCall, 'signature'>;

const contract = 'dao.local';
const keyOf = (name: string) => deriveKey('dao contract', name);
const victim = { id: 'victim.local', ...keyOf('victim.local') };
const mallory = { id: 'mallory.local', ...keyOf('mallory.local') };
const commitOnly = keyOf('a key for commit');
const elsewhere = keyOf('a key for another contract');

/** Not by the library's signer, which refuses to sign under another key's name. */
function sign(call: Unsigned, secretKey: string, it = { withoutPrefix: false }): DelegatedCall {
  const bytes = encodeDelegateAction(delegateOf(call));
  const message = sha256(it.withoutPrefix ? bytes.subarray(4) : bytes);
  const { signature } = KeyPair.fromString(secretKey as KeyPairString).sign(message);
  return { ...call, signature: base64Encode(signature) };
}

function argsOf(it: object): string {
  return base64Encode(new TextEncoder().encode(JSON.stringify(it)));
}

describe('a relayer', function () {
  this.timeout(120_000);
  let dao: LocalnetDao;
  let client: DaoClient;
  let relayer: Relayer;
  const clientOf = (accountId: string, at = contract) => {
    const network = { name: 'localnet', rpcUrl: dao.localnet.url } as const;
    const { secretKey } = keyOf(accountId);
    return connect({ network, contract: at, account: { accountId, secretKey } });
  };
  const nonceOf = async (account: string, publicKey: string) => {
    const path = { request_type: 'view_access_key', finality: 'optimistic' };
    const asked = { ...path, account_id: account, public_key: publicKey };
    return BigInt(((await client.connection.rpc('query', asked)) as { nonce: number }).nonce);
  };
  const height = async () => {
    const block = await client.connection.rpc('block', { finality: 'final' });
    return BigInt((block as { header: { height: number } }).header.height);
  };
  /** What the victim would sign next: a call that is carried as it is. */
  const nextCall = async (change: Partial<Unsigned> = {}): Promise<Unsigned> => ({
    sender: victim.id,
    contract,
    method: 'rejoin',
    args: argsOf({ run: 1 }),
    gas: '30000000000000',
    nonce: `${(await nonceOf(victim.id, change.publicKey ?? victim.publicKey)) + 1n}`,
    maxBlockHeight: `${(await height()) + 200n}`,
    publicKey: victim.publicKey,
    ...change,
  });
  /** The relayer's own account: what it sent, and what that cost it. */
  const spent = async () => {
    const { amountYocto } = (await client.viewAccount('relay.local'))!;
    return { amountYocto, nonce: await nonceOf('relay.local', keyOf('relay.local').publicKey) };
  };
  const refusesFree = async (call: DelegatedCall, facts: RegExp) => {
    const before = await spent();
    const answer = (await relayer.relay(call)) as { code: string; facts: string };
    expect(answer.code).to.match(/^(NOT_RELAYED|RELAY_STALE)$/);
    expect(answer.facts).to.match(facts);
    expect(await spent()).to.deep.equal(before);
  };
  /** The contract's own refusal of a call about a run that is none: so far did the call come. */
  const expectCarried = (answer: RelayAnswer) => {
    expect(answer).to.include({ code: 'NOT_FOUND' });
  };

  before(async () => {
    dao = await startLocalnetDao(['relay.test', 'victim.test', 'mallory.test']);
    client = clientOf('relay.local');
    const { publicKey } = commitOnly;
    await clientOf(victim.id).addFunctionCallKey({ publicKey, methods: ['commit'] });
    await clientOf(victim.id, 'other.local').addFunctionCallKey({
      publicKey: elsewhere.publicKey,
      methods: [],
    });
  });
  // One call an hour: a quota that a forgery had touched would refuse the true call after it.
  beforeEach(() => {
    relayer = new Relayer({ connection: client.connection, callsPerHour: 1 });
  });
  afterEach(async () => {
    const answer = await relayer.relay(sign(await nextCall(), victim.secretKey));
    expectCarried(answer);
  });
  after(() => dao?.stop());

  it('carries no call that another key signed, and counts it against nobody', async () => {
    const call = await nextCall();
    await refusesFree(sign(call, mallory.secretKey), /signature is not one by ed25519:/);
  });

  it('carries no call with the good signature of another account’s key', async () => {
    const nonce = `${(await nonceOf(mallory.id, mallory.publicKey)) + 1n}`;
    const call = { ...(await nextCall()), nonce, publicKey: mallory.publicKey };
    const signed = sign(call, mallory.secretKey);
    await refusesFree(signed, /^ed25519:\w+ is not a key of victim.local$/);
    const nobody = { ...call, sender: 'nobody.local' };
    await refusesFree(sign(nobody, mallory.secretKey), /is not a key of nobody.local$/);
  });

  it('carries no call that was altered after it was signed, whichever field', async () => {
    const call = await nextCall();
    const signed = sign(call, victim.secretKey);
    const changes: Partial<DelegatedCall>[] = [
      { sender: mallory.id },
      { method: 'commit' },
      { args: argsOf({ run: 2 }) },
      { gas: '30000000000001' },
      { nonce: `${BigInt(call.nonce) + 1n}` },
      { maxBlockHeight: `${BigInt(call.maxBlockHeight) + 1n}` },
      { publicKey: commitOnly.publicKey },
      { nonce: `${2n ** 64n}` },
    ];
    for (const change of changes) {
      await refusesFree({ ...signed, ...change }, /signature is not one by ed25519:/);
    }
  });

  it('carries no call whose signed bytes lack the prefix of delegate actions', async () => {
    const call = await nextCall();
    const signed = sign(call, victim.secretKey, { withoutPrefix: true });
    await refusesFree(signed, /signature is not one by ed25519:/);
  });

  it('carries no call that is void, or will be before it lands', async () => {
    for (const ahead of [-1n, 0n, 19n]) {
      const maxBlockHeight = `${(await height()) + ahead}`;
      const signed = sign(await nextCall({ maxBlockHeight }), victim.secretKey);
      await refusesFree(signed, /^the call is void after block \d+, and the chain is at \d+$/);
    }
  });

  it('carries no call a second time, however it is written, and none that is far ahead', async () => {
    const signed = sign(await nextCall(), victim.secretKey);
    const roomy = new Relayer({ connection: client.connection, callsPerHour: 9 });
    const atOnce = await Promise.all([
      roomy.relay(signed),
      roomy.relay({ ...signed, nonce: `0${signed.nonce}` }),
    ]);
    expectCarried(atOnce[0]);
    expect(atOnce[1]).to.deep.include({ code: 'RELAY_STALE' });
    expect((atOnce[1] as { facts: string }).facts).to.match(/is being relayed already$/);
    await refusesFree(signed, /^nonce \d+ of this key was used: it is at \d+$/);
    const nonce = `${(await height()) * 1_000_000n + 50_000_000n}`;
    const far = sign(await nextCall({ nonce }), victim.secretKey);
    await refusesFree(far, /is too far ahead of the chain$/);
  });

  it('carries no call of a key that may not make it, by method or by contract', async () => {
    for (const { publicKey, secretKey } of [commitOnly, elsewhere]) {
      const signed = sign(await nextCall({ publicKey }), secretKey);
      await refusesFree(signed, /^the key ed25519:\w+ of victim.local may not call rejoin of dao/);
    }
    const { publicKey, secretKey } = commitOnly;
    const commitment = `sha256:${'0'.repeat(64)}`;
    const args = argsOf({ run: 1, round: 1, commitment });
    const allowed = await nextCall({ publicKey, method: 'commit', args });
    const roomy = new Relayer({ connection: client.connection, callsPerHour: 9 });
    expectCarried(await roomy.relay(sign(allowed, secretKey)));
  });

  /** A relayer whose node can fall silent, and strangers who then fill their lane. */
  function crowdedRelayer() {
    const { provider } = client.connection;
    let isSilent = false;
    const wayward: Pick<Connection, 'contract' | 'provider' | 'ask' | 'send'> = {
      contract,
      provider,
      ask: (method, request) =>
        isSilent ? new Promise(() => {}) : client.connection.ask(method, request),
      send: (...args) => client.connection.send(...args),
    };
    const busy = new Relayer({ connection: wayward as Connection, callsPerHour: 9 });
    const fill = async () => {
      isSilent = true;
      const call = await nextCall();
      // Each with a key of its own, which is no key of the account that it names.
      const strange = (n: number) => {
        const { publicKey, secretKey } = keyOf(`stranger ${n}`);
        return sign({ ...call, publicKey }, secretKey);
      };
      for (let n = 0; n < 256; n++) void busy.relay(strange(n));
      const oneMore = (await busy.relay(strange(256))) as { facts: string };
      isSilent = false;
      return oneMore;
    };
    return { busy, fill };
  }

  it('lets strangers fill no place that a key of an account needs', async () => {
    const { busy, fill } = crowdedRelayer();
    expectCarried(await busy.relay(sign(await nextCall(), victim.secretKey)));
    const oneMore = await fill();
    expect(oneMore).to.include({ code: 'RELAY_QUOTA_SPENT' });
    expect(oneMore.facts).to.match(/looking into 256 calls$/);
    expectCarried(await busy.relay(sign(await nextCall(), victim.secretKey)));
  });

  it('lets a key wait with strangers that has had a refused call looked into', async () => {
    const { busy, fill } = crowdedRelayer();
    const first = sign(await nextCall(), victim.secretKey);
    expectCarried(await busy.relay(first));
    expect(await busy.relay(first)).to.include({ code: 'RELAY_STALE' });
    await fill();
    const next = (await busy.relay(sign(await nextCall(), victim.secretKey))) as { facts: string };
    expect(next.facts).to.match(/looking into 256 calls$/);
  });

  it('looks into so many calls of one key at a time, and no more', async () => {
    const { provider } = client.connection;
    const silent = { contract, provider, ask: () => new Promise(() => {}) };
    const stuck = new Relayer({ connection: silent as unknown as Connection, callsPerHour: 99 });
    const call = await nextCall();
    const later = (i: bigint) =>
      sign({ ...call, nonce: `${BigInt(call.nonce) + i}` }, victim.secretKey);
    for (let i = 0n; i < 8n; i++) void stuck.relay(later(i));
    const answer = (await stuck.relay(later(8n))) as { facts: string };
    expect(answer).to.include({ code: 'RELAY_QUOTA_SPENT' });
    expect(answer.facts).to.match(/^8 calls of this key are under way$/);
  });

  it('sends so many calls of one account at a time, whatever keys it has', async () => {
    const { provider } = client.connection;
    let sending = 0;
    const silent: Pick<Connection, 'contract' | 'provider' | 'ask' | 'send'> = {
      contract,
      provider,
      ask: (method, request) => client.connection.ask(method, request),
      send: () => {
        sending++;
        return new Promise(() => {});
      },
    };
    const slow = new Relayer({ connection: silent as Connection, callsPerHour: 99 });
    const args = argsOf({ run: 1, round: 1, commitment: `sha256:${'0'.repeat(64)}` });
    const { publicKey, secretKey } = commitOnly;
    const first = await nextCall({ publicKey, method: 'commit', args });
    for (let i = 0n; i < 4n; i++) {
      void slow.relay(sign({ ...first, nonce: `${BigInt(first.nonce) + i}` }, secretKey));
    }
    while (sending < 4) await nextCall();
    const answer = (await slow.relay(sign(await nextCall(), victim.secretKey))) as {
      facts: string;
    };
    expect(answer.facts).to.match(/^4 calls of victim.local are being sent$/);
  });
});
