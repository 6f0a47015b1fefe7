/**
 * Goes through a release folder once, whatever its size: each file is hashed as a whole, where it is asked
 * for also by chunks in the same pass, and what the checks want to know of its tensors is seen on the way.
 * Second hashes of much (chunks, the state root of weights and momentum) are made on threads beside the first,
 * where there is a second core. Memory is that of a few pieces and of the records.
 */
import type { FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  startDigest,
  type DigestStream,
} from '@commonweights/dataset-registry/digest/digest-stream.js';
import {
  digestBytes,
  digestOf,
  type Digest,
} from '@commonweights/dataset-registry/digest/digest.js';
import { GrowingTree } from '@commonweights/dataset-registry/digest/growing-tree.js';
import {
  manifestLimits,
  parseManifest,
  type Manifest,
  type ManifestFile,
} from '@commonweights/dataset-registry/digest/manifest.js';
import {
  CHAT_TEMPLATE_FILE,
  CONFIG_FILE,
  TOKENIZER_FILE,
  WEIGHTS_FILE,
} from '../checkpoint/hugging-face.js';
import { FiniteScan } from './finite-scan.js';
import { ReleaseFault } from './finding-codes.js';
import { HashLane } from './hash-lane.js';
import { JSON_BYTES_MAX } from './limits.js';
import type { Material, SeenFile } from './material.js';
import { changed, listFolder, openPlain, unreadable } from './plain-files.js';
import { FILES, MANIFEST_FILE } from './release-files.js';
import type { ReleaseFacts } from './release-facts.js';
import { watchState, type TensorWatch } from './state-watch.js';

export interface ReadQuestion {
  readonly dir: string;
  readonly chain: ReleaseFacts | null;
  /**
   * True: every chunk is hashed too, as the manifest's lists have them. That proves no more of these bytes
   * (a file of the right digest is that file), at twice the hashing; it says that others can fetch them.
   */
  readonly chunks?: boolean;
  /** Whether second hashes have threads of their own; default: where there are cores, and much to hash. */
  readonly threads?: boolean;
  readonly onProgress?: (progress: { path: string; doneBytes: number; totalBytes: number }) => void;
}

/** Read at a time; the chunks of a manifest are no larger than 16 MiB. */
const PIECE_BYTES = 2 ** 20;
/** Pieces that are read, hashed or waited for at once. */
const PIECES = 4;

/** Below this a thread would take longer to begin than it would save. */
const THREAD_BYTES = 2 ** 27;

/** What the checks read; everything else goes by. */
const KEPT: ReadonlySet<string> = new Set(
  [...Object.values(FILES), CONFIG_FILE, TOKENIZER_FILE]
    .concat('generation_config.json', 'tokenizer_config.json', CHAT_TEMPLATE_FILE)
    .filter((path) => path !== FILES.program && path !== FILES.outerState),
);

/** Error: `ReleaseFault`, when there is nothing to judge. */
export async function readMaterial(question: ReadQuestion): Promise<Material> {
  const sizes = await listFolder(question.dir);
  const read = new FileReader(question, sizes);
  try {
    return await readWith(read, question, sizes);
  } finally {
    await read.close();
  }
}

async function readWith(
  read: FileReader,
  question: ReadQuestion,
  sizes: Map<string, number>,
): Promise<Material> {
  if (!sizes.delete(MANIFEST_FILE)) {
    const facts = `${MANIFEST_FILE} is missing`;
    throw new ReleaseFault('MANIFEST_MISSING', `BAD_RELEASE: ${facts}; pull it again`);
  }
  const {
    bytes,
    seen: { digest: manifestDigest },
  } = await read.keep(MANIFEST_FILE, manifestLimits.bytesMax);
  const manifest = parse(bytes);
  const named = new Map(manifest.files.map((file) => [file.path, file]));
  const seen = new Map<string, SeenFile>();
  const files = new Map<string, Uint8Array>();
  const kept = [...sizes].filter(([path, size]) => KEPT.has(path) && size <= JSON_BYTES_MAX);
  for (const [path] of kept) {
    const one = await read.keep(path, JSON_BYTES_MAX, manifest.chunkBytes);
    files.set(path, one.bytes);
    seen.set(path, one.seen);
  }
  const scan = read.prepare(manifest.chunkBytes);
  const watch = watchState(files, {
    scan: (values) => scan.firstNonFinite(values),
    startRoot: () => read.startRoot(),
  });
  for (const [path, size] of inOrder(sizes)) {
    if (seen.has(path)) continue;
    const one = isWorthReading(path, size, { named, sizes })
      ? await read.pass(path, manifest.chunkBytes, watch.fileOf(path))
      : { size, digest: null, chunks: null };
    seen.set(path, one);
  }
  const { chain } = question;
  await read.finishRoot();
  const state = watch.end();
  return { files, seen, state, manifest, manifestDigest: manifestDigest!, chain };
}

function parse(bytes: Uint8Array): Manifest {
  try {
    return parseManifest(bytes);
  } catch (error) {
    throw new ReleaseFault('MANIFEST_MALFORMED', (error as Error).message);
  }
}

/** The root is hashed over the weights first, then over the momentum. */
function inOrder(sizes: ReadonlyMap<string, number>): [string, number][] {
  const rank = (path: string) => (path === WEIGHTS_FILE ? 0 : path === FILES.outerState ? 1 : 2);
  return [...sizes].sort(([a], [b]) => rank(a) - rank(b));
}

/** No byte of a file is looked at that cannot be any file of the manifest. */
function isWorthReading(
  path: string,
  size: number,
  it: { named: ReadonlyMap<string, ManifestFile>; sizes: ReadonlyMap<string, number> },
): boolean {
  const own = it.named.get(path);
  if (own?.size === size) return true;
  // One that lies under another's name.
  return [...it.named.values()].some((file) => file.size === size && file.path !== path);
}

class FileReader {
  private doneBytes = 0;
  private scan: FiniteScan | null = null;
  private chunkLane: HashLane | null = null;
  private rootLane: HashLane | null = null;
  private root: ReturnType<HashLane['startDigest']> | null = null;
  private readonly totalBytes: number;

  constructor(
    private readonly question: ReadQuestion,
    sizes: ReadonlyMap<string, number>,
  ) {
    this.totalBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** From now on files are read into memory that can be scanned quickly. */
  prepare(chunkBytes: number): FiniteScan {
    this.scan = new FiniteScan(PIECES, Math.max(PIECE_BYTES, chunkBytes));
    if (this.question.chunks === true) this.chunkLane = this.openLane();
    return this.scan;
  }

  /** Of the state root: hashed behind each other, weights and momentum. */
  startRoot(): DigestStream {
    this.rootLane = this.openLane();
    this.root = this.rootLane?.startDigest() ?? null;
    return this.root ?? startDigest();
  }

  async finishRoot(): Promise<void> {
    await this.root?.finish();
  }

  async close(): Promise<void> {
    await this.chunkLane?.close();
    await this.rootLane?.close();
  }

  private openLane(): HashLane | null {
    const isWorth = this.totalBytes >= THREAD_BYTES && availableParallelism() > 1;
    return this.scan && (this.question.threads ?? isWorth) ? new HashLane(this.scan.shared) : null;
  }

  /** A small file, whole. */
  async keep(
    path: string,
    bytesMax: number,
    chunkBytes: number = PIECE_BYTES,
  ): Promise<{ bytes: Uint8Array; seen: SeenFile }> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    const seen = await this.pass(path, chunkBytes, {
      see(piece) {
        size += piece.length;
        if (size > bytesMax) throw unreadable(`${path} has more than ${bytesMax} bytes`);
        pieces.push(piece.slice());
      },
    });
    return { bytes: new Uint8Array(Buffer.concat(pieces)), seen };
  }

  /** Hashes a file in one pass, and shows each piece to whoever looks. */
  async pass(
    path: string,
    chunkBytes: number,
    watch: Pick<TensorWatch, 'see'> | null,
  ): Promise<SeenFile> {
    const handle = await openPlain(join(this.question.dir, path), path);
    try {
      const before = await handle.stat({ bigint: true });
      if (!before.isFile()) throw unreadable(`${path} is no plain file`);
      const size = Number(before.size);
      const seen = await this.hash(handle, { path, size, chunkBytes, watch });
      const after = await handle.stat({ bigint: true });
      const same = (['size', 'mtimeNs', 'ctimeNs', 'ino'] as const).every(
        (name) => before[name] === after[name],
      );
      if (!same) throw changed(path);
      return seen;
    } finally {
      await handle.close();
    }
  }

  private async hash(
    handle: FileHandle,
    it: { path: string; size: number; chunkBytes: number; watch: Pick<TensorWatch, 'see'> | null },
  ): Promise<SeenFile> {
    const { path, size, chunkBytes, watch } = it;
    const whole = startDigest();
    const lists = this.question.chunks === true ? new GrowingList() : null;
    // Whole chunks, so that none is cut: both are powers of two.
    const pieceBytes = Math.min(Math.max(PIECE_BYTES, chunkBytes), Math.max(1, size));
    const buffers = this.scan
      ? this.scan.buffers.map((buffer) => buffer.subarray(0, pieceBytes))
      : Array.from({ length: PIECES }, () => new Uint8Array(pieceBytes));
    const { chunkLane, rootLane } = this;
    const aside: Promise<void>[] = [];
    // In a buffer that no thread shares chunks are hashed here.
    const hashChunks = async (piece: Uint8Array): Promise<Digest[]> =>
      this.scan && chunkLane
        ? chunkLane.chunks(piece, chunkBytes)
        : hashChunksHere(piece, chunkBytes);
    const second = async (piece: Uint8Array): Promise<void> => {
      const chunks = lists && hashChunks(piece);
      watch?.see(piece);
      const inRoot = rootLane?.idle();
      for (const digest of (await chunks) ?? []) lists?.add(digest);
      await inRoot;
    };
    const fill = (index: number) =>
      readPiece(handle, path, { buffer: buffers[index % PIECES]!, at: index * pieceBytes, size });
    let next = fill(0);
    for (let index = 0; index * pieceBytes < size; index++) {
      const piece = await next;
      // A buffer is read into again only when all that was begun with it is done.
      if (aside.length > PIECES - 2) await aside.shift();
      next = fill(index + 1);
      next.catch(() => {}); // It fails in its turn.
      const begun = second(piece);
      begun.catch(() => {}); // As well.
      aside.push(begun);
      whole.update(piece);
      this.doneBytes += piece.length;
      const { doneBytes, totalBytes } = this;
      this.question.onProgress?.({ path, doneBytes, totalBytes });
    }
    await next;
    while (aside.length > 0) await aside.shift();
    return { size, digest: whole.end(), chunks: lists?.end() ?? null };
  }
}

/** What a manifest says of a file's chunks, of chunks that come one after another. */
class GrowingList {
  private readonly tree = new GrowingTree();
  private readonly list = startDigest();

  add(digest: Digest): void {
    this.tree.add(digest);
    this.list.update(digestBytes(digest));
  }

  end(): ManifestFile['chunks'] {
    return { root: this.tree.root(), list: this.list.end() };
  }
}

function hashChunksHere(piece: Uint8Array, chunkBytes: number): Digest[] {
  const chunks: Digest[] = [];
  for (let at = 0; at < piece.length; at += chunkBytes) {
    chunks.push(digestOf(piece.subarray(at, at + chunkBytes)));
  }
  return chunks;
}

/** The piece at `at`; empty beyond the end. */
async function readPiece(
  handle: FileHandle,
  path: string,
  it: { buffer: Uint8Array; at: number; size: number },
): Promise<Uint8Array> {
  const piece = it.buffer.subarray(0, Math.max(0, Math.min(it.buffer.length, it.size - it.at)));
  for (let done = 0; done < piece.length;) {
    const { bytesRead } = await handle.read(piece, done, piece.length - done, it.at + done);
    if (bytesRead === 0) throw changed(path);
    done += bytesRead;
  }
  return piece;
}
