/**
 * What a seat of the tolerance class has computed and must find again: its engine may end the same
 * steps in other bits, and what was committed to or sealed can be opened with the very same bytes
 * only. Bytes are blobs of its own store; which ones they are stands in a notebook, so that a process
 * that was killed goes on with them.
 */
import { isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { decodeSnapshot } from '../checkpoint/snapshot.js';
import type { OwnEnd } from '../auditor/audit-by-distance.js';
import { readSegmentStart, type SegmentClaim } from '../auditor/replay-segment.js';
import type { LayeredStore } from './layered-store.js';
import { codeOf } from './passing.js';
import type { RoundContext } from './round-context.js';
import { resultFrom, type RoundInput, type RoundResult } from './round.js';

/** A text that outlives the process; written whole or not at all. */
export interface Notebook {
  read(): Promise<string | null>;
  write(text: string): Promise<void>;
}

/** For as long as the process lives. */
export function memoryNotebook(): Notebook {
  let kept: string | null = null;
  return {
    read: async () => kept,
    write: async (text) => void (kept = text),
  };
}

/** Two rounds, and the audits and disputes of two rounds, with room for what a reset chain left. */
const notesMax = 256;

interface Note {
  readonly key: string;
  readonly round: number;
  /** Of a round: its snapshots, the last one included. Of an end: the end. */
  readonly blobs: readonly Digest[];
  /** What was only looked at: others have it too. */
  readonly fetched: readonly Digest[];
  readonly loss: number | null;
}

export class KeptWork {
  #notes: Note[] | null = null;

  constructor(
    private readonly it: {
      readonly blobs: LayeredStore;
      readonly notebook: Notebook;
      /** Digest of the spec: the same numbers mean something else in another run. */
      readonly spec: string;
    },
  ) {}

  /** Before it is committed to. Errors: those of the store and the notebook. */
  async keepRound(context: RoundContext, result: RoundResult): Promise<void> {
    const key = this.#keyOf(context);
    const bytes = [...result.snapshots, result.lastSnapshot!];
    const blobs: Digest[] = [];
    for (const one of bytes) blobs.push(await this.it.blobs.put(one));
    await this.#add({ key, round: context.round, blobs, fetched: [], loss: result.loss });
  }

  /** Null: not kept, or no longer whole. */
  async round(context: RoundContext, input: RoundInput): Promise<RoundResult | null> {
    const note = await this.#find(this.#keyOf(context));
    const bytes = note && (await this.#load(note));
    if (!bytes || bytes.length !== input.spec.inner.segments + 1) return null;
    const lastSnapshot = bytes.pop()!;
    const { localIn } = context;
    return resultFrom(input, { snapshots: bytes, lastSnapshot, localIn, loss: note.loss ?? 0 });
  }

  /** Before it is sealed. Errors: those of the store and the notebook. */
  async keepEnd(context: RoundContext, { startLeaf, own }: { startLeaf: Digest; own: OwnEnd }) {
    const key = this.#keyOf(context, [own.segment, startLeaf]);
    const blobs = [await this.it.blobs.put(own.bytes)];
    await this.#add({ key, round: context.round, blobs, fetched: [startLeaf], loss: null });
  }

  /** Null: not kept, or no longer whole. */
  async end(
    context: RoundContext,
    it: { startLeaf: Digest; input: RoundInput; claim: SegmentClaim },
  ): Promise<OwnEnd | null> {
    const { segment } = it.claim;
    const note = await this.#find(this.#keyOf(context, [segment, it.startLeaf]));
    const [bytes] = (note && (await this.#load(note))) ?? [];
    const start = bytes && readSegmentStart(it.input, it.claim);
    if (!start) return null;
    const end = decodeSnapshot(bytes, it.input.layout, it.input.spec.outer);
    return { segment, start, end, bytes, digest: note!.blobs[0]! };
  }

  /** What was fetched for an audit of that round, and need not stay here when it is over. */
  async noteFetched(round: number, digests: readonly Digest[]): Promise<void> {
    const notes = await this.#read();
    const at = notes.findIndex((one) => one.round === round && one.loss === null);
    if (at < 0) return;
    const fetched = [...new Set([...notes[at]!.fetched, ...digests])];
    if (fetched.length === notes[at]!.fetched.length) return;
    await this.#write(notes.with(at, { ...notes[at]!, fetched }));
  }

  /** Rounds before `round` are over: nobody can ask for what was computed for them. */
  async forgetBefore(round: number): Promise<void> {
    const notes = await this.#read();
    if (notes.every((one) => one.round >= round)) return;
    await this.#write(notes.filter((one) => one.round >= round));
  }

  /** Audits of a round are told apart by what they start from; the seat is in it by its slice. */
  #keyOf(context: RoundContext, more: readonly (string | number)[] = []): string {
    const { round, startRoot, slice, ordinal, localIn } = context;
    return [this.it.spec, round, startRoot, slice, ordinal, localIn, ...more].join(' ');
  }

  async #find(key: string): Promise<Note | null> {
    return (await this.#read()).find((one) => one.key === key) ?? null;
  }

  /** Null: one of them has rotted or gone; what only cannot be had now is waited for. */
  async #load({ blobs }: Note): Promise<Uint8Array[] | null> {
    const loaded: Uint8Array[] = [];
    for (const digest of blobs) {
      try {
        loaded.push(await this.it.blobs.get(digest));
      } catch (error) {
        if (codeOf(error) === 'STORE_UNREACHABLE') throw error;
        return null;
      }
    }
    return loaded;
  }

  /** In the place of one that named other bytes: those had rotted, and what is said now is these. */
  async #add(note: Note): Promise<void> {
    const notes = await this.#read();
    const known = notes.find((one) => one.key === note.key);
    if (known && JSON.stringify(known.blobs) === JSON.stringify(note.blobs)) return;
    const others = notes.filter((one) => one !== known);
    const fetched = [...new Set([...(known?.fetched ?? []), ...note.fetched])];
    await this.#write([...others, { ...note, fetched }].slice(-notesMax));
  }

  async #read(): Promise<readonly Note[]> {
    return (this.#notes ??= decodeNotes(await this.it.notebook.read()));
  }

  /** What no note names any more is forgotten once the notebook says so. */
  async #write(notes: readonly Note[]): Promise<void> {
    const before = await this.#read();
    await this.it.notebook.write(JSON.stringify(notes));
    this.#notes = [...notes];
    const digestsOf = (all: readonly Note[]) =>
      new Set(all.flatMap((one) => [...one.blobs, ...one.fetched]));
    const needed = digestsOf(notes);
    for (const digest of digestsOf(before)) {
      if (!needed.has(digest)) await this.it.blobs.forget(digest);
    }
  }
}

/** A notebook that cannot be read is an empty one: what it named is computed again. */
function decodeNotes(text: string | null): Note[] {
  if (text === null) return [];
  try {
    const notes = JSON.parse(text) as unknown;
    return Array.isArray(notes) ? notes.filter(isNote).slice(-notesMax) : [];
  } catch {
    return [];
  }
}

function isNote(it: unknown): it is Note {
  const { key, round, blobs, fetched, loss } = (it ?? {}) as Record<string, unknown>;
  const areDigests = (list: unknown) => Array.isArray(list) && list.every(isDigest);
  return (
    typeof key === 'string' &&
    Number.isSafeInteger(round) &&
    areDigests(blobs) &&
    areDigests(fetched) &&
    (loss === null || typeof loss === 'number')
  );
}
