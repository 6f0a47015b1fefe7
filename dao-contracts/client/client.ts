/**
 * The door to the DAO for everything that is not the contract itself: the command line, workers,
 * the web pages. `connect` makes one object whose methods are the contract's calls and views, typed
 * by the rules' own types, with money as `bigint` and every failure as a `DaoError`. Platform-free:
 * it runs in a browser as in Node.
 */
import { accountCalls, type AccountCalls } from './accounts.js';
import { attestationCalls, type AttestationCalls } from './attestations.js';
import { bountyCalls, type BountyCalls } from './bounties.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { datasetCalls, type DatasetCalls } from './datasets.js';
import { governanceCalls, type GovernanceCalls } from './governance.js';
import { moneyCalls, type MoneyCalls } from './money.js';
import type { Network } from './network.js';
import { releaseCalls, type ReleaseCalls } from './releases.js';
import { roundCalls, type RoundCalls } from './rounds.js';
import { tokenCalls, type TokenCalls } from './tokens.js';
import { runCalls, type RunCalls } from './runs.js';
import { upgradeCalls, type UpgradeCalls } from './upgrades.js';

export interface DaoClient
  extends
    GovernanceCalls,
    DatasetCalls,
    BountyCalls,
    AttestationCalls,
    RunCalls,
    RoundCalls,
    ReleaseCalls,
    MoneyCalls,
    TokenCalls,
    UpgradeCalls,
    AccountCalls {
  readonly network: Network;
  readonly contract: string;
  /** Who signs; null for a client that only reads. */
  readonly accountId: string | null;
  /** The line itself, for calls that this client does not name. */
  readonly connection: Connection;
}

/** Nothing is sent before the first call. Errors: `BAD_SECRET_KEY`. */
export function connect(options: ConnectionOptions): DaoClient {
  const connection = new Connection(options);
  return {
    network: connection.network,
    contract: connection.contract,
    accountId: connection.accountId,
    connection,
    ...governanceCalls(connection),
    ...datasetCalls(connection),
    ...bountyCalls(connection),
    ...attestationCalls(connection),
    ...runCalls(connection),
    ...roundCalls(connection),
    ...releaseCalls(connection),
    ...moneyCalls(connection),
    ...tokenCalls(connection),
    ...upgradeCalls(connection),
    ...accountCalls(connection),
  };
}
