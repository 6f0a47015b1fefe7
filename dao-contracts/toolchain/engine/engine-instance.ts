/**
 * The evaluator, running in Node at build time. It has no chain: the clock stands at zero while the
 * engine boots, and every host function that the contract's module calls while it loads is refused,
 * because its answer would be frozen into the contract.
 */
import type { Builtin } from './leave-out.js';

interface EvaluatorExports {
  memory: WebAssembly.Memory;
  cw_alloc(size: number): number;
  cw_keep(names: number): void;
  cw_boot(): void;
  cw_compile(source: number, length: number, isModule: number, strip: number): number;
  cw_evaluate(code: number, length: number): void;
  cw_bind(index: number, name: number): number;
  cw_seal(): number;
  cw_slots(index: number): number;
  cw_roots(): number;
  cw_builtins(): number;
}

/** Half of the memory that a contract has: its top level does not allocate that much. */
const inputAt = 64 * 1024 * 1024;

export class EngineInstance {
  readonly #exports: EvaluatorExports;
  #booted = false;

  constructor(evaluator: Uint8Array) {
    const module = new WebAssembly.Module(evaluator as BufferSource);
    const imports: Record<string, Record<string, () => bigint>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      (imports[from] ??= {})[name] = this.#hostFunction(name);
    }
    this.#exports = new WebAssembly.Instance(module, imports)
      .exports as unknown as EvaluatorExports;
  }

  /** `kept`: names of the engine's properties that there are to be; default: all. */
  boot(kept?: readonly string[]): void {
    if (kept) {
      const names = new TextEncoder().encode(
        kept.map((name) => (name === '' ? '' : `${name}\0`)).join(''),
      );
      this.#reserve(inputAt + names.length + 1);
      new Uint8Array(this.#exports.memory.buffer, inputAt).set([...names, 0]);
      this.#exports.cw_keep(inputAt);
    }
    this.#exports.cw_boot();
    this.#booted = true;
  }

  /**
   * Bytecode of a module or a script. `strip` leaves out line tables and the functions' sources.
   * Compiling leaves holes all over the memory: let another instance evaluate.
   */
  compile(source: string, it: { module: boolean; strip: boolean }): Uint8Array {
    const { at, length } = this.#write(source);
    const out = this.#exports.cw_compile(at, length, it.module ? 1 : 0, it.strip ? 1 : 0);
    const view = new DataView(this.#exports.memory.buffer);
    const code = view.getUint32(out, true);
    const codeLength = view.getUint32(out + 4, true);
    return new Uint8Array(this.#exports.memory.buffer, code, codeLength).slice();
  }

  /** The bytecode lies behind all that the engine allocates, where no snapshot reaches. */
  evaluate(code: Uint8Array): void {
    this.#reserve(inputAt + code.length);
    new Uint8Array(this.#exports.memory.buffer, inputAt).set(code);
    this.#exports.cw_evaluate(inputAt, code.length);
  }

  /** False unless the contract exports a function of that name. */
  bindMethod(index: number, name: string): boolean {
    return this.#exports.cw_bind(index, this.#write(name).at) !== 0;
  }

  /** Ends the evaluation; what is in memory now is what every call starts from. */
  seal(): Uint8Array {
    const end = this.#exports.cw_seal();
    return new Uint8Array(this.#exports.memory.buffer, 0, end);
  }

  slots(): number[] {
    const slots: number[] = [];
    for (let slot; (slot = this.#exports.cw_slots(slots.length));) slots.push(slot);
    return slots;
  }

  /** Addresses from which everything in memory can be reached, as `boot.c` lists them. */
  roots(): number[] {
    return this.#words(this.#exports.cw_roots(), 7);
  }

  /** The engine's functions and their names in JavaScript; after booting, before sealing. */
  builtins(): Builtin[] {
    const [count = 0, at = 0] = this.#words(this.#exports.cw_builtins(), 2);
    return Array.from({ length: count }, (_, i) => {
      const [name = 0, base = 0, slot = 0] = this.#words(at + 12 * i, 3);
      return { name: this.#text(name), base: base === 0 ? null : this.#text(base), slot };
    });
  }

  #reserve(bytes: number): void {
    const { memory } = this.#exports;
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
  }

  #words(at: number, length: number): number[] {
    const view = new DataView(this.#exports.memory.buffer, at, 4 * length);
    return Array.from({ length }, (_, i) => view.getUint32(4 * i, true));
  }

  #text(at: number): string {
    const bytes = new Uint8Array(this.#exports.memory.buffer, at);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  #hostFunction(name: string): (...args: bigint[]) => bigint {
    if (name === 'panic_utf8') {
      return (length = 0n, at = 0n) => {
        const bytes = new Uint8Array(this.#exports.memory.buffer, Number(at), Number(length));
        throw new Error(`CONTRACT_EVALUATION_FAILED: ${new TextDecoder().decode(bytes)}`);
      };
    }
    return () => {
      if (!this.#booted) return 0n;
      throw new Error(
        `NEAR_AT_TOP_LEVEL: the contract's module asks for ${name} while it loads, which is when ` +
          'it is built; ask inside a method',
      );
    };
  }

  #write(text: string): { at: number; length: number } {
    const bytes = new TextEncoder().encode(text);
    const at = this.#exports.cw_alloc(bytes.length + 1);
    const memory = new Uint8Array(this.#exports.memory.buffer, at, bytes.length + 1);
    memory.set(bytes);
    memory[bytes.length] = 0;
    return { at, length: bytes.length };
  }
}

/** Table slots that a sealed memory never calls, as `boot.c` lists them. */
export function listUnusedSlots(evaluator: Uint8Array): number[] {
  return new EngineInstance(evaluator).slots();
}
