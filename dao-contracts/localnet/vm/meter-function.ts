/**
 * Rewrites one function body so that it pays for what it runs. The body is cut into regions that
 * run as a whole (they end at branches and calls); each region pays for its instructions before it
 * starts, so that gas read by a host function is exact. On entry the function also reserves its
 * frame and deepest operand stack from a counted stack, and pays for clearing the frame; this
 * is how the network bounds recursion, and unlike V8's own stack it is the same on every machine.
 * When gas or stack runs out the code traps; the negative counter tells which it was.
 *
 * `exact` ends a region also after each instruction that may trap, as the network's do, so that a trap
 * has paid for nothing after it; that is more to count, so only a call that has trapped is run so.
 */
import { wasmCosts } from '../protocol/parameters.js';
import {
  isPaidByUnit,
  mayTrap,
  op,
  secondStackEffect,
  skipImmediates,
  stackEffect,
  type,
  valueBytes,
} from './instructions.js';
import { OperandStack, type FunctionType } from './operand-stack.js';
import { PrepareError, WasmReader, WasmWriter } from './wasm-bytes.js';

/** What a function body may refer to, and the indices of what the metering pass added. */
export interface MeteredModule {
  types: readonly FunctionType[];
  /** Type of every function, imported ones first. */
  functionTypes: readonly FunctionType[];
  globalTypes: readonly number[];
  gasGlobal: number;
  stackGlobal: number;
  growFunction: number;
  sizeFunction: number;
  /** Takes a count, pays for so many units, and gives it back. */
  unitsFunction: number;
  exact: ExactParts | null;
}

/** What tells a call of nothing from one by a wrong type, which V8 does not. */
export interface ExactParts {
  /** Takes an index of the table, ends the run if there is nothing, and gives it back. */
  calleeFunction: number;
}

/** The metered body (locals and code, without its size), and how many locals and blocks it has. */
export function meterFunction(
  module: MeteredModule,
  signature: FunctionType,
  body: WasmReader,
): { code: Uint8Array; locals: number; blocks: number } {
  const declarations = new WasmWriter(32);
  const locals = readLocals(signature, body, declarations);
  const code = new WasmWriter((body.end - body.at) * 2);
  const { stackBytes, blocks } = rewriteCode(module, signature.results, body, locals, code);

  const frameBytes = 64 + locals.reduce((sum, valueType) => sum + valueBytes(valueType), 0);
  const reserved = frameBytes + stackBytes;
  const out = new WasmWriter(code.length + 64).bytes(declarations.finish());
  out.byte(op.block).byte(signature.results[0] ?? type.empty);
  emitReserveStack(module, reserved, out);
  emitCharge(module, Math.ceil(frameBytes / 8) * wasmCosts.instruction, out);
  out.bytes(code.finish());
  emitReleaseStack(module, reserved, out);
  out.byte(op.end);
  return { code: out.finish(), locals: locals.length - signature.parameters.length, blocks };
}

function readLocals(signature: FunctionType, body: WasmReader, out: WasmWriter): number[] {
  const locals = [...signature.parameters];
  const runs = body.unsigned();
  out.unsigned(runs);
  for (let i = 0; i < runs; i++) {
    const count = body.unsigned();
    const valueType = body.byte();
    valueBytes(valueType);
    if (locals.length + count > 50_000) {
      throw new PrepareError('TooManyLocals', 'a function has more than 50,000');
    }
    for (let j = 0; j < count; j++) locals.push(valueType);
    out.unsigned(count).byte(valueType);
  }
  return locals;
}

function rewriteCode(
  module: MeteredModule,
  results: readonly number[],
  body: WasmReader,
  locals: readonly number[],
  out: WasmWriter,
): { stackBytes: number; blocks: number } {
  const stack = new OperandStack(results);
  let regionStart = body.at;
  let instructions = 0;
  let blocks = 0;

  const flush = (end: number): void => {
    emitCharge(module, instructions * wasmCosts.instruction, out);
    out.bytes(body.bytes.subarray(regionStart, end));
    regionStart = end;
    instructions = 0;
  };

  while (!body.done) {
    const start = body.at;
    const opcode = body.byte();
    const immediates = body.at;
    skipImmediates(body, opcode);
    const index = (): number => new WasmReader(body.bytes, immediates, body.at).unsigned();
    const blockType = body.bytes[immediates]!;
    switch (opcode) {
      case op.block:
        blocks++;
        stack.open(opcode, blockType);
        break;
      case op.loop:
        // Every turn of a loop pays for the `loop` itself: it belongs to the loop's body.
        blocks++;
        stack.open(opcode, blockType);
        flush(body.at);
        instructions++;
        break;
      case op.if:
        blocks++;
        instructions++;
        stack.pop(1);
        stack.open(opcode, blockType);
        flush(body.at);
        break;
      case op.else:
        stack.reopen();
        flush(body.at);
        break;
      case op.end:
        // The function's own `end` closes the block that wraps the body.
        stack.close();
        flush(body.at);
        break;
      case op.return:
        // Leaving the wrapping block instead of the function passes by the stack's release.
        instructions++;
        flush(start);
        out.byte(op.br).unsigned(stack.depth);
        regionStart = body.at;
        stack.kill();
        break;
      case op.br:
      case op.brTable:
      case op.unreachable:
        instructions++;
        flush(body.at);
        stack.kill();
        break;
      case op.brIf:
        instructions++;
        stack.pop(1);
        flush(body.at);
        break;
      case op.call:
        instructions++;
        stack.call(at(module.functionTypes, index(), 'function'));
        flush(body.at);
        break;
      case op.callIndirect:
        instructions++;
        // The protocol's analysis leaves the index on the stack.
        stack.call(at(module.types, index(), 'type'));
        if (module.exact) {
          flush(start);
          out.byte(op.call).unsigned(module.exact.calleeFunction);
        }
        flush(body.at);
        break;
      case op.memorySize:
        instructions++;
        stack.push(4);
        flush(start);
        out.byte(op.call).unsigned(module.sizeFunction);
        regionStart = body.at;
        break;
      case op.memoryGrow:
        stack.pop(1);
        stack.push(4);
        flush(start);
        out.byte(op.call).unsigned(module.growFunction);
        regionStart = body.at;
        break;
      case op.drop:
        instructions++;
        stack.pop(1);
        break;
      case op.select:
      case op.typedSelect:
        instructions++;
        stack.pop(2);
        break;
      case op.prefix: {
        const second = index();
        const effect = secondStackEffect(second);
        if (isPaidByUnit(second)) {
          flush(start);
          out.byte(op.call).unsigned(module.unitsFunction);
        } else {
          instructions++;
        }
        stack.pop(effect.pops);
        if (effect.pushBytes) stack.push(effect.pushBytes);
        break;
      }
      case op.localGet:
        instructions++;
        stack.push(valueBytes(at(locals, index(), 'local')));
        break;
      case op.localSet:
      case op.globalSet:
        instructions++;
        stack.pop(1);
        break;
      case op.localTee:
        instructions++;
        break;
      case op.globalGet:
        instructions++;
        stack.push(valueBytes(at(module.globalTypes, index(), 'global')));
        break;
      default: {
        instructions++;
        const effect = stackEffect(opcode)!;
        stack.pop(effect.pops);
        if (effect.pushBytes) stack.push(effect.pushBytes);
        if (module.exact && mayTrap(opcode)) flush(body.at);
      }
    }
  }
  return { stackBytes: stack.deepest, blocks };
}

export function emitCharge(module: MeteredModule, gas: number, out: WasmWriter): void {
  if (gas === 0) return;
  out.byte(op.globalGet).unsigned(module.gasGlobal).byte(op.i64Const).signed(gas);
  out.byte(op.i64Sub).byte(op.globalSet).unsigned(module.gasGlobal);
  out.byte(op.globalGet).unsigned(module.gasGlobal).byte(op.i64Const).signed(0).byte(op.i64LtS);
  emitTrapIf(out);
}

function emitReserveStack(module: MeteredModule, bytes: number, out: WasmWriter): void {
  out.byte(op.globalGet).unsigned(module.stackGlobal).byte(op.i32Const).signed(bytes);
  out.byte(op.i32Sub).byte(op.globalSet).unsigned(module.stackGlobal);
  out.byte(op.globalGet).unsigned(module.stackGlobal).byte(op.i32Const).signed(0).byte(op.i32LtS);
  emitTrapIf(out);
}

function emitReleaseStack(module: MeteredModule, bytes: number, out: WasmWriter): void {
  out.byte(op.globalGet).unsigned(module.stackGlobal).byte(op.i32Const).signed(bytes);
  out.byte(op.i32Add).byte(op.globalSet).unsigned(module.stackGlobal);
}

export function emitTrapIf(out: WasmWriter): void {
  out.byte(op.if).byte(type.empty).byte(op.unreachable).byte(op.end);
}

function at<T>(list: readonly T[], index: number, what: string): T {
  const found = list[index];
  if (found === undefined) throw new PrepareError('Deserialization', `no ${what} ${index}`);
  return found;
}
