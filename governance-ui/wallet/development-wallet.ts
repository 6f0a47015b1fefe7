/**
 * A wallet for a local network only, whose money is play: `network up` writes the keys of its accounts
 * beside the pages, under a name that only its own link tells. It asks before each signature like any
 * other wallet, so that what is tried here goes as it goes there.
 */
import { connect } from '@commonweights/dao-contracts/client/client.js';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { walletRefused } from '@commonweights/dao-contracts/client/wallet.js';
import type { Door } from '../reading/door.js';
import { isWalletToken, walletFileName } from './wallet-file.js';
import type { Wallet, WalletRequest } from './wallet.js';

export const developmentWalletId = 'development';

/** Shows a request to whoever sits there; whether it may be signed. */
export type AskOwner = (request: WalletRequest) => Promise<boolean>;

/** Errors: `NO_WALLET_FILE`, `NOT_LOCAL`. */
export async function openDevelopmentWallet(
  door: Door,
  it: { token: string; pageUrl: string; ask: AskOwner },
): Promise<Wallet> {
  const { network, contract } = door.client;
  if (network.name !== 'localnet') {
    throw new DaoError({
      code: 'NOT_LOCAL',
      facts: `the development wallet keeps keys in the open, and this is ${network.name}`,
      remedy: 'use a wallet of your own',
    });
  }
  const keys = await fetchKeys(it.token, it.pageUrl);
  const names = keys.map(({ accountId }) => accountId);
  return {
    id: developmentWalletId,
    name: 'Development wallet',
    connect: async () => names,
    accounts: async () => names,
    send: async (request) => {
      const account = keys.find(({ accountId }) => accountId === request.accountId);
      if (!account) throw noKey(request.accountId);
      if (!(await it.ask(request))) throw walletRefused();
      const { onSent } = request;
      const { connection } = connect({ network, contract, account, onSigned: onSent });
      const sent = await connection.send(request.receiver, [...request.actions], 'a transaction');
      return sent.transactionHash;
    },
    disconnect: async () => {},
  };
}

async function fetchKeys(token: string, pageUrl: string): Promise<AccountKey[]> {
  const missing = (why: string) =>
    new DaoError({
      code: 'NO_WALLET_FILE',
      facts: `there is no development wallet under this link (${why})`,
      remedy: 'open the link that "commonweights network up" prints',
    });
  if (!isWalletToken(token)) throw missing('it is not one');
  const response = await fetch(new URL(walletFileName(token), pageUrl), { cache: 'no-store' });
  if (!response.ok) throw missing(`the server answered ${response.status}`);
  const json = (await response.json()) as { accounts?: unknown };
  const accounts = Array.isArray(json.accounts) ? (json.accounts as Partial<AccountKey>[]) : [];
  const keys = accounts.filter(
    (one): one is AccountKey =>
      typeof one.accountId === 'string' && typeof one.secretKey === 'string',
  );
  if (keys.length === 0) throw missing('it holds no accounts');
  return keys;
}

function noKey(accountId: string): DaoError {
  return new DaoError({
    code: 'NO_WALLET_ACCOUNT',
    facts: `the development wallet has no key of ${accountId}`,
    remedy: 'choose one of its accounts',
  });
}
