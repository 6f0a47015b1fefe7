/**
 * Commands as a reader can paste them anywhere: they name the network, the contract and the registry
 * that the page itself reads, so that they never act on another DAO that the terminal happens to
 * know. Only who signs is left to fill in.
 */
import {
  networkNamed,
  type Network,
  type NetworkName,
} from '@commonweights/dao-contracts/client/network.js';

export interface Place {
  readonly network: Network;
  readonly contract: string;
  readonly registry: string;
}

/** `proposal vote 4 yes` → `npx commonweights proposal vote 4 yes --account you.near …`. */
export function commandLine(
  words: string,
  place: Place,
  it: { readonly signed: boolean } = { signed: false },
): string {
  const { network, contract, registry } = place;
  const { name, rpcUrl } = network;
  const flags = [
    ...(it.signed ? ['--account', readers[name]] : []),
    ...(name === 'localnet' ? [] : ['--network', name]),
    ...(rpcUrl === networkNamed(name).rpcUrl ? [] : ['--rpc', rpcUrl]),
    ...['--contract', contract, '--registry', registry],
  ];
  return `npx commonweights ${words} ${flags.map(quote).join(' ')}`;
}

const readers: Readonly<Record<NetworkName, string>> = {
  localnet: 'you.local',
  testnet: 'you.testnet',
  mainnet: 'you.near',
};

/** Addresses come from a file on the server: no shell may read more into them than text. */
function quote(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
