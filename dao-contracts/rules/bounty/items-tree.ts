/**
 * The items root of a dataset that grows item by item: the roots of the full subtrees are kept, one
 * for each bit of the count, largest first.
 *
 * Law, tested: after any appends, `rootOfPeaks` is the `digestTreeRoot` of all items in order.
 */
import {
  digestBytes,
  formatDigest,
  type Digest,
  type Sha256,
} from '@commonweights/dataset-registry/digest/digest-text.js';

/** Half of the hex tells items apart as well as all of it: 128 bits. */
export function itemName(item: Digest): string {
  return item.slice(7, 39);
}

/** Changes `peaks`. `count`: items before. */
export function appendItem(
  peaks: string[],
  it: { item: Digest; count: number },
  hash: Sha256,
): void {
  let node = hexOf(hash(Uint8Array.of(0, ...digestBytes(it.item))));
  for (let rest = it.count; rest % 2 === 1; rest = (rest - 1) / 2) {
    node = join(peaks.pop()!, node, hash);
  }
  peaks.push(node);
}

export function rootOfPeaks(peaks: readonly string[], hash: Sha256): Digest {
  const root = peaks.reduceRight((right, left) => (right ? join(left, right, hash) : left), '');
  return root ? (`sha256:${root}` as Digest) : formatDigest(hash(new Uint8Array(0)));
}

function join(left: string, right: string, hash: Sha256): string {
  return hexOf(hash(Uint8Array.of(1, ...bytesOf(left), ...bytesOf(right))));
}

function bytesOf(hex: string): Uint8Array {
  return digestBytes(`sha256:${hex}` as Digest);
}

function hexOf(bytes: Uint8Array): string {
  return formatDigest(bytes).slice(7);
}
