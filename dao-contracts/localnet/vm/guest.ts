/**
 * What a host function sees of the contract: its memory, and the registers through which values
 * of unknown length pass. Every access pays before it is checked, as on the network.
 */
import { hostCosts as cost, limits } from '../protocol/parameters.js';
import { priceOfBytes, type GasCounter } from './gas-counter.js';
import { reach } from './virtual-memory.js';
import { HostError } from './vm-error.js';

const fromRegister = 0xffff_ffff_ffff_ffffn;
const u64Max = fromRegister;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const strictUtf16 = new TextDecoder('utf-16le', { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

export class Guest {
  private readonly registers = new Map<bigint, Uint8Array>();
  private registersBytes = 0;
  private memory: WebAssembly.Memory | undefined;

  constructor(private readonly gas: GasCounter) {}

  attach(memory: WebAssembly.Memory): void {
    this.memory = memory;
  }

  /** A copy of `length` bytes at `pointer`, or of the register `pointer` if length is u64::MAX. */
  read(length: bigint, pointer: bigint): Uint8Array {
    const size = u64(length);
    if (size === fromRegister) return this.register(u64(pointer));
    return this.readMemory(size, u64(pointer));
  }

  readMemory(length: bigint, pointer: bigint): Uint8Array {
    this.gas.burn(cost.readMemoryBase + priceOfBytes(cost.readMemoryByte, length));
    return this.window(Number(length), pointer).slice();
  }

  writeMemory(pointer: bigint, bytes: Uint8Array): void {
    this.gas.burn(cost.writeMemoryBase + cost.writeMemoryByte * bytes.length);
    this.window(bytes.length, u64(pointer)).set(bytes);
  }

  register(id: bigint): Uint8Array {
    const value = this.registers.get(id);
    if (!value) throw new HostError({ InvalidRegisterId: { register_id: Number(id) } });
    this.gas.burn(cost.readRegisterBase + cost.readRegisterByte * value.length);
    return value;
  }

  registerLength(id: bigint): bigint {
    const value = this.registers.get(u64(id));
    return value ? BigInt(value.length) : u64Max;
  }

  /** `free`: input and promise results are shared, so only the base is paid. */
  setRegister(id: bigint, value: Uint8Array, free = false): void {
    this.gas.burn(cost.writeRegisterBase + (free ? 0 : cost.writeRegisterByte * value.length));
    const key = u64(id);
    const old = this.registers.get(key);
    const total = this.registersBytes + value.length + 8 - (old ? old.length + 8 : 0);
    if (
      value.length > limits.maxRegisterBytes ||
      this.registers.size >= limits.maxRegisters ||
      total > limits.maxRegistersBytes
    ) {
      throw new HostError('MemoryAccessViolation');
    }
    this.registersBytes = total;
    this.registers.set(key, value);
  }

  /**
   * UTF-8 text that fits into the log, which has `logged` bytes; a length of u64::MAX means up to the
   * first zero.
   */
  utf8(length: bigint, pointer: bigint, logged: number): string {
    this.gas.burn(cost.utf8DecodingBase);
    const size = u64(length);
    const raw = size === u64Max ? this.untilZero(u64(pointer), logged) : null;
    if (size !== u64Max) requireRoom(size, logged);
    const bytes = raw ?? this.readMemory(size, u64(pointer));
    this.gas.burn(cost.utf8DecodingByte * bytes.length);
    return decodeUtf8(bytes);
  }

  /** The same of UTF-16; here the memory is read, and paid for, before its length is looked at. */
  utf16(length: bigint, pointer: bigint, logged: number): string {
    this.gas.burn(cost.utf16DecodingBase);
    const size = u64(length);
    const raw = size === u64Max ? this.unitsUntilZero(u64(pointer), logged) : null;
    const bytes = raw ?? this.readMemory(size, u64(pointer));
    if (bytes.length % 2 !== 0) throw new HostError('BadUTF16');
    if (!raw) requireRoom(size, logged);
    this.gas.burn(cost.utf16DecodingByte * bytes.length);
    try {
      return strictUtf16.decode(bytes);
    } catch {
      throw new HostError('BadUTF16');
    }
  }

  /** An account name's bytes as text; whether it is a name is for the caller to check. */
  accountText(length: bigint, pointer: bigint): string {
    const bytes = this.read(length, pointer);
    this.gas.burn(cost.utf8DecodingBase + cost.utf8DecodingByte * bytes.length);
    return decodeUtf8(bytes);
  }

  u128(pointer: bigint): bigint {
    const bytes = this.readMemory(16n, u64(pointer));
    const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
    return view.getBigUint64(0, true) | (view.getBigUint64(8, true) << 64n);
  }

  writeU128(pointer: bigint, value: bigint): void {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, value & u64Max, true);
    view.setBigUint64(8, value >> 64n, true);
    this.writeMemory(pointer, bytes);
  }

  private untilZero(pointer: bigint, logged: number): Uint8Array {
    const bytes: number[] = [];
    for (;;) {
      const byte = this.readMemory(1n, pointer + BigInt(bytes.length))[0]!;
      if (byte === 0) return Uint8Array.from(bytes);
      requireRoom(BigInt(bytes.length + 1), logged);
      bytes.push(byte);
    }
  }

  private unitsUntilZero(pointer: bigint, logged: number): Uint8Array {
    const bytes: number[] = [];
    for (;;) {
      const unit = this.readMemory(2n, pointer + BigInt(bytes.length));
      if (unit[0] === 0 && unit[1] === 0) return Uint8Array.from(bytes);
      requireRoom(BigInt(bytes.length + 2), logged);
      bytes.push(unit[0]!, unit[1]!);
    }
  }

  private window(size: number, pointer: bigint): Uint8Array {
    if (!this.memory) throw new HostError('MemoryAccessViolation');
    const end = pointer + BigInt(size);
    if (end > BigInt(this.memory.buffer.byteLength)) reach(this.memory, Number(end));
    const { buffer } = this.memory;
    if (end > BigInt(buffer.byteLength)) throw new HostError('MemoryAccessViolation');
    return new Uint8Array(buffer, Number(pointer), size);
  }
}

/** Wasm integers arrive signed. */
export function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

export function encodeUtf8(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Such that encoding the text gives the same bytes; what is no UTF-8 is the error that is named. */
export function decodeUtf8(bytes: Uint8Array, error = 'BadUTF8'): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw new HostError(error);
  }
}

/** In the log, for so many bytes more. */
function requireRoom(bytes: bigint, logged: number): void {
  const [length, limit] = [BigInt(logged) + bytes, limits.maxTotalLogBytes];
  if (length <= BigInt(limit)) return;
  throw new HostError({ TotalLogLengthExceeded: { length: Number(length), limit } });
}
