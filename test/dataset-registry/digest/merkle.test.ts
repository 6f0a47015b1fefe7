import { expect } from 'chai';
import { ProvingTree } from '@commonweights/dataset-registry/digest/proving-tree.js';
import fc from 'fast-check';
import {
  digestOf,
  digestBytes,
  sha256,
  type Digest,
} from '@commonweights/dataset-registry/digest/digest.js';
import {
  digestTreeRoot,
  proveDigest,
  verifyDigest,
} from '@commonweights/dataset-registry/digest/digest-tree.js';
import {
  merkleRoot,
  proveInclusion,
  verifyInclusion,
} from '@commonweights/dataset-registry/digest/merkle.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const leaf = fc.uint8Array({ maxLength: 40 });
const tree = fc
  .array(leaf, { minLength: 1, maxLength: 40 })
  .chain((leaves) => fc.tuple(fc.constant(leaves), fc.nat({ max: leaves.length - 1 })));

/** The recursive definition of RFC 6962, section 2.1, word for word. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return sha256(Uint8Array.from([0, ...leaves[0]!]));
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)].map(rootByDefinition);
  return sha256(Uint8Array.from([1, ...left!, ...right!]));
}

describe('Merkle trees', () => {
  it('have the roots of the Certificate Transparency test vectors', () => {
    const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657'].concat(
      '606162636465666768696a6b6c6d6e6f',
    );
    const leaves = inputs.map((text) => new Uint8Array(Buffer.from(text, 'hex')));
    const roots: [number, string][] = [
      [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
      [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
      [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
      [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
      [7, 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
      [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
    ];
    for (const [size, root] of roots) {
      expect(hex(merkleRoot(leaves.slice(0, size), sha256)), `${size}`).to.equal(root);
    }
  });

  it('have the root that RFC 6962 defines, for every size', () => {
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 70 }), (leaves) => {
        expect(hex(merkleRoot(leaves, sha256))).to.equal(hex(rootByDefinition(leaves)));
      }),
    );
  });

  it('prove each of their leaves, with few nodes', () => {
    fc.assert(
      fc.property(tree, ([leaves, index]) => {
        const proof = proveInclusion(leaves, index, sha256);
        const root = merkleRoot(leaves, sha256);
        const claim = { leaf: leaves[index]!, index, size: leaves.length, proof, root };
        expect(verifyInclusion(claim, sha256)).to.equal(true);
        expect(proof.length).to.be.at.most(Math.ceil(Math.log2(leaves.length)));
      }),
    );
  });

  it('prove no other leaf, index, root or proof, and no larger tree', () => {
    fc.assert(
      fc.property(tree, leaf, fc.nat(50), fc.nat(255), (given, other, place, bit) => {
        const [leaves, index] = given;
        const proof = proveInclusion(leaves, index, sha256);
        const root = merkleRoot(leaves, sha256);
        const claim = { leaf: leaves[index]!, index, size: leaves.length, proof, root };
        const refused = (changes: Partial<typeof claim>): void =>
          expect(verifyInclusion({ ...claim, ...changes }, sha256)).to.equal(false) as never;
        if (hex(other) !== hex(claim.leaf)) refused({ leaf: other });
        if (place !== index && hex(leaves[place] ?? ([] as never)) !== hex(claim.leaf)) {
          refused({ index: place });
        }
        const flipped = root.slice();
        flipped[bit >> 3]! ^= 1 << (bit & 7);
        refused({ root: flipped });
        refused({ proof: [...proof, root] });
        if (proof.length > 0) {
          refused({ proof: proof.slice(1) });
          refused({ proof: proof.map((node, i) => (i === place % proof.length ? root : node)) });
        }
        refused({ size: leaves.length * 2 + 2 });
      }),
    );
  });

  it('take no inner node for a leaf, and no last leaf twice for once', () => {
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 2, maxLength: 40 }), (leaves) => {
        const root = merkleRoot(leaves, sha256);
        // CVE-2012-2459: trees that fill up a level with its last node.
        expect(hex(merkleRoot([...leaves, leaves.at(-1)!], sha256))).to.not.equal(hex(root));
        // A second preimage: the two halves of the tree, offered as a tree of two leaves.
        const split = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
        const halves = [leaves.slice(0, split), leaves.slice(split)].map((half) =>
          merkleRoot(half, sha256),
        );
        const joined = Uint8Array.from([...halves[0]!, ...halves[1]!]);
        expect(hex(merkleRoot(halves, sha256))).to.not.equal(hex(root));
        for (const forged of [joined, Uint8Array.from([1, ...joined])]) {
          expect(hex(merkleRoot([forged], sha256))).to.not.equal(hex(root));
          const claim = { leaf: forged, index: 0, size: 1, proof: [], root };
          expect(verifyInclusion(claim, sha256)).to.equal(false);
        }
      }),
    );
  });

  it('do not bind their size: one proof fits three leaves, and four of which two are unknown', () => {
    const leaves = [1, 2, 3].map((byte) => Uint8Array.of(byte));
    const root = merkleRoot(leaves, sha256);
    const claim = { leaf: leaves[0]!, index: 0, proof: proveInclusion(leaves, 0, sha256), root };
    expect(verifyInclusion({ ...claim, size: 3 }, sha256)).to.equal(true);
    expect(verifyInclusion({ ...claim, size: 4 }, sha256)).to.equal(true);
  });

  it('answer false, and never throw, for claims that make no sense', () => {
    const good = {
      leaf: new Uint8Array(1),
      index: 0,
      size: 1,
      proof: [],
      root: new Uint8Array(32),
    };
    const numbers = [-1, 0.5, NaN, Infinity, 2 ** 53, 2 ** 32];
    for (const index of numbers)
      expect(verifyInclusion({ ...good, index }, sha256)).to.equal(false);
    for (const size of numbers.concat(0)) {
      expect(verifyInclusion({ ...good, size }, sha256)).to.equal(false);
    }
    const short = { ...good, size: 2, proof: [new Uint8Array(31)] };
    expect(verifyInclusion(short, sha256)).to.equal(false);
  });

  it('refuse to prove a leaf that they do not have', () => {
    for (const index of [-1, 1, 0.5, NaN]) {
      expect(() => proveInclusion([new Uint8Array(1)], index, sha256)).to.throw(/^BAD_LEAF_INDEX/);
    }
  });

  it('over digests use their raw bytes as leaves', () => {
    const digests = [1, 2, 3].map((byte) => digestOf(Uint8Array.of(byte)));
    const root = digestTreeRoot(digests);
    expect(hex(digestBytes(root))).to.equal(hex(merkleRoot(digests.map(digestBytes), sha256)));
    const claim = { leaf: digests[1]!, index: 1, size: 3, proof: proveDigest(digests, 1), root };
    expect(verifyDigest(claim)).to.equal(true);
    expect(verifyDigest({ ...claim, leaf: digests[0]! })).to.equal(false);
  });
});

describe('a tree over a list that goes by once', () => {
  it('has the root and the proof of the whole list', () => {
    const sizes = [1, 3, 1_023, 1_024, 1_025, 2_049, 3_333];
    const leaves = Array.from({ length: 3_333 }, (_, i) =>
      digestOf(new Uint8Array(new Uint32Array([i]).buffer)),
    );
    for (const size of sizes) {
      const list = leaves.slice(0, size);
      for (const index of new Set([size >> 1, size - 1])) {
        const tree = new ProvingTree(list[index]!);
        for (const leaf of list) tree.add(leaf);
        expect(tree.root(), `${size}`).to.equal(digestTreeRoot(list));
        expect(tree.proof(), `${index} of ${size}`).to.deep.equal({
          index,
          proof: proveDigest(list, index),
        });
      }
    }
  });

  it('has no proof of a leaf that did not come by, and that of the first of equal ones', () => {
    const [a, b] = [1, 2].map((byte) => digestOf(Uint8Array.of(byte))) as [Digest, Digest];
    const tree = new ProvingTree(b);
    expect(tree.root()).to.equal(digestTreeRoot([]));
    tree.add(a);
    expect(tree.proof()).to.equal(null);
    tree.add(b);
    tree.add(b);
    expect(tree.proof()).to.deep.equal({ index: 1, proof: proveDigest([a, b, b], 1) });
  });
});
