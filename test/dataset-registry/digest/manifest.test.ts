import { expect } from 'chai';
import fc from 'fast-check';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import {
  decodeChunkList,
  describeFile,
  hashChunks,
} from '@commonweights/dataset-registry/digest/chunk-list.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import {
  encodeManifest,
  manifestLimits,
  parseManifest,
  type Manifest,
} from '@commonweights/dataset-registry/digest/manifest.js';
import {
  compareCodePoints,
  explainUnsafePath,
} from '@commonweights/dataset-registry/digest/safe-path.js';
import { describeFiles } from '@commonweights/dataset-registry/store/manifest-store.js';

const chunkBytes = 1024;
const segment = fc.stringMatching(/^[a-z0-9_]{1,8}$/).filter((text) => !explainUnsafePath(text));
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const files = fc
  .uniqueArray(fc.record({ path, bytes: fc.uint8Array({ maxLength: 5000 }) }), {
    selector: (file) => file.path,
    maxLength: 8,
  })
  .filter((list) => list.every((a) => !list.some((b) => b.path.startsWith(`${a.path}/`))));

const one = describeFiles([{ path: 'a.txt', bytes: Uint8Array.of(1) }], { chunkBytes }).manifest;
const entry = one.files[0]!;

describe('a manifest', () => {
  it('is written and read back the same', () => {
    fc.assert(
      fc.property(files, (list) => {
        const { manifest } = describeFiles(list, { chunkBytes });
        expect(parseManifest(encodeManifest(manifest))).to.deep.equal(manifest);
      }),
    );
  });

  it('is the same whatever order the files came in', () => {
    fc.assert(
      fc.property(files, (list) => {
        const forth = encodeManifest(describeFiles(list, { chunkBytes }).manifest);
        const back = encodeManifest(describeFiles([...list].reverse(), { chunkBytes }).manifest);
        expect(digestOf(back)).to.equal(digestOf(forth));
      }),
    );
  });

  it('has one encoding only', () => {
    const text = new TextDecoder().decode(encodeManifest(one));
    const others = [` ${text}`, `${text}\n`, text.replace('"size":1', '"size":1.0')];
    others.push(`\ufeff${text}`, text.replace('"version":1', '"version":1,"version":1'));
    for (const other of others) {
      expect(() => parseManifest(new TextEncoder().encode(other))).to.throw(/^BAD_MANIFEST/);
    }
  });

  const refused: [string, unknown][] = [
    ['no object', null],
    ['another version', { ...one, version: 2 }],
    ['an unknown field', { ...one, extra: 1 }],
    ['a missing field', { version: 1, files: [] }],
    ['files that are no list', { ...one, files: {} }],
    ['odd chunks', { ...one, chunkBytes: 1000 }],
    ['tiny chunks', { ...one, chunkBytes: 512 }],
    ['huge chunks', { ...one, chunkBytes: 2 ** 25 }],
    ['chunks of 2^32', { ...one, chunkBytes: 2 ** 32 }],
    ['a file twice', { ...one, files: [entry, entry] }],
    ['files out of order', { ...one, files: [{ ...entry, path: 'b' }, entry] }],
    ['names that differ by case', { ...one, files: [{ ...entry, path: 'A.txt' }, entry] }],
    [
      'a file that is a folder',
      {
        ...one,
        files: [
          { ...entry, path: 'a' },
          { ...entry, path: 'a/b' },
        ],
      },
    ],
    [
      'a folder by another case',
      {
        ...one,
        files: [
          { ...entry, path: 'A/b' },
          { ...entry, path: 'a' },
        ],
      },
    ],
    ['a negative size', { ...one, files: [{ ...entry, size: -1 }] }],
    ['a fractional size', { ...one, files: [{ ...entry, size: 0.5 }] }],
    ['a size beyond the bound', { ...one, files: [{ ...entry, size: 2 ** 43 }] }],
    ['too many chunks', { ...one, files: [{ ...entry, size: 2 ** 31 }] }],
    ['a size as text', { ...one, files: [{ ...entry, size: '1' }] }],
    ['a bad digest', { ...one, files: [{ ...entry, digest: 'sha256:00' }] }],
    ['a bad root', { ...one, files: [{ ...entry, chunks: { ...entry.chunks, root: 'x' } }] }],
    ['a missing list', { ...one, files: [{ ...entry, chunks: { root: entry.digest } }] }],
    ['a path that leaves', { ...one, files: [{ ...entry, path: '../a' }] }],
    ['a path that is no text', { ...one, files: [{ ...entry, path: 5 }] }],
    ['too many files', { ...one, files: new Array(manifestLimits.filesMax + 1).fill(entry) }],
  ];
  for (const [name, json] of refused) {
    it(`is refused with ${name}`, () => {
      expect(() => parseManifest(canonicalBytes(json))).to.throw(/^BAD_MANIFEST: .+; /);
      expect(() => encodeManifest(json as Manifest)).to.throw(/^BAD_MANIFEST/);
    });
  }

  it('is refused when it is no JSON, no UTF-8 or too large', () => {
    const large = new Uint8Array(manifestLimits.bytesMax + 1);
    for (const bytes of [new Uint8Array(0), Uint8Array.of(0xff), large]) {
      expect(() => parseManifest(bytes)).to.throw(/^BAD_MANIFEST/);
    }
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        expect(() => parseManifest(new TextEncoder().encode(text))).to.throw(/^BAD_MANIFEST/);
      }),
    );
  });
});

describe('a path', () => {
  it('is accepted when it is plain', () => {
    const plain = ['a', 'model-00001-of-00002.safetensors', 'provenance/round 1.json', 'a/b/c.d.e'];
    for (const good of plain) expect(explainUnsafePath(good), good).to.equal(null);
  });

  it('is refused when it leaves its folder, hides, or is special somewhere', () => {
    const bad = ['', '/', '/a', 'a/', 'a//b', '.', '..', '../a', 'a/../b', 'a/..', '.git', 'a/.b'];
    bad.push('a\\b', 'C:', 'c:/a', 'a:b', 'a*', 'a?', 'con', 'NUL.txt', 'a/com1', 'a.', 'a ', ' a');
    bad.push('a\0b', 'a\nb', 'é', 'ａ', '\u202ea', '~', 'x'.repeat(201), 'a/con.b');
    for (const text of bad) expect(explainUnsafePath(text), JSON.stringify(text)).to.be.a('string');
  });

  it('is ordered by code point, not by UTF-16 unit', () => {
    expect(['\u{1f600}', '\uffff', 'b', 'a', 'ab'].sort(compareCodePoints)).to.deep.equal([
      'a',
      'ab',
      'b',
      '\uffff',
      '\u{1f600}',
    ]);
  });
});

describe('a chunk list', () => {
  const bytes = fc.uint8Array({ maxLength: 8 * chunkBytes });

  it('is read back as the digests of the chunks', () => {
    fc.assert(
      fc.property(bytes, (content) => {
        const { file, chunkList } = describeFile('a', content, chunkBytes);
        const digests = decodeChunkList(chunkList, file, chunkBytes);
        expect(digests).to.deep.equal(hashChunks(content, chunkBytes));
      }),
    );
  });

  it('is refused with one bit changed, one entry more or less, or another file', () => {
    const long = fc.uint8Array({ minLength: chunkBytes + 1, maxLength: 4 * chunkBytes });
    fc.assert(
      fc.property(long, fc.nat(), (content, bit) => {
        const { file, chunkList } = describeFile('a', content, chunkBytes);
        const flipped = chunkList.slice();
        const at = bit % (8 * flipped.length);
        flipped[at >> 3]! ^= 1 << (at & 7);
        const longer = Uint8Array.from([...chunkList, ...chunkList.subarray(0, 32)]);
        for (const bad of [flipped, chunkList.subarray(32), chunkList.subarray(1), longer]) {
          expect(() => decodeChunkList(bad, file, chunkBytes)).to.throw(/^BAD_CHUNK_LIST/);
        }
      }),
    );
  });

  it('of one chunk must be the file itself', () => {
    const { file, chunkList } = describeFile('a', Uint8Array.of(1), chunkBytes);
    const other = { ...file, digest: digestOf(Uint8Array.of(2)) };
    expect(() => decodeChunkList(chunkList, other, chunkBytes)).to.throw(/^BAD_CHUNK_LIST/);
  });
});
