/** Whom a worker asks: what the page learned from the network file, as it is sent to a worker. */
import type { ConnectionOptions } from '@commonweights/dao-contracts/client/connection.js';
import { networkNamed } from '@commonweights/dao-contracts/client/network.js';
import type { Door } from '../reading/door.js';

export interface Address {
  readonly network: string;
  readonly rpcUrl: string;
  readonly contract: string;
  readonly registry: string;
  readonly mirrors: readonly string[];
}

export function addressOf({ client, registry, mirrors }: Door): Address {
  const { network, contract } = client;
  return { network: network.name, rpcUrl: network.rpcUrl, contract, registry, mirrors };
}

export function networkOf(
  address: Address,
): Pick<ConnectionOptions, 'network' | 'contract' | 'requestTimeoutMs'> {
  const { network, rpcUrl, contract } = address;
  return { network: networkNamed(network, rpcUrl), contract, requestTimeoutMs: 20_000 };
}
