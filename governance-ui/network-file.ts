/**
 * What a page has to know before it can ask anybody anything: which chain, which contract, which
 * registry. The server that hands out the pages hands this out too, as `/network.json`; everything
 * else comes from the chain itself.
 */
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { networkNamed, type Network } from '@commonweights/dao-contracts/client/network.js';

export interface NetworkFile {
  /** `localnet`, `testnet` or `mainnet`. */
  readonly network: string;
  readonly rpcUrl: string;
  /** Account of the DAO contract. */
  readonly contract: string;
  /** Where blobs are fetched from, and uploaded to. */
  readonly registry: string;
  /** Who else has the blobs, should the registry be silent, lack one or lie. */
  readonly mirrors?: readonly string[];
  /** Where a registry tells what is new; without it the pages ask again and again. */
  readonly events?: string;
  /** The code that other DAOs are founded with here; without it, what the contract itself runs. */
  readonly code?: Digest;
}

/** Each costs a wait when all are gone. */
const mirrorsMax = 8;

export const networkFileName = 'network.json';

export interface PageNetwork {
  readonly network: Network;
  readonly contract: string;
  readonly registry: string;
  readonly mirrors: readonly string[];
  readonly events: string | null;
  readonly code: Digest | null;
}

/** Errors: `BAD_NETWORK_FILE`, `UNKNOWN_NETWORK`, `BAD_RPC_URL`. */
export function decodeNetworkFile(json: unknown): PageNetwork {
  const it = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  const { network, rpcUrl, contract, registry, events = null, code = null } = it;
  const texts = [network, rpcUrl, contract, registry, ...(events === null ? [] : [events])];
  if (!texts.every((text) => typeof text === 'string' && text !== '' && text.length <= 500)) {
    throw new Error(
      `BAD_NETWORK_FILE: ${networkFileName} does not name network, rpcUrl, contract and registry; ` +
        'start the server again with "commonweights network up"',
    );
  }
  if (code !== null && !isDigest(code)) {
    throw new Error(
      `BAD_NETWORK_FILE: the code of ${networkFileName} is no digest; write "sha256:" and 64 ` +
        'hex digits, or leave it out',
    );
  }
  return {
    code,
    mirrors: decodeMirrors(it['mirrors'] ?? []),
    network: networkNamed(network as string, rpcUrl as string),
    contract: contract as string,
    registry: registry as string,
    events: events as string | null,
  };
}

function decodeMirrors(it: unknown): string[] {
  const isAddress = (one: unknown) =>
    typeof one === 'string' && one.length <= 500 && /^https?:\/\//.test(one) && URL.canParse(one);
  if (Array.isArray(it) && it.length <= mirrorsMax && it.every(isAddress)) {
    return it.map((one: string) => one.replace(/\/+$/, ''));
  }
  throw new Error(
    `BAD_NETWORK_FILE: the mirrors of ${networkFileName} are no list of at most ${mirrorsMax} ` +
      'addresses; write them like "https://mirror.example.org", or leave them out',
  );
}
