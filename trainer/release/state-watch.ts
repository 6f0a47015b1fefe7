/**
 * The weights and the outer momentum of a release, looked at while their bytes go by: whether each file
 * is the one encoding of what the run spec asks for, whether every element is finite, and which state
 * root the two give together. Whoever reads a file of gigabytes needs no more memory than for a piece.
 *
 * Law: for the files of a state, `root` is its `stateRoot`, however the bytes are cut.
 */
import {
  startDigest,
  type DigestStream,
} from '@commonweights/dataset-registry/digest/digest-stream.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { VectorShape } from '../checkpoint/exact-file.js';
import { WEIGHTS_FILE } from '../checkpoint/hugging-face.js';
import { decodeHeader, encodeHeader, headerLengthOf } from '../checkpoint/safetensors-header.js';
import { MOMENTUM_NAME, STATE_METADATA } from '../checkpoint/state.js';
import { firstNonFinite } from '../exchange/finite.js';
import { hasOuterMomentum } from '../exchange/recipe.js';
import { layLlama } from '../program/llama.js';
import type { TensorLayout } from '../program/layout.js';
import { ReleaseFault } from './finding-codes.js';
import { FILES, readRunSpec, type FileMap } from './release-files.js';

export interface SeenState {
  /** Of the spec's model; 0 where the spec cannot be read. */
  readonly parameters: number;
  readonly tensors: number;
  /** What is wrong with the weights, and with the momentum. */
  readonly weights: ReleaseFault | null;
  readonly momentum: ReleaseFault | null;
  /** Of weights and momentum; null: there is none, and the root is the digest of the weights' file. */
  readonly root: Digest | null;
}

export interface StateWatch {
  /** Who looks at this file's bytes, in order; null: nobody. Weights go before momentum. */
  fileOf(path: string): TensorWatch | null;
  end(): SeenState;
}

type Scan = (values: Float32Array) => number;

/** `files`: the run spec among them. One that cannot be read is another check's to tell. */
export function watchState(
  files: FileMap,
  {
    scan = firstNonFinite,
    startRoot = startDigest,
  }: { scan?: Scan; startRoot?: () => DigestStream } = {},
): StateWatch {
  let layout: TensorLayout;
  let withMomentum: boolean;
  try {
    const spec = readRunSpec(files);
    layout = layLlama(spec.model);
    withMomentum = hasOuterMomentum(spec.outer);
  } catch (error) {
    const fault = new ReleaseFault('SPEC_MALFORMED', (error as Error).message);
    const blind = { parameters: 0, tensors: 0, weights: fault, momentum: fault, root: null };
    return { fileOf: () => null, end: () => blind };
  }
  const { slots, length } = layout;
  const flat: VectorShape = { name: MOMENTUM_NAME, shape: [length] };
  const root = withMomentum ? startRoot() : null;
  root?.update(headerOf([...slots, flat], STATE_METADATA));
  const weights = new TensorWatch(
    WEIGHTS_FILE,
    headerOf(slots, STATE_METADATA),
    length,
    root,
    scan,
  );
  const momentum = new TensorWatch(
    FILES.outerState,
    headerOf([flat], new Map()),
    length,
    root,
    scan,
  );
  return {
    fileOf(path) {
      if (path === WEIGHTS_FILE) return weights;
      return withMomentum && path === FILES.outerState ? momentum : null;
    },
    end: () => ({
      ...{ parameters: length, tensors: slots.length },
      weights: weights.end(),
      momentum: withMomentum ? momentum.end() : null,
      root: root && !weights.end() && !momentum.end() ? root.end() : null,
    }),
  };
}

/** Room to say what is wrong with a header that is longer than the one that belongs there. */
const strangeHeaderBytes = 2 ** 16;

export class TensorWatch {
  private size = 0;
  /** The beginning of the file, kept to be compared and, if it differs, explained. */
  private readonly beginning: Uint8Array;
  private begun = 0;
  /** Bytes of an element that a piece cut. */
  private readonly cut = new Uint8Array(4);
  private cutBytes = 0;
  private elements = 0;
  private nonFinite: number | null = null;
  private fault: ReleaseFault | null | undefined;

  constructor(
    private readonly path: string,
    private readonly header: Uint8Array,
    private readonly elementsMax: number,
    /** Receives the elements' bytes. */
    private readonly root: DigestStream | null,
    private readonly scan: Scan,
  ) {
    this.beginning = new Uint8Array(header.length + strangeHeaderBytes);
  }

  /** The next bytes. */
  see(piece: Uint8Array): void {
    const at = this.size;
    this.size += piece.length;
    if (this.begun < this.beginning.length) {
      const part = piece.subarray(0, this.beginning.length - this.begun);
      this.beginning.set(part, this.begun);
      this.begun += part.length;
    }
    const data = piece.subarray(Math.min(piece.length, Math.max(0, this.header.length - at)));
    if (data.length === 0) return;
    this.root?.update(data);
    this.look(data);
  }

  /** What is wrong with the file, or null. */
  end(): ReleaseFault | null {
    if (this.fault === undefined) this.fault = this.judge();
    return this.fault;
  }

  private look(data: Uint8Array): void {
    let from = 0;
    while (this.cutBytes > 0 && from < data.length) {
      this.cut[this.cutBytes++] = data[from++]!;
      if (this.cutBytes < 4) continue;
      this.cutBytes = 0;
      this.lookAtFloats(new Float32Array(this.cut.slice().buffer));
    }
    const whole = (data.length - from) & ~3;
    const rest = data.subarray(from + whole);
    if (rest.length > 0) {
      this.cut.set(rest);
      this.cutBytes = rest.length;
    }
    if (whole === 0) return;
    const floats = data.subarray(from, from + whole);
    // A view where the buffer allows one; the bytes are little-endian, as everywhere here.
    const { buffer, byteOffset } = floats.byteOffset % 4 === 0 ? floats : floats.slice();
    this.lookAtFloats(new Float32Array(buffer, byteOffset, whole / 4));
  }

  private lookAtFloats(floats: Float32Array): void {
    if (this.nonFinite === null) {
      const found = this.scan(floats);
      if (found >= 0) this.nonFinite = this.elements + found;
    }
    this.elements += floats.length;
  }

  private judge(): ReleaseFault | null {
    const { header, size, path } = this;
    const wanted = header.length + 4 * this.elementsMax;
    const malformed = (facts: string) =>
      new ReleaseFault('WEIGHTS_MALFORMED', `BAD_STATE: ${path}: ${facts}; pull it again`);
    if (size === 0) return malformed('it is missing, empty or was not read');
    if (this.begun < header.length || header.some((byte, i) => byte !== this.beginning[i])) {
      return malformed(this.explainHeader());
    }
    if (size !== wanted) return malformed(`it has ${size} bytes where the model needs ${wanted}`);
    if (this.nonFinite === null) return null;
    const facts = `element ${this.nonFinite} of ${path} is not a finite number`;
    return new ReleaseFault('WEIGHTS_NOT_FINITE', `NON_FINITE: ${facts}; do not use it`);
  }

  private explainHeader(): string {
    const beginning = this.beginning.subarray(0, this.begun);
    try {
      const length = headerLengthOf(beginning, { fileBytes: this.size });
      if (8 + length > beginning.length) return `its header claims ${length} bytes`;
      decodeHeader(beginning.subarray(8, 8 + length), this.size - 8 - length);
    } catch (error) {
      return (error as Error).message;
    }
    return 'its header is not the one that belongs to this run';
  }
}

function headerOf(
  vectors: readonly VectorShape[],
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  const tensors = vectors.map(({ name, shape }) => ({ name, shape, dtype: 'F32' as const }));
  return encodeHeader({ tensors, metadata });
}
