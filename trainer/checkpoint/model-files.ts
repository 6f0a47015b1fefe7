/** Files of a model on this machine's disk, for whoever streams them. */
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { FolderWriter, ModelFolder } from './import-llama.js';
import { refused } from './safetensors-header.js';
import type { ByteSource } from './tensor-stream.js';

/** A folder that is read; its files stay open until `close`. */
export class FolderOnDisk implements ModelFolder {
  private readonly opened: FileHandle[] = [];

  constructor(private readonly dir: string) {}

  async open(path: string): Promise<ByteSource | null> {
    const file = await open(join(this.dir, path), 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (!file) return null;
    this.opened.push(file);
    const found = await file.stat();
    if (!found.isFile()) throw new Error(`BAD_PATH: ${path} is not a file; check the folder`);
    return { size: found.size, read: (at, into) => readFully(file, at, into) };
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((file) => file.close()));
  }
}

async function readFully(file: FileHandle, at: number, into: Uint8Array): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) throw refused(`it ends before byte ${at + into.length}`);
    done += bytesRead;
  }
}

/** A folder that is written, which knows the digest of each file when it is done. */
export class WrittenFolder implements FolderWriter {
  readonly digests = new Map<string, Digest>();
  readonly sizes = new Map<string, number>();

  constructor(private readonly dir: string) {}

  async create(path: string) {
    const file = await open(join(this.dir, path), 'wx');
    const hash = createHash('sha256');
    let size = 0;
    return {
      write: async (bytes: Uint8Array): Promise<void> => {
        hash.update(bytes);
        size += bytes.length;
        await file.writeFile(bytes);
      },
      close: async (): Promise<void> => {
        await file.close();
        this.digests.set(path, parseDigest(`sha256:${hash.digest('hex')}`));
        this.sizes.set(path, size);
      },
    };
  }
}
