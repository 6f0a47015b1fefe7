/**
 * Every byte of every small file of a release, flipped: no offset is left to a sample. What tells is the
 * file's digest, so only the claim about bytes is asked, of a release that is otherwise as it was.
 */
import { describeFile } from '@commonweights/dataset-registry/digest/chunk-list.js';
import { checkBytes } from '@commonweights/trainer/release/check-bytes.js';
import { seeWhole } from '@commonweights/trainer/release/material.js';
import type { Outcome } from './mutation-bench.js';
import { diloco, smallRelease, sparse } from './small-release.js';

const KIND = 'each byte of each small file';
/** All but weights and momentum of the small release. */
const smallBytesMax = 6_000;

export function* flipEveryByte(bit: (offset: number) => number): Generator<Outcome> {
  for (const outer of [sparse, diloco]) {
    const { files, built, facts } = smallRelease(outer);
    const { manifest, digest: manifestDigest } = built;
    const material = seeWhole({ files, manifest, manifestDigest, chain: facts });
    for (const [path, bytes] of files) {
      if (bytes.length > smallBytesMax) continue;
      const flipped = bytes.slice();
      for (let at = 0; at < bytes.length; at++) {
        flipped[at] = bytes[at]! ^ (1 << (bit(at) & 7));
        const { file } = describeFile(path, flipped, manifest.chunkBytes);
        const { size, digest, chunks } = file;
        const seen = new Map(material.seen).set(path, { size, digest, chunks });
        const { status, code } = checkBytes({ ...material, seen });
        yield { kind: KIND, code: status === 'pass' ? null : code, what: `${path} at ${at}` };
        flipped[at] = bytes[at]!;
      }
    }
  }
}
