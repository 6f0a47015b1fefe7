/** Whether a document was trained on, from a proof and a release's digest alone. */
import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { decodePacking } from '@commonweights/dataset-registry/transforms/packing.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import { findPlace, permute } from '@commonweights/trainer/data/permutation.js';
import {
  checkItemProof,
  type ItemVerdict,
  type ReleaseItemProof,
} from '@commonweights/trainer/release/item-proof.js';
import {
  decodeItemProof,
  encodeItemProof,
} from '@commonweights/trainer/release/item-proof-file.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import { proveItem } from '@commonweights/trainer/release/prove-item.js';
import { accepted, buildTrainedRelease, digests, items, lines } from './trained-release.js';

describe('a proof that a document was trained on', () => {
  const store = new MemoryStore();
  let release: Digest;
  let base: RunSpec;
  const prove = (i: number, withText = true) =>
    proveItem({ store, release, item: digests[i]!, line: withText ? lines[i] : undefined });
  const verdictOf = async (i: number) => checkItemProof(await prove(i), release);
  const refusal = (proof: ReleaseItemProof, of = release): string => {
    try {
      checkItemProof(proof, of);
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  };

  before(async () => {
    ({ release, spec: base } = await buildTrainedRelease(store));
  });

  it('finds each training of each document, and no other', async () => {
    const perSlice = base.inner.batchSize * base.inner.stepsPerRound;
    const { sequences: count, seed } = base.data;
    const perEpoch = Math.floor(count / perSlice);
    const seen = new Set<ItemVerdict['verdict']>();
    const { packing } = await prove(0);
    const { train, heldout, contextLength } = decodePacking(packing);
    for (const [i, item] of digests.entries()) {
      const found = await verdictOf(i);
      seen.add(found.verdict);
      const copies = train.items.filter((one) => one.item === item);
      expect(found.verdict === 'held-out').to.equal(heldout.items.some((one) => one.item === item));
      if (copies.length === 0) continue;
      // By going through all that was trained on, token by token.
      const places: object[] = [];
      for (const [slice, { round, seat, account, audited, tainted }] of accepted) {
        for (let row = 0; row < perSlice; row++) {
          const place = (slice % perEpoch) * perSlice + row;
          const epoch = Math.floor(slice / perEpoch);
          const sequence = permute({ count, seed, epoch }, place);
          const has = Array.from(
            { length: contextLength + 1 },
            (_, k) => sequence * contextLength + k,
          );
          const isIn = (token: number) =>
            copies.some(({ start, end }) => token >= start && token < end);
          if (!has.some(isIn)) continue;
          const { batchSize } = base.inner;
          const where = { step: Math.floor(row / batchSize), row: row % batchSize };
          places.push({ round, seat, account, slice, sequence, ...where, audited, tainted });
        }
      }
      expect([...found.places], `${i}`).to.have.deep.members(places);
      expect(found.verdict).to.equal(places.length > 0 ? 'trained' : 'unused');
      expect([found.tokensShown, found.rootIsWeights, found.rounds]).to.deep.equal([true, true, 2]);
    }
    expect([...seen].sort()).to.deep.equal(['held-out', 'trained', 'unused']);
  });

  it('says of what is not there only that these exact bytes are not', async () => {
    const line = encodeItem({ ...items[0]!, text: `${items[0]!.text}.` });
    const proof = await proveItem({ store, release, item: digestOf(line), line });
    expect(checkItemProof(proof, release)).to.deep.include({
      ...{ verdict: 'absent', places: [], tokens: null, tokensShown: false, items: 32 },
    });
  });

  it('shows without the text only what the packing says', async () => {
    const trained = await findTrained();
    const found = checkItemProof(await prove(trained, false), release);
    expect(found).to.include({ verdict: 'trained', tokensShown: false });
  });

  async function findTrained(): Promise<number> {
    for (let i = 0; i < items.length; i++) {
      if ((await verdictOf(i)).verdict === 'trained') return i;
    }
    throw new Error('none was trained on'); // A bug of this test.
  }

  it('is the same after it was written down and read', async () => {
    for (const withText of [true, false]) {
      const proof = await prove(await findTrained(), withText);
      const text = encodeItemProof(proof, release);
      const read = decodeItemProof(JSON.parse(text));
      expect(read.release).to.equal(release);
      expect(checkItemProof(read.proof, release)).to.deep.equal(checkItemProof(proof, release));
      expect(encodeItemProof(read.proof, release)).to.equal(text);
    }
  });

  it('is refused for another release, and when any part of it is another', async () => {
    const trained = await findTrained();
    const proof = await prove(trained);
    const other = digestOf(Uint8Array.of(1));
    expect(refusal(proof, other)).to.match(
      /^PROOF_FAILED: the manifest is sha256:.*, that of the release/,
    );
    const { shown } = proof;
    const chunk = shown!.chunks[0]!;
    const cases: [Partial<ReleaseItemProof>, RegExp][] = [
      [{ dataManifest: flipped(proof.dataManifest) }, /that of dataset speeches-packed@1/],
      [{ packing: flipped(proof.packing) }, /packing\.json is not the one of the manifest/],
      [{ files: new Map() }, /run-spec\.json is not the one/],
      [{ shown: { ...shown!, line: lines[trained + 1]! } }, /the text is sha256:/],
      [
        { shown: { ...shown!, tokenizer: flipped(shown!.tokenizer) } },
        /tokenizer\.json is not the one/,
      ],
      [{ shown: { ...shown!, chunks: [] } }, /chunk 0 of the tokens is missing/],
      [
        { shown: { ...shown!, chunks: [{ ...chunk, bytes: flipped(chunk.bytes) }] } },
        /chunk 0 of the tokens is not that of the dataset/,
      ],
    ];
    for (const path of proof.files.keys()) {
      const files = new Map(proof.files).set(path, flipped(proof.files.get(path)!));
      cases.push([{ files }, /is not the one of the manifest/]);
    }
    for (const [changed, sentence] of cases) {
      expect(refusal({ ...proof, ...changed }))
        .to.match(sentence)
        .and.match(/^PROOF_FAILED/);
    }
  });

  it('is refused where the run trained on more than the items became', async () => {
    const hidden = Array.from({ length: 400 }, (_, i) => 1 + (i % 200));
    const laced = await buildTrainedRelease(store, { hidden });
    const proof = await proveItem({
      ...{ store, release: laced.release, item: digests[0]!, line: lines[0] },
    });
    expect(refusal(proof, laced.release)).to.match(
      /^PROOF_FAILED: train\.u16 has \d+ bytes, the items of the packing \d+;/,
    );
  });

  it('never says more than it did after any letter of it was changed', async () => {
    const proof = await prove(await findTrained());
    const text = encodeItemProof(proof, release);
    const verdict = checkItemProof(proof, release);
    const change = fc.tuple(fc.nat(text.length - 1), fc.constantFrom(...'0a9"{}:,x'));
    fc.assert(
      fc.property(change, ([at, letter]) => {
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        let read: ReturnType<typeof decodeItemProof>;
        let found: ItemVerdict;
        try {
          read = decodeItemProof(JSON.parse(changed));
          found = checkItemProof(read.proof, release);
        } catch (error) {
          return /^(PROOF_FAILED|BAD_PROOF)|JSON/.test((error as Error).message);
        }
        // Another item is another question; what does not matter may be anything.
        return read.proof.item === proof.item
          ? JSON.stringify(found) === JSON.stringify(verdict) || !found.tokensShown
          : found.verdict === 'absent';
      }),
      { endOnFailure: true, numRuns: 300 },
    );
  });

  it('refuses what is no proof', () => {
    for (const json of [null, [], {}, { version: 1 }, { version: 2, item: 'x' }]) {
      expect(() => decodeItemProof(json)).to.throw(/^BAD_PROOF/);
    }
  });
});

describe('the place of a sequence in an epoch', () => {
  it('is where the permutation has it', () => {
    const count = fc.integer({ min: 1, max: 5_000 });
    const any = fc.tuple(count, fc.nat(2 ** 32 - 1), fc.nat(1_000), fc.nat());
    fc.assert(
      fc.property(any, ([n, seed, epoch, some]) => {
        const order = { count: n, seed, epoch };
        return permute(order, findPlace(order, some % n)) === some % n;
      }),
      { endOnFailure: true },
    );
    expect(() => findPlace({ count: 3, seed: 1, epoch: 0 }, 3)).to.throw(/^BAD_PERMUTATION/);
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte));
}
