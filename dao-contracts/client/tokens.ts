/**
 * Tokens (NEP-141) in the DAO's treasury: giving them, what an account can claim of them, and
 * claiming. What concerns the token itself is asked of the token's own contract.
 */
import { actions } from 'near-api-js';
import { teraGas, type Connection } from './connection.js';
import { DaoError, isDaoError } from './errors.js';
import { formatNear } from './near-amount.js';
import type { TokenView } from './views.js';

/** NEP-148. */
export interface TokenMetadata {
  readonly name: string;
  readonly symbol: string;
  readonly decimals: number;
}

export interface TokenCalls {
  /** Every token that the DAO ever accepted; with `account`, also what it can claim. */
  listTokens(it?: { account?: string }): Promise<TokenView[]>;
  getTokenMetadata(it: { token: string }): Promise<TokenMetadata>;
  /** By the token's own record, which covers the DAO's books. */
  getTokenBalance(it: { token: string; account: string }): Promise<bigint>;
  /**
   * Gives tokens to the treasury, and registers it with the token where it is the first to. Returns
   * how many it took: none of a token that it does not accept. Error: `REGISTRATION_TOO_DEAR`.
   */
  depositToken(it: { token: string; amountUnits: bigint }): Promise<bigint>;
  /**
   * Sends all that the caller was granted. Where the token does not know the caller yet, its
   * registration is paid for out of what this attaches; what is not needed comes back. Error:
   * `REGISTRATION_TOO_DEAR`.
   */
  claimToken(it: { token: string }): Promise<TokenClaimed>;
}

export interface TokenClaimed {
  readonly sent: boolean;
  readonly amountUnits: bigint;
  /** What would have to be attached, where too little was. */
  readonly needsYocto?: bigint | null;
}

/** A token's contract may be slow; what is not used comes back. */
const transferGas = 150n * teraGas;

/**
 * A token names the price of its own registration, and keeps it. What it covers is some hundred
 * bytes of storage, around 0.00125 NEAR; eighty times that is no price of storage any more.
 */
export const registrationMaxYocto = 10n ** 23n;

export function tokenCalls(connection: Connection): TokenCalls {
  const ask = <T>(token: string, method: string, args: object = {}) =>
    connection.viewOf<T>(token, method, args);
  return {
    listTokens: (it = {}) => connection.view('list_tokens', it),
    getTokenMetadata: ({ token }) => ask(token, 'ft_metadata'),
    getTokenBalance: async ({ token, account }) =>
      BigInt(await ask<string>(token, 'ft_balance_of', { account_id: account })),
    depositToken: async ({ token, amountUnits }) => {
      const { contract } = connection;
      const args = { receiver_id: contract, amount: `${amountUnits}`, msg: 'treasury' };
      const steps = [actions.functionCall('ft_transfer_call', args, transferGas, 1n)];
      const min = await registrationPrice(ask, { token, account_id: contract });
      if (min > 0n) {
        const registered = { account_id: contract, registration_only: true };
        steps.unshift(actions.functionCall('storage_deposit', registered, 30n * teraGas, min));
      }
      const { returned } = await connection.send(token, steps, 'ft_transfer_call');
      return BigInt(JSON.parse(returned) as string);
    },
    claimToken: async ({ token }) => {
      const account_id = connection.accountId!;
      const min = await registrationPrice(ask, { token, account_id });
      return connection.call(
        'claim_token',
        { token },
        { depositYocto: 1n + min, gas: 200n * teraGas },
      );
    },
  };
}

/**
 * 0 for a token that keeps no accounts (NEP-145), names no price, or knows this one. Error:
 * `REGISTRATION_TOO_DEAR`.
 */
async function registrationPrice(
  ask: <T>(token: string, method: string, args?: object) => Promise<T>,
  it: { token: string; account_id: string },
): Promise<bigint> {
  const minYocto = await namedPrice(ask, it);
  if (minYocto <= registrationMaxYocto) return minYocto;
  const { token, account_id } = it;
  const [price, most] = [formatNear(minYocto), formatNear(registrationMaxYocto)];
  throw new DaoError({
    code: 'REGISTRATION_TOO_DEAR',
    facts: `${token} wants ${price} to register ${account_id}, and this pays ${most} at most`,
    remedy: `pay it by calling "storage_deposit" of ${token} yourself if the tokens are worth it`,
  });
}

async function namedPrice(
  ask: <T>(token: string, method: string, args?: object) => Promise<T>,
  { token, account_id }: { token: string; account_id: string },
): Promise<bigint> {
  try {
    const balance = await ask<object | null>(token, 'storage_balance_of', { account_id });
    if (balance !== null) return 0n;
    const bounds = await ask<{ min?: unknown } | null>(token, 'storage_balance_bounds');
    const min = bounds?.min;
    return typeof min === 'string' && /^\d{1,39}$/.test(min) ? BigInt(min) : 0n;
  } catch (error) {
    if (isDaoError(error)) return 0n;
    throw error;
  }
}
