import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { FolderOnDisk, WrittenFolder } from '@commonweights/trainer/checkpoint/model-files.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type Tensor,
  type TensorFile,
} from '@commonweights/trainer/checkpoint/safetensors.js';
import {
  openTensors,
  sourceOf,
  writeTensors,
  type ByteSink,
} from '@commonweights/trainer/checkpoint/tensor-stream.js';

/** What was written, each piece copied at once: the writer may use its buffer again. */
class Collected implements ByteSink {
  private readonly parts: Uint8Array[] = [];
  async write(bytes: Uint8Array): Promise<void> {
    this.parts.push(bytes.slice());
  }
  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.parts));
  }
}

const metadata = new Map([['format', 'pt']]);
const tensor = (name: string, dtype: Tensor['dtype'], shape: number[], bytes: number): Tensor => ({
  ...{ name, dtype, shape },
  bytes: Uint8Array.from({ length: bytes }, (_, i) => (i * 37 + name.length) % 251),
});
const file: TensorFile = {
  tensors: [
    tensor('model.embed', 'F32', [5, 3], 60),
    tensor('a', 'BF16', [7], 14),
    tensor('scalar', 'F64', [], 8),
    tensor('flags', 'U8', [3, 3], 9),
  ],
  metadata,
};
const whole = encodeSafetensors(file);

async function readAll(bytes: Uint8Array, pieceBytes?: number): Promise<TensorFile> {
  const opened = await openTensors(sourceOf(bytes), pieceBytes ? { pieceBytes } : {});
  const tensors: Tensor[] = [];
  for (const place of opened.places) {
    const parts: Uint8Array[] = [];
    for await (const piece of opened.pieces(place)) parts.push(piece.slice());
    const { name, dtype, shape } = place;
    tensors.push({ name, dtype, shape, bytes: new Uint8Array(Buffer.concat(parts)) });
  }
  return { tensors, metadata: opened.metadata };
}

async function* halves({ bytes }: Tensor): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length >> 1);
  yield bytes.subarray(bytes.length >> 1);
}

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );

describe('safetensors in pieces', () => {
  it('gives the tensors that the whole file gives, for any size of piece', async () => {
    for (const pieceBytes of [8, 16, 24, 64, 1 << 20]) {
      expect(await readAll(whole, pieceBytes)).to.deep.equal(decodeSafetensors(whole));
    }
  });

  it('writes the bytes that the whole file has, however the pieces come', async () => {
    const sink = new Collected();
    await writeTensors(sink, file, halves);
    expect(sink.bytes).to.deep.equal(whole);
  });

  it('refuses to write a tensor of more or fewer bytes than its shape needs', async () => {
    const pieces = (bytes: number) =>
      async function* (): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < bytes; i++) yield Uint8Array.of(1);
      };
    const one = { tensors: [tensor('x', 'F32', [2], 8)], metadata };
    for (const count of [7, 9, 0]) {
      expect(await messageOf(writeTensors(new Collected(), one, pieces(count)))).to.match(
        /^BAD_SAFETENSORS: x came with other than 8 bytes/,
      );
    }
  });

  it('refuses what the reader of whole files refuses, whatever bytes of a header are changed', async () => {
    const header = whole.length - file.tensors.reduce((sum, one) => sum + one.bytes.length, 0);
    const mutation = fc.array(
      fc.record({
        at: fc.nat({ max: header - 1 }),
        // Digits, brackets and quotes meet the grammar more often than any byte would.
        value: fc.oneof(
          fc.nat({ max: 255 }),
          fc.constantFrom(...Buffer.from('0123456789[]{}":, ')),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    );
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(mutation, async (changes) => {
        const bytes = whole.slice();
        for (const { at, value } of changes) bytes[at] = value;
        let expected: TensorFile | null = null;
        try {
          expected = decodeSafetensors(bytes);
        } catch (error) {
          expect((error as Error).message).to.match(/^BAD_SAFETENSORS: /);
        }
        if (expected) {
          accepted++;
          expect(await readAll(bytes, 8)).to.deep.equal(expected);
        } else expect(await messageOf(readAll(bytes))).to.match(/^BAD_SAFETENSORS: /);
      }),
      { numRuns: 2000, endOnFailure: true },
    );
    // Renamed tensors, for one thing: a test that never accepts compares nothing.
    expect(accepted).to.be.above(0);
  });

  it('refuses a file that was cut or goes on, at every length', async () => {
    for (let length = 0; length < whole.length; length++) {
      const message = await messageOf(readAll(whole.subarray(0, length)));
      expect(message, `${length} bytes`).to.match(/^BAD_SAFETENSORS: /);
    }
    expect(await messageOf(readAll(Uint8Array.of(...whole, 0)))).to.match(/^BAD_SAFETENSORS/);
  });

  it('reads no header beyond the bound', async () => {
    const message = await messageOf(openTensors(sourceOf(whole), { headerBytesMax: 100 }));
    expect(message).to.match(/^BAD_SAFETENSORS: its header claims \d+ bytes/);
    const huge = sourceOf(new Uint8Array(8).fill(0xff));
    expect(await messageOf(openTensors({ ...huge, size: 2 ** 52 }))).to.match(/^BAD_SAFETENSORS/);
  });

  describe('on disk', () => {
    let dir: string;
    before(async () => {
      dir = await mkdtemp(join(tmpdir(), 'cw-tensors-'));
    });
    after(() => rm(dir, { recursive: true, force: true }));

    it('is written with its digest, and read back', async () => {
      const folder = new WrittenFolder(dir);
      const sink = await folder.create('x.safetensors');
      await writeTensors(sink, file, halves);
      await sink.close();
      expect(folder.digests.get('x.safetensors')).to.equal(digestOf(whole));
      expect(folder.sizes.get('x.safetensors')).to.equal(whole.length);
      const source = (await new FolderOnDisk(dir).open('x.safetensors'))!;
      const bytes = new Uint8Array(source.size);
      await source.read(0, bytes);
      expect(bytes).to.deep.equal(whole);
      expect(await messageOf(source.read(whole.length - 1, new Uint8Array(2)))).to.match(
        /^BAD_SAFETENSORS: it ends before byte/,
      );
    });

    it('is never written over, and a folder is no file', async () => {
      const folder = new WrittenFolder(dir);
      await writeFile(join(dir, 'taken'), 'x');
      expect(await messageOf(folder.create('taken'))).to.match(/EEXIST/);
      const disk = new FolderOnDisk(dir);
      expect(await disk.open('nothing')).to.equal(null);
      await symlink('/', join(dir, 'root'));
      expect(await messageOf(disk.open('root'))).to.match(/BAD_PATH: root is not a file|EISDIR/);
      await disk.close();
    });
  });
});
