/**
 * Test vectors: for each topic a JSON file of inputs and outputs, so that a second implementation
 * can check itself without ours. The inputs are written here or generated from fixed seeds; the
 * outputs are what this code gave when `make.ts` was last run, and a test compares them with what
 * it gives now. Bytes are hex; floats are the hex of their IEEE 754 bits, big-endian, so that they
 * read like numbers.
 */

export interface VectorTopic<Input = unknown, Output = unknown> {
  /** Name of the file, without its ending. */
  readonly name: string;
  /** What the vectors say, for who implements it. */
  readonly about: string;
  readonly inputs: () => Input[];
  readonly compute: (input: Input) => Output;
}

export interface VectorFile {
  about: string;
  cases: { input: unknown; output: unknown }[];
}

/** Keeps the types of a topic checked against each other, then forgets them. */
export function topic<Input, Output>(it: VectorTopic<Input, Output>): VectorTopic {
  return it as VectorTopic;
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

/** Eight hex digits for each float32. */
export function floatsToHex(values: ArrayLike<number>): string {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!);
  return toHex(new Uint8Array(view.buffer));
}

export function floatsFromHex(hex: string): Float32Array {
  const bytes = fromHex(hex);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i));
}

/** Sixteen hex digits for a float64. */
export function doubleToHex(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return toHex(new Uint8Array(view.buffer));
}

/** The code of the refusal that `act` ends with. */
export function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message.split(':')[0]!;
  }
  throw new Error('nothing was refused');
}
