/** How deep the operands of a function's code can get: what the function must reserve. */
import { op, type, valueBytes } from './instructions.js';
import { PrepareError } from './wasm-bytes.js';

export interface FunctionType {
  parameters: readonly number[];
  results: readonly number[];
}

interface Frame {
  opcode: number;
  base: number;
  resultBytes: number;
  dead: boolean;
}

/** Sizes of the operands on the stack at each point of the code, and the most they reach. */
export class OperandStack {
  deepest = 0;
  private readonly sizes: number[] = [];
  private height = 0;
  private readonly frames: Frame[] = [];

  constructor(results: readonly number[]) {
    const resultBytes = results[0] === undefined ? 0 : valueBytes(results[0]);
    this.frames.push({ opcode: op.block, base: 0, resultBytes, dead: false });
  }

  push(bytes: number): void {
    if (this.frame.dead) return;
    this.sizes.push(bytes);
    this.height += bytes;
    if (this.height > this.deepest) this.deepest = this.height;
  }

  pop(count: number): void {
    if (this.frame.dead) return;
    for (let i = 0; i < count; i++) this.height -= this.sizes.pop() ?? 0;
  }

  call(signature: FunctionType): void {
    this.pop(signature.parameters.length);
    if (signature.results[0] !== undefined) this.push(valueBytes(signature.results[0]));
  }

  open(opcode: number, blockType: number): void {
    const resultBytes = blockType === type.empty ? 0 : valueBytes(blockType);
    this.frames.push({ opcode, base: this.sizes.length, resultBytes, dead: this.frame.dead });
  }

  /** `else`: the second arm starts where the first did. */
  reopen(): void {
    const frame = this.frame;
    this.cut(frame.base);
    frame.dead = this.frames[this.frames.length - 2]?.dead ?? false;
  }

  close(): void {
    const frame = this.frames.pop();
    if (!frame) throw new PrepareError('Deserialization', 'one "end" too many');
    this.cut(frame.base);
    if (frame.resultBytes && this.frames.length) this.push(frame.resultBytes);
  }

  /** What follows an unconditional branch never runs. */
  kill(): void {
    this.cut(this.frame.base);
    this.frame.dead = true;
  }

  /** How many blocks are open inside the function. */
  get depth(): number {
    return this.frames.length - 1;
  }

  private get frame(): Frame {
    const frame = this.frames[this.frames.length - 1];
    if (!frame) throw new PrepareError('Deserialization', 'code after the last "end"');
    return frame;
  }

  private cut(base: number): void {
    while (this.sizes.length > base) this.height -= this.sizes.pop()!;
  }
}
