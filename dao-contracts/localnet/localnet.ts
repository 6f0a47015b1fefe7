/**
 * A NEAR node in one process, for development, tests and the main job: the same contracts and the
 * same clients run against it as against testnet and mainnet. It has no peers and no consensus;
 * whoever runs it decides what is true.
 */
import { deriveKey } from './keys.js';
import { isAccountId } from './protocol/account-id.js';
import { limits } from './protocol/parameters.js';
import { Chain } from './runtime/chain.js';
import type { Supply } from './runtime/ledger.js';
import type { RpcError } from './rpc/rpc-error.js';
import { serveRpc } from './rpc/server.js';
import { decodeStateRecords } from './rpc/state-records.js';

export interface LocalnetOptions {
  /** Genesis keys, and on the logical clock everything else, follow from it. */
  seed: string;
  /** Where the chain is kept; without it, in memory only. */
  dataDir?: string;
  /** 0 (the default): any free port. */
  port?: number;
  /** `logical` (the default): fixed start, one second per block. `system`: the wall's time. */
  clock?: 'logical' | 'system';
  rootAccount?: string;
  /** A new chain begins with these records of nearcore's genesis files, too. */
  records?: unknown;
  /** Asked for its height, an idle node makes a block now and then, as the network does. */
  keepsPace?: boolean;
  /** The most gas one transaction may attach: 300 Tgas, which every network and wallet takes. */
  maxAttachedGas?: number;
  /** The most gas a view may burn: 300 Tgas, which nodes of every version allow. */
  maxViewGas?: number;
}

export interface Localnet {
  url: string;
  rootAccount: string;
  /** Bytes of an unfinished block that a kill had left behind, and that were cut off. */
  cutBytes: number;
  /** `ed25519:…`: the key of the account that owns everything at genesis. */
  rootSecretKey: string;
  /** Moves the chain's clock forward, by a block of its own. */
  fastForward(durationMs: number): Promise<void>;
  supply(): Supply;
  /** Finishes what is under way and closes the data directory. */
  stop(): Promise<void>;
}

export async function startLocalnet(options: LocalnetOptions): Promise<Localnet> {
  const { seed, dataDir, port = 0, clock = 'logical', rootAccount = 'local' } = options;
  const { maxAttachedGas = limits.defaultAttachedGas, maxViewGas = limits.defaultViewGas } =
    options;
  if (!isAccountId(rootAccount)) {
    throw new Error(`BAD_ACCOUNT: "${rootAccount}" cannot be the root account; use "local"`);
  }
  const records = readRecords(options.records);
  const chain = new Chain({
    ...{ seed, clock, rootAccount, maxAttachedGas, maxViewGas, records, dataDir: dataDir ?? null },
  });
  let stopping: Promise<void> | null = null;
  try {
    const server = await serveRpc(chain, port, options.keepsPace ?? false);
    return {
      url: server.url,
      rootAccount,
      cutBytes: chain.cutBytes,
      rootSecretKey: deriveKey(seed, rootAccount).secretKey,
      fastForward: async (durationMs) => {
        if (!Number.isSafeInteger(durationMs) || durationMs < 0) {
          throw new Error(`BAD_DURATION: ${durationMs} is not a number of milliseconds`);
        }
        chain.fastForward(BigInt(durationMs) * 1_000_000n, 1);
      },
      supply: () => {
        chain.requireSound();
        return chain.ledger.supply();
      },
      stop: () => (stopping ??= server.close().then(() => chain.stop())),
    };
  } catch (error) {
    await chain.stop();
    throw error;
  }
}

function readRecords(json: unknown): ReturnType<typeof decodeStateRecords> {
  try {
    return json === undefined ? [] : decodeStateRecords(json);
  } catch (error) {
    throw new Error(`BAD_RECORDS: ${String((error as RpcError).data)}`, { cause: error });
  }
}
