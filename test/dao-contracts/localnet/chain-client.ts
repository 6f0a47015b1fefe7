/** Signs transactions for a chain in the same process, without HTTP in between. */
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
import { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import type { ChainOptions } from '@commonweights/dao-contracts/localnet/runtime/chain-options.js';
import type { TransactionRecord } from '@commonweights/dao-contracts/localnet/runtime/transaction-record.js';

export const near = 10n ** 24n;
export const Tgas = 10n ** 12n;

export function openChain(changed: Partial<ChainOptions> = {}): Chain {
  return new Chain({
    seed: 'chain test',
    clock: 'logical',
    rootAccount: 'local',
    maxAttachedGas: 300e12,
    dataDir: null,
    ...changed,
  });
}

export class ChainClient {
  private readonly nonces = new Map<string, bigint>();

  constructor(
    readonly chain: Chain,
    private readonly seed = 'chain test',
  ) {}

  publicKey(id: string): PublicKey {
    return PublicKey.fromString(deriveKey(this.seed, id).publicKey);
  }

  async sign(signerId: string, receiverId: string, list: Action[]): Promise<Uint8Array> {
    const { secretKey, publicKey } = deriveKey(this.seed, signerId);
    const known = this.chain.world.accounts.get(signerId)?.keys.get(publicKey)?.nonce ?? 0n;
    const last = this.nonces.get(signerId) ?? 0n;
    const nonce = (known > last ? known : last) + 1n;
    this.nonces.set(signerId, nonce);
    const blockHash = baseDecode(this.chain.head.hash);
    const key = PublicKey.fromString(publicKey);
    const transaction = createTransaction(signerId, key, receiverId, nonce, list, blockHash);
    const signer = KeyPairSigner.fromSecretKey(secretKey as KeyPairString);
    const { signedTransaction } = await signer.signTransaction(transaction);
    return signedTransaction.encode();
  }

  /** Sends and waits until everything that follows is done. */
  async send(signerId: string, receiverId: string, list: Action[]): Promise<TransactionRecord> {
    const { hash } = this.chain.submit(await this.sign(signerId, receiverId, list));
    await this.chain.wait(hash, 'executed');
    return this.chain.transaction(hash)!;
  }

  createAccount(id: string, yocto: bigint): Promise<TransactionRecord> {
    const creator = id.slice(id.indexOf('.') + 1);
    return this.send(creator, id, [
      actions.createAccount(),
      actions.transfer(yocto),
      actions.addFullAccessKey(this.publicKey(id)),
    ]);
  }

  call(
    signerId: string,
    contractId: string,
    method: string,
    args: Uint8Array | object = {},
    { deposit = 0n, gas = 30n * Tgas } = {},
  ): Promise<TransactionRecord> {
    return this.send(signerId, contractId, [actions.functionCall(method, args, gas, deposit)]);
  }

  balance(id: string): bigint {
    return this.chain.world.accounts.get(id)?.amountYocto ?? 0n;
  }
}

/** What the first receipt of a transaction came to. */
export function firstOutcome(chain: Chain, record: TransactionRecord): unknown {
  return chain.outcome(record.executed[0]!)?.status;
}
