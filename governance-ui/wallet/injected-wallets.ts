/**
 * Wallets that a browser's extension puts into the page, by the interface of NEAR Connect: the page
 * says that it is ready, each wallet answers with an object of methods. Nothing is loaded for it, so
 * the pages' policy stays as strict as it is (docs/decisions/083).
 */
import { DaoError, isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { walletRefused } from '@commonweights/dao-contracts/client/wallet.js';
import { connectorActionsOf, type ConnectorAction } from './connector-action.js';
import type { Wallet } from './wallet.js';

type PublicNetwork = 'mainnet' | 'testnet';

/** The part of an injected wallet that the pages use; all of it is a stranger's word. */
export interface InjectedWallet {
  readonly manifest: { readonly id: string; readonly name: string };
  signIn(it: { network: PublicNetwork }): Promise<readonly { accountId: string }[]>;
  getAccounts(it: { network: PublicNetwork }): Promise<readonly { accountId: string }[]>;
  signOut(it: { network: PublicNetwork }): Promise<void>;
  signAndSendTransaction(it: {
    network: PublicNetwork;
    signerId: string;
    receiverId: string;
    actions: readonly ConnectorAction[];
  }): Promise<unknown>;
}

const walletsMax = 20;
const nameCharsMax = 40;
const accountsMax = 50;
const accountPattern = /^[a-z\d._-]{2,64}$/;

/** Tells of each wallet as it appears; returns how to stop listening. */
export function findInjectedWallets(
  network: PublicNetwork,
  tell: (wallet: Wallet) => void,
  target: EventTarget = window,
): () => void {
  const known = new Set<string>();
  const hear = (event: Event) => {
    const injected = (event as CustomEvent<InjectedWallet>).detail;
    const manifest: unknown = injected?.manifest;
    const { id, name } = (manifest ?? {}) as { id?: unknown; name?: unknown };
    if (typeof id !== 'string' || typeof name !== 'string' || id.length > nameCharsMax) return;
    if (known.has(id) || known.size >= walletsMax) return;
    known.add(id);
    tell(walletOf(injected, { network, id, name: name.slice(0, nameCharsMax) }));
  };
  target.addEventListener('near-wallet-injected', hear);
  target.dispatchEvent(new Event('near-selector-ready'));
  return () => target.removeEventListener('near-wallet-injected', hear);
}

function walletOf(
  injected: InjectedWallet,
  { network, id, name }: { network: PublicNetwork; id: string; name: string },
): Wallet {
  return {
    id: `injected ${id}`,
    name,
    connect: async () => {
      const accounts = accountsOf(await asked(name, () => injected.signIn({ network })));
      if (accounts.length > 0) return accounts;
      throw new DaoError({
        code: 'NO_WALLET_ACCOUNT',
        facts: `${name} showed no account on ${network}`,
        remedy: `create or import one there, and set it to ${network}`,
      });
    },
    accounts: async () =>
      accountsOf(await asked(name, () => injected.getAccounts({ network })).catch(() => [])),
    send: async ({ accountId: signerId, receiver: receiverId, actions }) => {
      const json = connectorActionsOf(actions);
      const it = { network, signerId, receiverId, actions: json };
      return hashOf(name, await asked(name, () => injected.signAndSendTransaction(it)));
    },
    disconnect: () => asked(name, () => injected.signOut({ network })),
  };
}

/**
 * Wallets say no in words of their own. "Closed" and "rejected" are also words of the chain and of
 * connections that broke when something was sent already: only who said it makes them a no.
 */
const refusals =
  /user.{0,20}(reject|denied|declin|cancel|refus|clos|abort)|(reject|denied|declin|cancel|refus|clos|abort)\w* by (the )?user|(request|transaction) (was )?cancel|(popup|window) (was )?closed/i;
const ofTheContract = /\b[A-Z]+(_[A-Z]+)+\b/;

async function asked<T>(name: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isDaoError(error)) throw error;
    const said = textOf(error);
    if (refusals.test(said) && !ofTheContract.test(said)) throw walletRefused(error);
    throw new DaoError({
      code: 'WALLET_FAILED',
      facts: `${name} said "${said.slice(0, 200)}"`,
      remedy: 'look into the wallet, then try again',
      cause: error,
    });
  }
}

function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

function accountsOf(given: unknown): string[] {
  if (!Array.isArray(given)) return [];
  return given
    .slice(0, accountsMax)
    .map((one: unknown) => (one as { accountId?: unknown } | null)?.accountId)
    .filter((one): one is string => typeof one === 'string' && accountPattern.test(one));
}

/** Of the outcome that wallets return; some wrap it in a list. */
function hashOf(name: string, outcome: unknown): string {
  const one: unknown =
    (outcome as { transactions?: unknown[] } | null)?.transactions?.[0] ?? outcome;
  const { transaction } = (one ?? {}) as { transaction?: { hash?: unknown } };
  const hash = transaction?.hash;
  if (typeof hash === 'string' && /^[1-9A-HJ-NP-Za-km-z]{32,60}$/.test(hash)) return hash;
  throw new DaoError({
    code: 'WALLET_FAILED',
    facts: `${name} returned no transaction`,
    remedy: 'look into the wallet whether it was sent, before trying again',
  });
}
