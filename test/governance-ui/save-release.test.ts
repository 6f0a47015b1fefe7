/** A release as files on somebody's disk: one zip, or a folder of its own. */
import { expect } from 'chai';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveFolder } from '@commonweights/governance-ui/engine/save-folder.js';
import { crc32, zipOf } from '@commonweights/governance-ui/engine/zip-file.js';
import { absentHere } from '../support/absent-here.js';
import { memoryFolder } from './memory-folder.js';

const part = fc.stringMatching(/^[a-z0-9_ü字]{1,12}$/);
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const fileMap = fc
  .array(fc.tuple(path, fc.uint8Array({ maxLength: 300 })), { maxLength: 8 })
  .map((entries) => new Map(entries));

/** Python's own reader, which checks every sum; prints what it read. */
const readZip = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as it:
    assert it.testzip() is None
    print(json.dumps([[name, it.read(name).hex()] for name in it.namelist()]))
`;

describe('a release as a zip', () => {
  it('has the sums that the format is known for', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).to.equal(0xcbf43926);
    expect(crc32(new Uint8Array())).to.equal(0);
  });

  it('is read by another implementation as the same files in the same order', function () {
    this.timeout(30_000);
    if (spawnSync('python3', ['--version']).error) absentHere(this, 'no python3');
    const folder = mkdtempSync(join(tmpdir(), 'cw-zip-'));
    const file = join(folder, 'release.zip');
    try {
      fc.assert(
        fc.property(fileMap, (files) => {
          writeFileSync(file, Buffer.concat(zipOf(files)));
          const read = spawnSync('python3', ['-c', readZip, file], { encoding: 'utf8' });
          expect(read.stderr).to.equal('');
          const expected = [...files].map(([name, bytes]) => [
            name,
            Buffer.from(bytes).toString('hex'),
          ]);
          expect(JSON.parse(read.stdout)).to.deep.equal(expected);
        }),
        { numRuns: 12 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is the same bytes for the same files, and none that the format cannot hold', () => {
    const files = new Map([['a/b.json', new Uint8Array([1, 2])]]);
    expect(Buffer.concat(zipOf(files))).to.deep.equal(Buffer.concat(zipOf(new Map(files))));
    const many = new Map(Array.from({ length: 65_536 }, (_, i) => [`${i}`, new Uint8Array()]));
    expect(() => zipOf(many)).to.throw(/^ZIP_TOO_LARGE: 65536 files/);
  });
});

describe('a release in a folder', () => {
  const files = new Map([
    ['model.safetensors', new Uint8Array(9)],
    ['provenance/rounds/1.json', new Uint8Array([1])],
  ]);

  it('has every file at its path, in a folder of its own', async () => {
    const folder = memoryFolder();
    await saveFolder(files, { folder, name: 'model-1' });
    expect(new Map(folder.files())).to.deep.equal(
      new Map([...files].map(([path, bytes]) => [`model-1/${path}`, bytes])),
    );
  });

  it('never mixes with what is there, and leaves nothing of what did not fit', async () => {
    const folder = memoryFolder(8);
    const attempt = () =>
      saveFolder(files, { folder, name: 'model-1' }).catch((error: Error) => error.message);
    expect(await attempt()).to.match(/^NOT_SAVED: QuotaExceededError.*; free some space/);
    expect(folder.files()).to.deep.equal([]);
    await folder.getDirectoryHandle('model-1', { create: true });
    expect(await attempt()).to.match(/^FOLDER_EXISTS: there is a model-1 already/);
  });
});
