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

/** The peaks after more items. `count`: items before. Hex becomes bytes once, not at each join. */
export function appendItems(
  peaks: readonly string[],
  it: { items: readonly Digest[]; count: number },
  hash: Sha256,
): string[] {
  const nodes = peaks.map(bytesOf);
  let { count } = it;
  for (const item of it.items) {
    let node = hash(joined(0, [digestBytes(item)]));
    for (let rest = count++; rest % 2 === 1; rest = (rest - 1) / 2) {
      node = hash(joined(1, [nodes.pop()!, node]));
    }
    nodes.push(node);
  }
  return nodes.map((node) => formatDigest(node).slice(7));
}

export function rootOfPeaks(peaks: readonly string[], hash: Sha256): Digest {
  if (peaks.length === 0) return formatDigest(hash(new Uint8Array(0)));
  const nodes = peaks.map(bytesOf);
  return formatDigest(nodes.reduceRight((right, left) => hash(joined(1, [left, right]))));
}

/** A node's input: what kind it is of, then what it is over. */
function joined(kind: number, parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + 32 * parts.length);
  bytes[0] = kind;
  parts.forEach((part, i) => bytes.set(part, 1 + 32 * i));
  return bytes;
}

function bytesOf(hex: string): Uint8Array {
  return digestBytes(`sha256:${hex}` as Digest);
}
