/**
 * The engine that runs what strangers wrote: QuickJS as WebAssembly. It sees its own memory and twelve functions,
 * all below, none of which reads, writes or tells anything: no files, no network, no clock, no chance. What
 * the same module makes of the same items is therefore the same on every machine
 * (docs/decisions/047-own-transforms.md). It is to run in a thread of its own (run-module.ts), since one long
 * built-in call can be ended from outside only.
 */
import { digestOf } from '../digest/digest.js';

/** Of `quickjs.wasm` in quickjs-wasi 3.7.0: other bytes may give other results, and are another version. */
export const engineDigest =
  'sha256:c0bd8f296e18cf074969f6401b9ecb72609a1323818ec2b9bf7a8f8d740d1363';

export interface EngineLimits {
  readonly memoryBytesMax: number;
  readonly stackBytesMax: number;
  /** Each is 10,000 calls and turns of loops, or steps of a regular expression; the same count everywhere. */
  readonly pollsMax: number;
  /** Of one answer. */
  readonly answerBytesMax: number;
}

/** What the module does, told in JSON both ways. */
export interface ModuleEngine {
  /** `[[item, { parent, index }], …]` → the items made of them. */
  transform(text: string): string;
  /** What it kept back. */
  finish(): string;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly [name: string]: unknown;
}

/** Errors: `WRONG_ENGINE`, `MODULE_FAILED`, `MODULE_TOO_LONG`. */
export function openModule(
  it: { wasm: Uint8Array; source: Uint8Array; params: string },
  limits: EngineLimits,
): ModuleEngine {
  if (digestOf(it.wasm) !== engineDigest) {
    throw new Error(
      `WRONG_ENGINE: quickjs.wasm is ${digestOf(it.wasm)}, not ${engineDigest}; install from the lock file`,
    );
  }
  const guest = new Guest(new WebAssembly.Module(it.wasm as Uint8Array<ArrayBuffer>), limits);
  const driver = guest.evaluate(new TextEncoder().encode(driverSource), 'driver', script);
  const module = guest.settled(guest.evaluate(it.source, 'module', esModule));
  const work = guest.call(driver, module, guest.text(it.params));
  return {
    transform: (text) => guest.read(guest.call(work, guest.text(text))),
    finish: () => guest.read(guest.call(work)),
  };
}

const [script, esModule] = [0, 1];
/** Of the guest's language: `eval`, without which nothing is evaluated, RegExp, JSON, Proxy, Map, typed arrays, Promise, BigInt. No Date. */
const intrinsics = 2 | 4 | 8 | 16 | 32 | 64 | 128 | 256;

/**
 * Runs before the module and keeps what it needs. Taken away: chance; and numbers of fewer bits, since
 * WebAssembly leaves the sign of a NaN that becomes one to the processor.
 */
const driverSource = `(() => {
  delete Math.random;
  for (const name of ['Float16Array', 'Float32Array', 'SharedArrayBuffer', 'Atomics']) delete globalThis[name];
  for (const bits of [16, 32]) for (const way of ['get', 'set']) delete DataView.prototype[way + 'Float' + bits];
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  return ({ transform, finish }, params) => {
    if (typeof transform !== 'function') throw new TypeError('it exports no function "transform"');
    const given = parse(params);
    const gather = (into, made) => {
      if (made === undefined) throw new TypeError('it returned nothing; null drops an item');
      if (made === null) return;
      if (isArray(made)) for (const one of made) into.push(one);
      else into.push(made);
    };
    return (text) => {
      const out = [];
      if (text !== undefined) {
        for (const [item, place] of parse(text)) gather(out, transform(item, { ...place, params: given }));
      } else if (finish !== undefined) gather(out, finish({ params: given }));
      return stringify(out);
    };
  };
})()`;

/** An instance with its imports: all that the guest can reach. */
class Guest {
  private readonly exports: Exports;
  private polls = 0;

  constructor(
    module: WebAssembly.Module,
    private readonly limits: EngineLimits,
  ) {
    const { env, wasi } = this.imports();
    const instance = new WebAssembly.Instance(module, { env, wasi_snapshot_preview1: wasi });
    this.exports = instance.exports as unknown as Exports;
    this.run('_initialize');
    if (this.run('qjs_init2', intrinsics) !== 0) throw new Error('the engine did not start');
    this.run('qjs_set_memory_limit', limits.memoryBytesMax);
    this.run('qjs_set_max_stack_size', limits.stackBytesMax);
    this.run('qjs_set_interrupt_handler', 1);
  }

  /** A value that stays until the instance goes. */
  evaluate(source: Uint8Array, name: string, kind: number): number {
    const [code, label] = [this.bytes(source), this.bytes(new TextEncoder().encode(name))];
    const value = this.checked(this.run('qjs_eval', code, source.length, label, kind));
    this.run('wasm_free', code);
    return value;
  }

  /** What a module's promise came to: it is kept at once, or the module waits for what never comes. */
  settled(promise: number): number {
    const state = this.run('qjs_promise_state', promise);
    if (state === 0) failed('it waits for something at its top level');
    const result = this.run('qjs_promise_result', promise);
    if (state === 2) failed(this.words(result));
    return result;
  }

  call(work: number, ...args: number[]): number {
    const list = this.room(4 * Math.max(1, args.length));
    const view = new DataView(this.exports.memory.buffer);
    args.forEach((arg, i) => view.setUint32(list + 4 * i, arg, true));
    const itself = this.run('qjs_get_undefined');
    const value = this.checked(this.run('qjs_call', work, itself, args.length, list));
    this.run('wasm_free', list);
    for (const arg of args) this.run('qjs_free_value', arg);
    return value;
  }

  text(words: string): number {
    const bytes = new TextEncoder().encode(words);
    const at = this.bytes(bytes);
    const value = this.checked(this.run('qjs_new_string', at, bytes.length));
    this.run('wasm_free', at);
    return value;
  }

  /** A text, which is then forgotten there. */
  read(value: number): string {
    if (!this.run('qjs_is_string', value)) failed('its JSON was tampered with');
    const words = this.wordsOf(value, this.limits.answerBytesMax);
    this.run('qjs_free_value', value);
    return words;
  }

  private wordsOf(value: number, bytesMax: number): string {
    const lengthAt = this.room(4);
    const at = this.run('qjs_get_string_len', value, lengthAt);
    const length = new DataView(this.exports.memory.buffer).getUint32(lengthAt, true);
    this.run('wasm_free', lengthAt);
    if (at === 0) failed('out of memory');
    if (length > bytesMax) failed(`${length} bytes at once, at most ${bytesMax}`);
    const words = new TextDecoder().decode(new Uint8Array(this.exports.memory.buffer, at, length));
    this.run('qjs_free_cstring', at);
    return words;
  }

  /** What it says of an error; whatever it throws, a short text on one line. */
  private words(thrown: number): string {
    try {
      return this.wordsOf(thrown, 2 ** 16);
    } catch {
      return 'it threw something that is no text';
    }
  }

  private checked(value: number): number {
    if (value !== 0 && !this.run('qjs_is_exception', value)) return value;
    failed(this.words(this.run('qjs_get_exception')));
  }

  private bytes(bytes: Uint8Array): number {
    // The engine reads one more, and wants a zero there.
    const at = this.room(bytes.length + 1);
    const memory = new Uint8Array(this.exports.memory.buffer);
    memory.set(bytes, at);
    memory[at + bytes.length] = 0;
    return at;
  }

  private room(bytes: number): number {
    const at = this.run('wasm_malloc', bytes);
    return at === 0 ? failed('out of memory') : at;
  }

  private run(name: string, ...args: number[]): number {
    // Pointers are unsigned.
    const answer = (this.exports[name] as (...args: number[]) => number)(...args) >>> 0;
    if (this.polls > this.limits.pollsMax) {
      throw new Error(
        `MODULE_TOO_LONG: the module took more than ${this.limits.pollsMax} times 10,000 steps; ` +
          'make it shorter, or the dataset smaller',
      );
    }
    return answer;
  }

  private imports(): Record<'env' | 'wasi', Record<string, (...args: number[]) => number | void>> {
    const [success, badFile, noSuchCall] = [0, 8, 52];
    const free = (value: number) => void this.run('qjs_free_value', value);
    return {
      env: {
        host_interrupt: () => Number(++this.polls > this.limits.pollsMax),
        // Nothing is lent to the guest to be called.
        host_call: () => failed('it called what it was not given'),
        host_promise_rejection: (promise, reason) => (free(promise!), free(reason!)),
        host_module_normalize: () => 0,
        host_module_load: () => 0,
        host_get_timezone_offset: () => 0,
      },
      wasi: {
        // Asked once, for the seed of what the driver takes away.
        clock_time_get: (...[, , at]) => {
          new DataView(this.exports.memory.buffer).setBigUint64(at!, 0n, true);
          return success;
        },
        random_get: () => noSuchCall,
        fd_close: () => badFile,
        fd_fdstat_get: () => badFile,
        fd_seek: () => badFile,
        fd_write: () => badFile,
      },
    };
  }
}

function failed(why: string): never {
  // It is a stranger's text: on one line, without what a terminal would obey.
  const plain = why.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 200);
  throw new Error(`MODULE_FAILED: the module: ${plain}`);
}
