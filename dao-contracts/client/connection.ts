/**
 * One account's (or nobody's) line to one contract: reads, and transactions that are sent one after
 * another. A transaction is signed once and then only ever re-sent as the same bytes, whose nonce
 * the chain accepts once, so an answer lost on the way never makes anything happen twice; a new
 * one is signed only when the chain said that the old one can no longer land, and does not know it
 * where an earlier sending of it may have been taken.
 */
import {
  JsonRpcProvider,
  KeyPairSigner,
  actions,
  baseDecode,
  baseEncode,
  createTransaction,
  type Action,
  type KeyPairString,
  type PublicKey,
} from 'near-api-js';
import { InvalidNonceError, TransactionExpiredError } from 'near-api-js/rpc-errors';
import { sendToRelay, signDelegatedCall, type ToDelegate } from './delegated-call.js';
import { deliver, type Line } from './delivery.js';
import { daoErrorFrom, DaoError, NodeSilentError } from './errors.js';
import type { CallContext } from './errors.js';
import { fromWire, toWire } from './money-fields.js';
import type { Network } from './network.js';
import { outcomeOf, type Outcome } from './outcome.js';
import { outcomeByHash, type SendingWallet } from './wallet.js';

export interface AccountKey {
  readonly accountId: string;
  /** `ed25519:<base58>`, as in NEAR's credential files. */
  readonly secretKey: string;
}

export interface ConnectionOptions {
  readonly network: Network;
  /** Account of the DAO contract. */
  readonly contract: string;
  /** Who signs; without it only views work. */
  readonly account?: AccountKey | undefined;
  /** Or a wallet that signs and sends by itself. */
  readonly wallet?: SendingWallet | undefined;
  /** A relayer that pays the fees of calls without a deposit (delegated-call.ts). */
  readonly relayUrl?: string | undefined;
  /** For one request; a transaction may take several. Default 20,000. */
  readonly requestTimeoutMs?: number;
  /** How to wait before something is tried again. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Told the hash of each transaction that this signs, before it is sent. */
  readonly onSigned?: ((hash: string) => void) | undefined;
}

export interface CallOptions {
  readonly depositYocto?: bigint;
  readonly gas?: bigint;
}

export interface SendOptions {
  readonly before?: () => Promise<void>;
}

export const teraGas = 1_000_000_000_000n;
/** What calls attach unless they know better; what is not used is refunded. */
const defaultGas = 100n * teraGas;

/** How often one transaction is signed anew: each time the chain said "not this one". */
const signaturesMax = 6;

export class Connection {
  readonly network: Network;
  readonly contract: string;
  readonly accountId: string | null;
  readonly provider: JsonRpcProvider;
  readonly #signer: KeyPairSigner | null;
  readonly #wallet: SendingWallet | null;
  readonly #requestTimeoutMs: number;
  readonly #relayUrl: string | null;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #onSigned: (hash: string) => void;
  readonly #line: Line;
  /** Tail of the queue of transactions: nonces of one key have to arrive in order. */
  #last: Promise<unknown> = Promise.resolve();
  #nonce: bigint | null = null;

  constructor(options: ConnectionOptions) {
    this.network = options.network;
    this.contract = options.contract;
    this.accountId = options.account?.accountId ?? options.wallet?.accountId ?? null;
    this.#wallet = options.account ? null : (options.wallet ?? null);
    this.#signer = options.account ? signerOf(options.account) : null;
    this.#relayUrl = options.relayUrl ?? null;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 20_000;
    this.#pause = options.pause ?? pause;
    this.#onSigned = options.onSigned ?? (() => {});
    // The library's own retries (12, up to minutes) hide an unreachable node; ours are bounded.
    this.provider = new JsonRpcProvider(
      { url: options.network.rpcUrl },
      { retries: 3, wait: 100, backoff: 2 },
    );
    this.#line = {
      provider: this.provider,
      sender: new JsonRpcProvider({ url: options.network.rpcUrl }, { retries: 1 }),
      withTimeout: (work) => this.#withTimeout(work),
      pause: this.#pause,
    };
  }

  /** A view of the contract; fields ending in `Yocto` become `bigint`. */
  view<T>(method: string, args: object = {}): Promise<T> {
    return this.viewOf(this.contract, method, args);
  }

  /** The same of any contract, for example a token's. */
  async viewOf<T>(contractId: string, method: string, args: object = {}): Promise<T> {
    const json = toWire(args) as Record<string, unknown>;
    return (await this.ask(method, () =>
      this.provider.callFunction({ contractId, method, args: json }).then(fromWire),
    )) as T;
  }

  /** A change call of the contract by the connected account. Returns what the contract returned. */
  async call<T>(method: string, args: object, options: CallOptions = {}): Promise<T> {
    return (await this.callOnRecord<T>(method, args, options)).value;
  }

  /** The same, with the transaction that it was; null where a relayer sent it. */
  async callOnRecord<T>(
    method: string,
    args: object,
    options: CallOptions = {},
  ): Promise<{ value: T; transaction: string | null }> {
    const { gas = defaultGas, depositYocto = 0n } = options;
    const json = toWire(args) as Record<string, unknown>;
    let returned: string;
    let transaction: string | null = null;
    if (this.#relayUrl !== null && depositYocto === 0n) {
      returned = await this.#callByRelay(this.#relayUrl, { method, args: json, gas });
    } else {
      const action = actions.functionCall(method, json, gas, depositYocto);
      const outcome = await this.send(this.contract, [action], method);
      ({ returned, transactionHash: transaction } = outcome);
    }
    const value = returned === '' ? (undefined as T) : (fromWire(jsonOrText(returned)) as T);
    return { value, transaction };
  }

  /** Signed here, paid for there. Nonces of one key have to arrive in order here too. */
  #callByRelay(relayUrl: string, call: ToDelegate): Promise<string> {
    const signer = this.signer();
    const sender = this.accountId!;
    const { contract, provider } = this;
    const mine = this.#last.then(async () => {
      const signed = await this.ask(call.method, () =>
        signDelegatedCall({ sender, contract, signer, provider }, call),
      );
      return sendToRelay(signed, { relayUrl, timeoutMs: 3 * this.#requestTimeoutMs });
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /**
   * Signs and sends `actions` to `receiver` after everything that was sent before. Nothing is sent
   * when `before`, which is called when its turn has come, throws.
   */
  send(
    receiver: string,
    actionList: Action[],
    method: string,
    { before }: SendOptions = {},
  ): Promise<Outcome> {
    const mine = this.#last.then(async () => {
      await before?.();
      return this.#wallet
        ? this.#sendByWallet(this.#wallet, { receiver, actions: actionList, method })
        : this.#sendNow(receiver, actionList, method);
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** The connected key's public half. Error: `NO_ACCOUNT`. */
  async publicKey(): Promise<PublicKey> {
    return this.signer().getPublicKey();
  }

  /** Error: `NO_ACCOUNT`, where a wallet signs too. */
  signer(): KeyPairSigner {
    if (this.#signer) return this.#signer;
    throw noAccount();
  }

  /** Who signs, with a key or a wallet. Error: `NO_ACCOUNT`. */
  requireAccount(): string {
    if (this.accountId !== null) return this.accountId;
    throw noAccount();
  }

  context(method?: string): CallContext {
    return {
      network: this.network,
      contract: this.contract,
      accountId: this.accountId ?? undefined,
      ...(method === undefined ? {} : { method }),
    };
  }

  /** Any method of the node's JSON-RPC, such as a local network's own. */
  rpc(method: string, params: object): Promise<unknown> {
    const send = this.provider.sendJsonRpc.bind(this.provider) as (
      method: string,
      params: object,
    ) => Promise<unknown>;
    return this.ask(method, () => send(method, params));
  }

  /** One read of the node, tried again when it was busy; failures become `DaoError`. */
  async ask<T>(method: string, request: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#withTimeout(request());
      } catch (error) {
        if (!isBusy(error) || attempt === 3) throw daoErrorFrom(error, this.context(method));
        await this.#pause(attempt * 300);
      }
    }
  }

  async #sendByWallet(
    wallet: SendingWallet,
    {
      receiver,
      actions: actionList,
      method,
    }: { receiver: string; actions: Action[]; method: string },
  ): Promise<Outcome> {
    const context = this.context(method);
    try {
      const hash = await wallet.send({ receiver, actions: actionList });
      const { accountId } = wallet;
      return outcomeOf(await outcomeByHash({ hash, accountId }, this.#line), hash, context);
    } catch (error) {
      throw daoErrorFrom(error, context);
    }
  }

  async #sendNow(receiver: string, actionList: Action[], method: string): Promise<Outcome> {
    const context = this.context(method);
    for (let signature = 1; ; signature++) {
      const { signed, hash } = await this.#sign(receiver, actionList, method);
      this.#onSigned(hash);
      try {
        return outcomeOf(
          await deliver({ signed, hash, accountId: this.accountId! }, this.#line),
          hash,
          context,
        );
      } catch (error) {
        this.#nonce = null;
        const canSignAgain =
          error instanceof InvalidNonceError || error instanceof TransactionExpiredError;
        if (!canSignAgain || signature === signaturesMax) throw daoErrorFrom(error, context);
        await this.#pause(50 * signature);
      }
    }
  }

  async #sign(receiver: string, actionList: Action[], method: string) {
    const signer = this.signer();
    const accountId = this.accountId!;
    const publicKey = await signer.getPublicKey();
    const [nonce, block] = await this.ask(method, () =>
      Promise.all([
        this.#nonce ??
          this.provider.viewAccessKey({ accountId, publicKey }).then((key) => key.nonce),
        this.provider.viewBlock({ finality: 'final' }),
      ]),
    );
    this.#nonce = nonce + 1n;
    const recent = baseDecode(block.header.hash);
    const plain = createTransaction(
      accountId,
      publicKey,
      receiver,
      this.#nonce,
      actionList,
      recent,
    );
    const { signedTransaction, txHash } = await signer.signTransaction(plain);
    return { signed: signedTransaction, hash: baseEncode(txHash) };
  }

  async #withTimeout<T>(work: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new NodeSilentError(`no answer within ${this.#requestTimeoutMs} ms`)),
        this.#requestTimeoutMs,
      );
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
      work.catch(() => undefined);
    }
  }
}

function noAccount(): DaoError {
  return new DaoError({
    code: 'NO_ACCOUNT',
    facts: 'this needs an account to sign with, and none is connected',
    remedy: 'name one with --account, or create one with "commonweights account create"',
  });
}

/** The node answered that it could not take the request now. */
function isBusy(error: unknown): boolean {
  const status = error instanceof Error ? (error as { cause?: unknown }).cause : undefined;
  return typeof status === 'number' && [408, 429, 500, 502, 503].includes(status);
}

function signerOf(account: AccountKey): KeyPairSigner {
  try {
    return KeyPairSigner.fromSecretKey(account.secretKey as KeyPairString);
  } catch {
    // The library's message may quote the key; this one never does.
    throw new DaoError({
      code: 'BAD_SECRET_KEY',
      facts: `the secret key of ${account.accountId} is not "ed25519:" and base58 text`,
      remedy: 'check its credentials file',
    });
  }
}

/** What a contract returned: JSON as a rule, and where it is none, the text itself. */
function jsonOrText(returned: string): unknown {
  try {
    return JSON.parse(returned);
  } catch {
    return returned;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
