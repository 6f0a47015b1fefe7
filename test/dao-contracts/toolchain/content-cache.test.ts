import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cacheFolder,
  readCached,
  writeCached,
} from '@commonweights/dao-contracts/toolchain/content-cache.js';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';

describe('the cache of built artefacts', () => {
  const key = digestOf(randomBytes(16));
  const path = join(cacheFolder(), `test-${key.slice('sha256:'.length)}`);
  afterEach(() => rmSync(path, { force: true }));

  it('gives back what was written, any bytes', () => {
    const bytes = Uint8Array.of(0, 10, 13, 255, 10);
    writeCached('test', key, bytes);
    expect(readCached('test', key)).to.deep.equal(bytes);
  });

  it('has nothing where nothing was written', () => {
    expect(readCached('test', key)).to.equal(null);
  });

  it('has nothing where a file was damaged or cut off', () => {
    writeCached('test', key, randomBytes(100));
    const file = readFileSync(path);
    writeFileSync(path, file.subarray(0, file.length - 1));
    expect(readCached('test', key)).to.equal(null);
    file[file.length - 1]! ^= 1;
    writeFileSync(path, file);
    expect(readCached('test', key)).to.equal(null);
    writeFileSync(path, '');
    expect(readCached('test', key)).to.equal(null);
  });

  it('leaves no temporary file behind', () => {
    writeCached('test', key, Uint8Array.of(1));
    const left = readdirSync(cacheFolder()).filter((file) => file.startsWith(`test-`));
    expect(left).to.deep.equal([`test-${key.slice('sha256:'.length)}`]);
  });
});
