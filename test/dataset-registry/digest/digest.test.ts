import { expect } from 'chai';
import fc from 'fast-check';
import { sha256 as noble } from '@noble/hashes/sha2.js';
import { canonicalJson, digestOfJson } from '@commonweights/dataset-registry/digest/canonical.js';
import {
  digestBytes,
  digestOf,
  formatDigest,
  isDigest,
  parseDigest,
  sha256,
} from '@commonweights/dataset-registry/digest/digest.js';
import { encodeUtf8 } from '@commonweights/dataset-registry/digest/hash-parts.js';
import { encodeParts, taggedDigest } from '@commonweights/dataset-registry/digest/tagged.js';

describe('a digest', () => {
  const raw32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('is written and read back the same', () => {
    fc.assert(
      fc.property(raw32, (raw) => {
        const digest = formatDigest(raw);
        expect(digestBytes(digest)).to.deep.equal(raw);
        expect(parseDigest(digest)).to.equal(digest);
      }),
    );
  });

  it('is the platform’s SHA-256 and the JavaScript one alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(sha256(bytes)).to.deep.equal(noble(bytes));
      }),
    );
    const empty = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(digestOf(new Uint8Array(0))).to.equal(empty);
  });

  it('is refused in any other form', () => {
    const good = digestOf(new Uint8Array(0));
    const bad: unknown[] = [good.slice(7), good.toUpperCase(), `${good} `, `${good}\n`, `${good}0`];
    for (const text of bad.concat(good.slice(0, -1), 'md5:00', '', null, 5, {}, [[good]])) {
      expect(isDigest(text), String(text)).to.equal(false);
      expect(() => parseDigest(text)).to.throw(/^BAD_DIGEST/);
    }
    expect(() => formatDigest(new Uint8Array(31))).to.throw(/^BAD_DIGEST/);
  });
});

describe('a tagged hash', () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.uint8Array());

  it('never joins different lists of parts to the same bytes', () => {
    const bytes = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 5 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const same = JSON.stringify(a.map((x) => [...x])) === JSON.stringify(b.map((x) => [...x]));
        const encoded = [a, b].map((parts) => Buffer.from(encodeParts(parts)).toString('hex'));
        expect(encoded[0] === encoded[1]).to.equal(same);
      }),
    );
  });

  it('is the same with a hash that is handed in', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        expect(taggedDigest('t', parts, noble)).to.equal(taggedDigest('t', parts));
      }),
    );
  });

  it('has a fixed value, so that a second implementation can compare', () => {
    expect(taggedDigest('cw/local/zero/1', [])).to.equal(
      'sha256:' +
        Buffer.from(noble(Buffer.from('0f000000' + hexOf('cw/local/zero/1'), 'hex'))).toString(
          'hex',
        ),
    );
    expect(taggedDigest('a', [7, 7n])).to.equal(taggedDigest('a', ['7', '7']));
  });

  it('refuses numbers that are no safe integers', () => {
    for (const number of [0.5, NaN, Infinity, 2 ** 53]) {
      expect(() => taggedDigest('a', [number])).to.throw(/^BAD_HASH_PART/);
    }
  });

  it('encodes text exactly as TextEncoder does, malformed text too', () => {
    const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 });
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      units.map((list) => String.fromCharCode(...list)),
    );
    fc.assert(
      fc.property(text, (each) => {
        expect(encodeUtf8(each)).to.deep.equal(new TextEncoder().encode(each));
      }),
    );
  });
});

describe('canonical JSON', () => {
  it('does not depend on the order of fields', () => {
    expect(canonicalJson({ b: [1, 'é'], a: { d: null, c: 1e21 } })).to.equal(
      '{"a":{"c":1e+21,"d":null},"b":[1,"é"]}',
    );
    expect(digestOfJson({ a: 1, b: 2 })).to.equal(digestOfJson({ b: 2, a: 1 }));
  });

  it('means the value it came from, and is its own canonical form', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).to.equal(text);
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}
