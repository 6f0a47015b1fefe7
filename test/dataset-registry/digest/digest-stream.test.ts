import { expect } from 'chai';
import fc from 'fast-check';
import { startDigest } from '@commonweights/dataset-registry/digest/digest-stream.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';

describe('a digest of bytes in pieces', () => {
  it('is the digest of all of them, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (pieces) => {
        const stream = startDigest();
        for (const piece of pieces) stream.update(piece);
        expect(stream.end()).to.equal(digestOf(new Uint8Array(Buffer.concat(pieces))));
      }),
      { endOnFailure: true },
    );
  });
});
