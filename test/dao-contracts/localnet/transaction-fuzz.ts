/**
 * Transactions drawn from a seed, honest and not, sent over HTTP to a chain: payments, accounts that come
 * and go, keys, code that was changed in a place or two, calls with any gas, delegate actions, and
 * envelopes that are wrong. Whatever comes, the books are right after every batch.
 */
import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import {
  actions,
  baseDecode,
  buildDelegateAction,
  createTransaction,
  encodeTransaction,
  KeyPairSigner,
  PublicKey,
  type Action,
  type KeyPairString,
} from 'near-api-js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { countStorage } from '@commonweights/dao-contracts/localnet/runtime/patch-state.js';
import { splitMix } from '../../support/seeded-numbers.js';
import { near } from './chain-client.js';
import { demoContract } from './contracts.js';
import { changeBytes, pick, type Draw, type Tally } from './node-fuzz.js';

export interface TransactionFuzz {
  /** Of the seed `chain test` and the root `local`. */
  readonly chain: Chain;
  readonly url: string;
  readonly transactions: number;
  readonly seed: number;
  /** Called after every batch with the number of transactions so far. */
  readonly seen?: (count: number) => void;
}

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `${name}.local`);
const everybody = ['local', ...names];
const methods = ['echo', 'set', 'get', 'time', 'seed', 'fail', 'relay', 'nothing'];
const batchMax = 40;
const noKey = `ed25519:${'1'.repeat(32)}`;

interface Key {
  readonly text: string;
  readonly object: KeyObject;
}

const keys = new Map<string, Key>();

function keyOf(id: string): Key {
  let key = keys.get(id);
  if (!key) {
    const { publicKey, secretKey } = deriveKey('chain test', id);
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    const raw = baseDecode(secretKey.slice('ed25519:'.length));
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: text(raw.slice(32)), d: text(raw.slice(0, 32)) };
    key = { text: publicKey, object: createPrivateKey({ key: jwk, format: 'jwk' }) };
    keys.set(id, key);
  }
  return key;
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Throws with the batch when an answer is not meant or the books are wrong. */
export async function fuzzTransactions(it: TransactionFuzz): Promise<Tally> {
  const { chain } = it;
  const whole = demoContract('relay');
  const tally: Tally = new Map();
  const count = (name: string) => tally.set(name, (tally.get(name) ?? 0) + 1);
  const nonces = new Map<string, bigint>();
  let supply = chain.ledger.circulatingYocto;
  for (let sent = 0, batch = 0; sent < it.transactions; batch++) {
    const draw = splitMix(it.seed, batch);
    const drawn = draw() < 0.5 ? 1 : 1 + Math.floor(draw() ** 2 * batchMax);
    const size = Math.min(it.transactions - sent, drawn);
    const texts: string[] = [];
    for (let i = 0; i < size; i++) {
      const bytes = await drawTransaction(draw, chain, nonces, whole);
      texts.push(Buffer.from(bytes).toString('base64'));
    }
    const body = JSON.stringify(
      texts.map((text, id) => ({
        jsonrpc: '2.0',
        id,
        method: 'broadcast_tx_async',
        params: [text],
      })),
    );
    const response = await fetch(it.url, { method: 'POST', body });
    const replies = (await response.json()) as Reply[];
    const fail = (why: string): never => {
      throw new Error(`batch ${batch} of seed ${it.seed}: ${why}`);
    };
    for (const reply of replies) {
      if (reply.error) count(nameOf(reply.error) ?? fail(`broke: ${JSON.stringify(reply.error)}`));
      else count(await became(chain, reply.result!));
    }
    sent += size;
    const { totalSupply, accountsTotal, burnt, inFlight } = chain.ledger.supply();
    if (totalSupply !== 10n ** 33n) fail(`${totalSupply} tokens there are`);
    if (accountsTotal + burnt + inFlight !== totalSupply) fail('the tokens do not add up');
    if (chain.ledger.circulatingYocto > supply) fail('tokens were made');
    supply = chain.ledger.circulatingYocto;
    if (batch % 25 === 0) {
      for (const [id, { storageUsageBytes }] of chain.world.accounts) {
        const counted = countStorage(chain.world, id);
        if (counted !== storageUsageBytes) fail(`${id} uses ${counted}, not ${storageUsageBytes}`);
      }
    }
    it.seen?.(sent);
  }
  return tally;
}

interface Reply {
  readonly result?: string;
  readonly error?: { cause: { name: string }; data: unknown };
}

/** The first name inside of what a transaction was refused with. */
function nameOf({ cause, data }: NonNullable<Reply['error']>): string | null {
  if (cause.name === 'PARSE_ERROR') return 'not a transaction';
  if (cause.name !== 'INVALID_TRANSACTION') return null;
  const [, name] = /"InvalidTxError":(?:\{"|")(\w+)/.exec(JSON.stringify(data)) ?? [];
  return `refused: ${name}`;
}

async function became(chain: Chain, hash: string): Promise<string> {
  try {
    await chain.wait(hash, 'executed');
  } catch (error) {
    return `refused in its block: ${/"?(\w+)/.exec(String(error).split('INVALID_TRANSACTION: ')[1]!)?.[1]}`;
  }
  const record = chain.transaction(hash);
  if (!record) return 'forgotten';
  const failed = record.executed.some((id) => 'Failure' in (chain.outcome(id)?.status ?? {}));
  return failed ? 'executed, with a failure' : 'executed';
}

async function drawTransaction(
  draw: Draw,
  chain: Chain,
  nonces: Map<string, bigint>,
  whole: Uint8Array,
): Promise<Uint8Array> {
  // Mostly somebody who is there.
  const there = everybody.filter((id) => chain.world.accounts.has(id));
  const signerId = draw() < 0.3 ? 'local' : pick(draw, draw() < 0.97 ? there : everybody);
  const { text } = keyOf(signerId);
  const known = chain.world.accounts.get(signerId)?.keys.get(text)?.nonce ?? 0n;
  const last = nonces.get(signerId) ?? 0n;
  let nonce = (known > last ? known : last) + 1n;
  nonces.set(signerId, nonce);
  const [receiverId, list] = await drawActions(draw, chain, signerId, whole);
  const odd = draw();
  if (odd < 0.01) nonce -= 1n;
  else if (odd < 0.02) nonce += 10n ** 12n;
  const blockHash = odd > 0.99 ? sha256(Uint8Array.of(1)) : baseDecode(chain.head.hash);
  const key = PublicKey.fromString(odd > 0.98 && odd < 0.985 ? noKey : text);
  const bytes = encodeTransaction(
    createTransaction(signerId, key, receiverId, nonce, list, new Uint8Array(blockHash)),
  );
  const signature = sign(null, sha256(bytes), keyOf(signerId).object);
  const signed = Buffer.concat([bytes, Uint8Array.of(0), signature]);
  return odd > 0.97 && odd < 0.98 ? changeBytes(draw, signed) : signed;
}

/** Names an account that may or may not be there. */
const somebody = (draw: Draw): string =>
  draw() < 0.9
    ? pick(draw, everybody)
    : pick(draw, ['nobody.local', 'x', 'BAD NAME', 'ab'.repeat(32), `0x${'1'.repeat(40)}`]);

async function drawActions(
  draw: Draw,
  chain: Chain,
  signerId: string,
  whole: Uint8Array,
): Promise<[string, Action[]]> {
  const fresh = names.find((id) => !chain.world.accounts.has(id));
  if (fresh && signerId === 'local' && draw() < 0.3) {
    const key = PublicKey.fromString(keyOf(fresh).text);
    const funded = BigInt(1 + Math.floor(draw() * 50)) * near;
    return [
      fresh,
      [actions.createAccount(), actions.transfer(funded), actions.addFullAccessKey(key)],
    ];
  }
  const kind = draw();
  if (kind < 0.3) return [somebody(draw), [actions.transfer(drawYocto(draw))]];
  if (kind < 0.7) return [somebody(draw), [drawCall(draw)]];
  if (kind < 0.78) return [signerId, [await drawDelegate(draw, chain)]];
  const several = 1 + Math.floor(draw() * 3);
  const receiver = draw() < 0.8 ? signerId : somebody(draw);
  return [receiver, Array.from({ length: several }, () => drawOwn(draw, signerId, whole))];
}

/** What only an account itself may do. */
function drawOwn(draw: Draw, signerId: string, whole: Uint8Array): Action {
  const kind = draw();
  const key = PublicKey.fromString(keyOf(`key ${Math.floor(draw() * 6)}`).text);
  if (kind < 0.4) {
    return actions.deployContract(draw() < 0.5 ? whole : changeBytes(draw, whole));
  }
  if (kind < 0.55) {
    const allowance = BigInt(Math.floor(draw() * 1e6)) * 10n ** 18n;
    return actions.addFunctionCallAccessKey(key, somebody(draw), ['echo'], allowance);
  }
  if (kind < 0.7) return actions.deleteKey(key);
  if (kind < 0.75) return actions.stake(drawYocto(draw), key);
  // With the root's tokens everything would end.
  if (kind < 0.8 && signerId !== 'local') return actions.deleteAccount(somebody(draw));
  if (kind < 0.9) return drawCall(draw);
  return actions.transfer(drawYocto(draw));
}

function drawCall(draw: Draw): Action {
  const args = draw() < 0.5 ? Buffer.from(pick(draw, everybody)) : new Uint8Array(draw() * 300);
  const gas = BigInt(Math.floor(draw() ** 3 * 60e12));
  const deposit = draw() < 0.7 ? 0n : drawYocto(draw);
  return actions.functionCall(pick(draw, methods), args, gas, deposit);
}

async function drawDelegate(draw: Draw, chain: Chain): Promise<Action> {
  const senderId = pick(draw, everybody);
  const { text } = keyOf(senderId);
  const nonce = (chain.world.accounts.get(senderId)?.keys.get(text)?.nonce ?? 0n) + 1n;
  const delegateAction = buildDelegateAction({
    ...{ senderId, receiverId: somebody(draw), nonce },
    actions: [draw() < 0.5 ? drawCall(draw) : actions.transfer(drawYocto(draw))] as never,
    maxBlockHeight: BigInt(chain.head.height + Math.floor(draw() * 20)),
    publicKey: PublicKey.fromString(text),
  });
  const secret = deriveKey('chain test', senderId).secretKey as KeyPairString;
  const signer = KeyPairSigner.fromSecretKey(secret);
  const { signedDelegate } = await signer.signDelegateAction(delegateAction);
  // One in ten was signed for something else.
  if (draw() < 0.1) signedDelegate.delegateAction.maxBlockHeight += 1n;
  return actions.signedDelegate(signedDelegate);
}

function drawYocto(draw: Draw): bigint {
  const kind = draw();
  if (kind < 0.1) return 0n;
  if (kind < 0.15) return 10n ** 34n;
  return BigInt(Math.floor(draw() * 1e9)) * 10n ** BigInt(Math.floor(draw() * 17));
}
