/**
 * NEAR accounts and keys themselves: what is needed around the contract's own calls to set up a
 * DAO, its members and its workers, and to check who a signature belongs to.
 */
import { actions, KeyPair, PublicKey, type KeyPairString } from 'near-api-js';
import { AccessKeyDoesNotExistError, AccountDoesNotExistError } from 'near-api-js/rpc-errors';
import { teraGas, type Connection } from './connection.js';
import { DaoError } from './errors.js';
import type { Outcome } from './outcome.js';

export interface AccountView {
  readonly accountId: string;
  readonly amountYocto: bigint;
  readonly lockedYocto: bigint;
  readonly storageBytes: number;
  /** Digest of the contract's code in base58; null when the account holds none. */
  readonly codeHash: string | null;
}

export interface KeyView {
  readonly publicKey: string;
  /** The only contract that it may call; null: it may do everything. */
  readonly mayCall: string | null;
  /** The only methods of it; empty: all, or it may do everything. */
  readonly methods: readonly string[];
  /** For fees; null: without a bound. */
  readonly allowanceYocto: bigint | null;
}

interface CallPermission {
  receiver_id: string;
  method_names: string[];
  allowance: string | null;
}

export type KeyStanding = 'full-access' | 'function-call' | null;

export interface AccountCalls {
  /** Null when the account does not exist. */
  viewAccount(accountId: string): Promise<AccountView | null>;
  /** Whether the key is one of the account's, and of which kind; null when it is not. */
  keyStanding(accountId: string, publicKey: string): Promise<KeyStanding>;
  /** True for any key of the account, full-access or not: what a registry's `authorise` asks. */
  isKeyOfAccount(accountId: string, publicKey: string): Promise<boolean>;
  /**
   * Creates `newAccountId` with one full-access key. A name below the connected account's is
   * created directly, any other through its top-level account's `create_account`.
   */
  createAccount(it: {
    newAccountId: string;
    publicKey: string;
    initialYocto: bigint;
  }): Promise<Outcome>;
  /** Adds a key that can do nothing but call `methods` of the contract, without deposits. */
  addFunctionCallKey(it: {
    publicKey: string;
    methods: readonly string[];
    allowanceYocto?: bigint;
  }): Promise<Outcome>;
  /** Takes a key of the connected account away: a lost machine can sign nothing more. */
  deleteKey(it: { publicKey: string }): Promise<Outcome>;
  /** All keys of an account and what each may do. */
  listKeys(accountId: string): Promise<KeyView[]>;
  /**
   * Deploys to the connected account and, in the same transaction, calls `init`: a contract is
   * never on chain without its owner's settings.
   */
  deployContract(it: {
    code: Uint8Array;
    init?: { method: string; args: object };
  }): Promise<Outcome>;
  transfer(it: { to: string; amountYocto: bigint }): Promise<Outcome>;
}

/** The code hash of an account without a contract. */
export const noCode = '11111111111111111111111111111111';

export function accountCalls(connection: Connection): AccountCalls {
  const { provider } = connection;

  const viewAccount = async (accountId: string) => {
    try {
      const view = await connection.ask('view_account', () => provider.viewAccount({ accountId }));
      return {
        accountId,
        amountYocto: view.amount,
        lockedYocto: view.locked,
        storageBytes: view.storage_usage,
        codeHash: view.code_hash === noCode ? null : view.code_hash,
      };
    } catch (error) {
      if (causeOf(error) instanceof AccountDoesNotExistError) return null;
      throw error;
    }
  };

  const keyStanding = async (accountId: string, publicKey: string): Promise<KeyStanding> => {
    const key = parsePublicKey(publicKey);
    try {
      const view = await connection.ask('view_access_key', () =>
        provider.viewAccessKey({ accountId, publicKey: key }),
      );
      return view.permission === 'FullAccess' ? 'full-access' : 'function-call';
    } catch (error) {
      const cause = causeOf(error);
      if (cause instanceof AccessKeyDoesNotExistError) return null;
      if (cause instanceof AccountDoesNotExistError) return null;
      throw error;
    }
  };

  return {
    viewAccount,
    keyStanding,
    isKeyOfAccount: async (accountId, publicKey) =>
      (await keyStanding(accountId, publicKey)) !== null,

    createAccount: async ({ newAccountId, publicKey, initialYocto }) => {
      const key = parsePublicKey(parseAccountId(newAccountId) && publicKey);
      if (newAccountId.endsWith(`.${connection.accountId}`)) {
        const steps = [
          actions.createAccount(),
          actions.transfer(initialYocto),
          actions.addFullAccessKey(key),
        ];
        return connection.send(newAccountId, steps, 'create_account');
      }
      const registrar = newAccountId.slice(newAccountId.lastIndexOf('.') + 1);
      const args = { new_account_id: newAccountId, new_public_key: key.toString() };
      const step = actions.functionCall('create_account', args, 60n * teraGas, initialYocto);
      return connection.send(registrar, [step], 'create_account');
    },

    addFunctionCallKey: async ({ publicKey, methods, allowanceYocto }) => {
      const step = actions.addFunctionCallAccessKey(
        parsePublicKey(publicKey),
        connection.contract,
        [...methods],
        allowanceYocto,
      );
      return connection.send(connection.requireAccount(), [step], 'add_key');
    },

    deleteKey: async ({ publicKey }) => {
      const step = actions.deleteKey(parsePublicKey(publicKey));
      return connection.send(connection.requireAccount(), [step], 'delete_key');
    },

    listKeys: async (accountId) => {
      const { keys } = await connection.ask('view_access_key_list', () =>
        provider.viewAccessKeyList({ accountId }),
      );
      return keys.map(({ public_key: publicKey, access_key: { permission } }) => {
        if (typeof permission === 'string') {
          return { publicKey, mayCall: null, methods: [], allowanceYocto: null };
        }
        const { FunctionCall: call } = permission as unknown as { FunctionCall: CallPermission };
        return {
          publicKey,
          mayCall: call.receiver_id,
          methods: call.method_names,
          allowanceYocto: call.allowance === null ? null : BigInt(call.allowance),
        };
      });
    },

    deployContract: async ({ code, init }) => {
      connection.signer();
      const steps = [actions.deployContract(code)];
      if (init) {
        const args = init.args as Record<string, unknown>;
        steps.push(actions.functionCall(init.method, args, 150n * teraGas, 0n));
      }
      return connection.send(connection.accountId!, steps, init?.method ?? 'deploy');
    },

    transfer: async ({ to, amountYocto }) =>
      connection.send(parseAccountId(to), [actions.transfer(amountYocto)], 'transfer'),
  };
}

export interface KeyText {
  readonly publicKey: string;
  readonly secretKey: string;
}

/** A fresh ed25519 key pair, from the platform's randomness. */
export function createKey(): KeyText {
  return describeKey(KeyPair.fromRandom('ed25519'));
}

/** The pair that `secretKey` belongs to. Error: `BAD_SECRET_KEY` (never quoting it). */
export function keyFromSecret(secretKey: string): KeyText {
  try {
    return describeKey(KeyPair.fromString(secretKey as KeyPairString));
  } catch {
    throw new DaoError({
      code: 'BAD_SECRET_KEY',
      facts: 'the secret key is not "ed25519:" and base58 text',
    });
  }
}

/** NEAR's own rule for account ids: 2 to 64 of `a-z 0-9 - _ .`, separators between others only. */
export function parseAccountId(text: string): string {
  const pattern = /^[a-z\d]+(?:[-_][a-z\d]+)*(?:\.[a-z\d]+(?:[-_][a-z\d]+)*)*$/;
  if (text.length >= 2 && text.length <= 64 && pattern.test(text)) return text;
  throw new DaoError({
    code: 'BAD_ACCOUNT_ID',
    facts: `${JSON.stringify(text.slice(0, 80))} is not an account id`,
    remedy: 'use 2 to 64 of a-z, 0-9, "-", "_" and "."',
  });
}

function describeKey(pair: KeyPair): KeyText {
  return { publicKey: pair.getPublicKey().toString(), secretKey: pair.toString() };
}

function parsePublicKey(text: string): PublicKey {
  try {
    return PublicKey.fromString(text);
  } catch {
    throw new DaoError({
      code: 'BAD_PUBLIC_KEY',
      facts: `${JSON.stringify(text.slice(0, 80))} is not a public key`,
      remedy: 'write it as "ed25519:" and base58 text',
    });
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
