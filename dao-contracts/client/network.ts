/**
 * Which chain a client talks to. The same contract runs on all three; only the address of a node
 * and the accounts differ, so a network is a name (it picks the folder of keys) and an RPC URL.
 */
import { DaoError } from './errors.js';

export type NetworkName = 'localnet' | 'testnet' | 'mainnet';

export interface Network {
  readonly name: NetworkName;
  readonly rpcUrl: string;
}

/** Public nodes without a key, and the port on which the embedded node listens by default. */
const presets: Readonly<Record<NetworkName, Network>> = {
  localnet: { name: 'localnet', rpcUrl: 'http://127.0.0.1:3030' },
  testnet: { name: 'testnet', rpcUrl: 'https://rpc.testnet.fastnear.com' },
  mainnet: { name: 'mainnet', rpcUrl: 'https://rpc.mainnet.fastnear.com' },
};

/** The preset `name`, with another node's address where one is given. */
export function networkNamed(name: string, rpcUrl?: string): Network {
  if (!Object.hasOwn(presets, name)) {
    throw new DaoError({
      code: 'UNKNOWN_NETWORK',
      facts: `"${name}" is not a network`,
      remedy: `use one of ${Object.keys(presets).join(', ')}`,
    });
  }
  const preset = presets[name as NetworkName];
  return rpcUrl === undefined ? preset : { name: preset.name, rpcUrl: parseRpcUrl(rpcUrl) };
}

function parseRpcUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return text;
  throw new DaoError({
    code: 'BAD_RPC_URL',
    facts: `"${text}" is not an http or https address`,
    remedy: `write it like ${presets.localnet.rpcUrl}`,
  });
}
