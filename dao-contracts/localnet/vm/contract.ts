/**
 * Runs one method of a contract. Code is prepared and compiled once per hash; each call gets a
 * fresh instance, and so fresh memory, because on the network nothing but storage outlives a call.
 */
import { hostCosts, limits } from '../protocol/parameters.js';
import { Call, type CallContext, type CallOutcome, type CallStorage } from './call.js';
import { contextFunctions } from './host/context.js';
import { cryptoFunctions } from './host/crypto.js';
import { curveFunctions } from './host/curves.js';
import type { HostFunction, HostTable } from './host/host-function.js';
import { outputFunctions } from './host/output.js';
import { promiseActionFunctions } from './host/promise-actions.js';
import { promiseFunctions } from './host/promises.js';
import { storageFunctions } from './host/storage.js';
import { exported, instrument, memoryImport, methodExport } from './instrument.js';
import { type } from './instructions.js';
import type { HostImport } from './module-sections.js';
import type { FunctionType } from './operand-stack.js';
import { morePages, returnMemory, startingPages, takeMemory } from './virtual-memory.js';
import { HostError, trapFrom, type VmFailure } from './vm-error.js';
import { PrepareError } from './wasm-bytes.js';

export interface ContractCode {
  hash: string;
  bytes: Uint8Array;
}

const hostTable: HostTable = {
  ...contextFunctions,
  ...cryptoFunctions,
  ...curveFunctions,
  ...outputFunctions,
  ...promiseFunctions,
  ...promiseActionFunctions,
  ...storageFunctions,
};

interface Prepared {
  module: WebAssembly.Module;
  imports: readonly { name: string; run: HostFunction['run'] }[];
  methods: ReadonlyMap<string, FunctionType>;
  hasStart: boolean;
  /** Of the memory that calls start with; grows when one turns out to need more. */
  pages: number;
}

/** Compiled contracts by code hash, with the failures of those that cannot be prepared. */
const compiled = new Map<string, Prepared | VmFailure>();
const compiledMax = 32;

export function runContract(
  code: ContractCode,
  context: CallContext,
  openStorage: () => CallStorage,
): CallOutcome {
  let call = new Call(context, openStorage());
  if (context.method === '') return failed(call, { kind: 'method', error: 'MethodEmptyName' });
  const prepared = prepare(code);
  if ('kind' in prepared) {
    const fee = chargeLoading(call, code);
    return failed(call, fee ?? prepared);
  }
  const method = prepared.methods.get(context.method);
  if (!method) return failed(call, { kind: 'method', error: 'MethodNotFound' });
  if (method.parameters.length || method.results.length) {
    return failed(call, { kind: 'method', error: 'MethodInvalidSignature' });
  }
  let failure = chargeLoading(call, code) ?? execute(call, prepared);
  while (failure?.kind === 'trap' && failure.trap === 'MemoryOutOfBounds') {
    // The standard memory may have gone further. A call has no effect before it returns, so it
    // can start again from nothing.
    if (prepared.pages >= limits.initialMemoryPages) break;
    prepared.pages = morePages(prepared.pages);
    call = new Call(context, openStorage());
    failure = chargeLoading(call, code) ?? execute(call, prepared);
  }
  if (failure) return failed(call, failure);
  call.shareUnusedGas();
  return {
    failure: null,
    burntGas: call.gas.burnt,
    usedGas: call.gas.used,
    logs: call.logs,
    returned: call.returned,
    balanceYocto: call.balanceYocto,
    storageUsageBytes: call.storageUsageBytes,
    receipts: call.receipts,
    resumed: call.resumed,
  };
}

/** Prepares and compiles; what fails here fails on every call. */
function prepare(code: ContractCode): Prepared | VmFailure {
  const known = compiled.get(code.hash);
  if (known) return known;
  const prepared = compile(code.bytes);
  if (compiled.size >= compiledMax) compiled.delete(compiled.keys().next().value!);
  compiled.set(code.hash, prepared);
  return prepared;
}

function compile(bytes: Uint8Array): Prepared | VmFailure {
  try {
    const instrumented = instrument(bytes);
    const imports = instrumented.imports.map(link);
    const module = new WebAssembly.Module(instrumented.bytes as BufferSource);
    const { methods, hasStart } = instrumented;
    return { module, imports, methods, hasStart, pages: startingPages(instrumented) };
  } catch (error) {
    if (error instanceof HostError) return { kind: 'link', message: error.message };
    if (error instanceof PrepareError) {
      return { kind: 'prepare', error: error.kind, detail: error.message };
    }
    return { kind: 'prepare', error: 'Deserialization', detail: String(error) };
  }
}

function link({ name, type: declared }: HostImport): { name: string; run: HostFunction['run'] } {
  const found = Object.hasOwn(hostTable, name) ? hostTable[name] : undefined;
  if (!found) throw new HostError(`unknown import env.${name}`);
  const letter = (valueType: number): string =>
    valueType === type.i64 ? 'j' : valueType === type.i32 ? 'i' : '?';
  const signature = [declared.parameters, declared.results]
    .map((types) => types.map(letter).join(''))
    .join('>');
  if (signature !== found.signature) {
    throw new HostError(`import env.${name} has type ${signature}, not ${found.signature}`);
  }
  return { name, run: found.run };
}

function chargeLoading(call: Call, code: ContractCode): VmFailure | null {
  const { contractLoadingBase, contractLoadingByte } = hostCosts;
  try {
    call.gas.burn(contractLoadingBase + contractLoadingByte * code.bytes.length);
    return null;
  } catch (error) {
    return { kind: 'host', error: (error as HostError).error };
  }
}

function execute(call: Call, prepared: Prepared): VmFailure | null {
  let gasLeft: WebAssembly.Global<'i64'> | undefined;
  let stackLeft: WebAssembly.Global<'i32'> | undefined;
  const env: Record<string, (...args: never[]) => unknown> = {};
  for (const { name, run } of prepared.imports) {
    env[name] = (...args) => {
      call.gas.resumeAt(Number(gasLeft!.value));
      const result = run(call, ...args);
      gasLeft!.value = BigInt(call.gas.left);
      return result;
    };
  }
  const { pages } = prepared;
  const memory = takeMemory(pages);
  call.guest.attach(memory);
  const imports = { env, [memoryImport.module]: { [memoryImport.name]: memory } };
  try {
    const { exports } = new WebAssembly.Instance(prepared.module, imports);
    gasLeft = exports[exported.gas] as WebAssembly.Global<'i64'>;
    stackLeft = exports[exported.stack] as WebAssembly.Global<'i32'>;
    gasLeft.value = BigInt(call.gas.left);
    if (prepared.hasStart) (exports[exported.start] as () => void)();
    (exports[methodExport(call.context.method)] as () => void)();
    call.gas.resumeAt(Number(gasLeft.value));
    return null;
  } catch (error) {
    if (error instanceof HostError) return { kind: 'host', error: error.error };
    return trapped(call, error, Number(gasLeft?.value ?? call.gas.left), stackLeft?.value ?? 0);
  } finally {
    returnMemory(memory, pages);
  }
}

/** Tells apart the traps that the metering put in from those of the contract. */
function trapped(call: Call, error: unknown, gasLeft: number, stackLeft: number): VmFailure {
  if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) {
    // A mistake of ours must not stop the chain; it fails the receipt and says what it was.
    return { kind: 'link', message: `local node: ${String(error)}` };
  }
  try {
    call.gas.resumeAt(gasLeft);
  } catch (exceeded) {
    return { kind: 'host', error: (exceeded as HostError).error };
  }
  if (stackLeft < 0) return { kind: 'host', error: 'MemoryAccessViolation' };
  return { kind: 'trap', trap: trapFrom(error) };
}

function failed(call: Call, failure: VmFailure): CallOutcome {
  return {
    failure,
    burntGas: call.gas.burnt,
    usedGas: call.gas.used,
    logs: call.logs,
    returned: { kind: 'none' },
    balanceYocto: call.context.balanceYocto + call.context.attachedDepositYocto,
    storageUsageBytes: call.context.storageUsageBytes,
    receipts: [],
    resumed: [],
  };
}
