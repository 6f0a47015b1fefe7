/**
 * An Ethereum wallet in the browser, for one thing only: to sign a statement that the DAO's contract
 * checks. It speaks the wallets' own interface (EIP-1193, found by EIP-6963), of which typed data is
 * one request; a library would bring a hundred kilobytes for it.
 */
import { typedData, type SignedStatement } from '@commonweights/dao-contracts/rules/attestation.js';
import { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { walletRefused } from '@commonweights/dao-contracts/client/wallet.js';

export interface EthereumProvider {
  request(it: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

const announceMs = 200;

/** The first that comes forward; null: none is there. */
export async function findEthereumWallet(): Promise<EthereumProvider | null> {
  const announced = new Promise<EthereumProvider | null>((resolve) => {
    const hear = (event: Event) => {
      const { provider } = (event as CustomEvent<{ provider?: EthereumProvider }>).detail ?? {};
      if (typeof provider?.request === 'function') resolve(provider);
    };
    addEventListener('eip6963:announceProvider', hear);
    dispatchEvent(new Event('eip6963:requestProvider'));
    setTimeout(() => {
      removeEventListener('eip6963:announceProvider', hear);
      resolve(null);
    }, announceMs);
  });
  const { ethereum } = globalThis as { ethereum?: EthereumProvider };
  return (await announced) ?? (typeof ethereum?.request === 'function' ? ethereum : null);
}

/** Errors: `WALLET_REFUSED`, `WALLET_FAILED`, `NO_WALLET_ACCOUNT`. */
export async function signStatement(
  provider: EthereumProvider,
  it: Pick<SignedStatement, 'subject' | 'purpose' | 'evidence' | 'nonce' | 'deadlineMs'> & {
    contract: string;
  },
): Promise<SignedStatement> {
  const accounts = await ask(provider, { method: 'eth_requestAccounts' });
  const by = Array.isArray(accounts) ? String(accounts[0] ?? '').toLowerCase() : '';
  if (!/^0x[0-9a-f]{40}$/.test(by)) {
    throw new DaoError({
      code: 'NO_WALLET_ACCOUNT',
      facts: 'the Ethereum wallet showed no address',
      remedy: 'unlock it, and allow this page to see one',
    });
  }
  const { contract, purpose, subject, evidence, nonce, deadlineMs } = it;
  const message = {
    ...{ contract, purpose, subject, evidence: evidence ?? '' },
    ...{ nonce: `${nonce}`, deadlineMs: `${deadlineMs}` },
  };
  const asked = JSON.stringify({
    domain: typedData.domain,
    primaryType: 'Attestation',
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
      ],
      ...typedData.types,
    },
    message,
  });
  const given = await ask(provider, { method: 'eth_signTypedData_v4', params: [by, asked] });
  const signature = String(given).toLowerCase();
  if (!/^0x[0-9a-f]{130}$/.test(signature)) throw failed('it gave no signature');
  return { subject, purpose, evidence, nonce, deadlineMs, by, signature: withParity(signature) };
}

/** Some wallets end a signature in 0 or 1 where the contract reads 27 or 28. */
function withParity(signature: string): string {
  const v = parseInt(signature.slice(130), 16);
  return v < 2 ? `${signature.slice(0, 130)}${(v + 27).toString(16)}` : signature;
}

/** "User rejected the request", in EIP-1193's numbers. */
const rejectedCode = 4001;

async function ask(
  provider: EthereumProvider,
  request: Parameters<EthereumProvider['request']>[0],
): Promise<unknown> {
  try {
    return await provider.request(request);
  } catch (error) {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    if (code === rejectedCode || code === 'ACTION_REJECTED') throw walletRefused(error);
    throw failed(`it said "${String(message ?? error).slice(0, 200)}"`, error);
  }
}

function failed(what: string, cause?: unknown): DaoError {
  return new DaoError({
    code: 'WALLET_FAILED',
    facts: `the Ethereum wallet did not sign: ${what}`,
    remedy: 'look into the wallet, then try again',
    cause,
  });
}
