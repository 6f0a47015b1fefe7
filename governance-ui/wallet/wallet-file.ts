/** Where a local network leaves the keys of its accounts for the development wallet. */
import { taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';

/** Follows from the network's secret seed, so it stays the same, and nobody guesses it. */
export function walletTokenOf(seed: string): string {
  return taggedDigest('cw/local-network/wallet/1', [seed]).slice(7, 7 + 32);
}

export function isWalletToken(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

export function walletFileName(token: string): string {
  return `wallet-${token}.json`;
}
