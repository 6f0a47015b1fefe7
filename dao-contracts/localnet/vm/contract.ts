/**
 * Runs one method of a contract. Code is prepared and compiled once per hash; each call gets a
 * fresh instance, and so fresh memory, because on the network nothing but storage outlives a call.
 * A call has no effect before it returns, so one that has ended in a trap is run once more from the
 * start: with a memory of the standard size, if it went beyond ours, and then with exact metering.
 */
import { hostCosts, limits } from '../protocol/parameters.js';
import { Call, type CallContext, type CallOutcome, type CallStorage } from './call.js';
import { bls12381Functions } from './host/bls12381.js';
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
import { HostError, isBeyondMemory, trapFrom, type VmFailure } from './vm-error.js';
import { PrepareError } from './wasm-bytes.js';

export interface ContractCode {
  hash: string;
  bytes: Uint8Array;
}

const hostTable: HostTable = {
  ...bls12381Functions,
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
  /** For calls that trap; made when the first one does. */
  exact: WebAssembly.Module | null;
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
  // What cannot be prepared costs nothing; what does not link has been loaded.
  if ('kind' in prepared && prepared.kind === 'prepare') return failed(call, prepared);
  const unloaded = chargeLoading(call, code);
  if (unloaded) return failed(call, unloaded);
  if ('kind' in prepared) return failed(call, prepared);
  const unfit = refusalOfMethod(prepared.methods.get(context.method));
  if (unfit) return failed(new Call(context, openStorage()), unfit);

  let failure = execute(call, prepared, prepared.module);
  const again = (module: WebAssembly.Module): void => {
    call = new Call(context, openStorage());
    failure = chargeLoading(call, code) ?? execute(call, prepared, module);
  };
  while (failure?.kind === 'trap' && call.beyondMemory) {
    if (prepared.pages >= limits.initialMemoryPages) break;
    prepared.pages = morePages(prepared.pages);
    again(prepared.module);
  }
  if (failure?.kind === 'trap') {
    prepared.exact ??= new WebAssembly.Module(instrument(code.bytes, true).bytes as BufferSource);
    again(prepared.exact);
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

/** As if it had not been loaded: it costs nothing. */
function refusalOfMethod(method: FunctionType | undefined): VmFailure | null {
  if (!method) return { kind: 'method', error: 'MethodNotFound' };
  if (method.parameters.length === 0 && method.results.length === 0) return null;
  return { kind: 'method', error: 'MethodInvalidSignature' };
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
    return { module, exact: null, imports, methods, hasStart, pages: startingPages(instrumented) };
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
  } catch {
    // Whichever of the limits it was.
    return { kind: 'host', error: 'GasExceeded' };
  }
}

interface Counters {
  gas: WebAssembly.Global<'i64'>;
  stack: WebAssembly.Global<'i32'>;
  nothing: WebAssembly.Global<'i32'>;
}

function execute(call: Call, prepared: Prepared, module: WebAssembly.Module): VmFailure | null {
  let counters: Counters | undefined;
  const env: Record<string, (...args: never[]) => unknown> = {};
  for (const { name, run } of prepared.imports) {
    env[name] = (...args) => {
      call.gas.resumeAt(Number(counters!.gas.value));
      const result = run(call, ...args);
      counters!.gas.value = BigInt(call.gas.left);
      return result;
    };
  }
  const { pages } = prepared;
  const memory = takeMemory(pages);
  call.guest.attach(memory);
  const imports = { env, [memoryImport.module]: { [memoryImport.name]: memory } };
  try {
    const { exports } = new WebAssembly.Instance(module, imports);
    counters = {
      gas: exports[exported.gas] as WebAssembly.Global<'i64'>,
      stack: exports[exported.stack] as WebAssembly.Global<'i32'>,
      nothing: exports[exported.nothing] as WebAssembly.Global<'i32'>,
    };
    counters.gas.value = BigInt(call.gas.left);
    if (prepared.hasStart) (exports[exported.start] as () => void)();
    (exports[methodExport(call.context.method)] as () => void)();
    call.gas.resumeAt(Number(counters.gas.value));
    return null;
  } catch (error) {
    if (error instanceof HostError) return { kind: 'host', error: error.error };
    return trapped(call, error, counters);
  } finally {
    returnMemory(memory, pages);
  }
}

/** Tells apart the traps that the metering put in from those of the contract. */
function trapped(call: Call, error: unknown, counters: Counters | undefined): VmFailure {
  if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) {
    // A mistake of ours must not stop the chain; it fails the receipt and says what it was.
    return { kind: 'link', message: `local node: ${String(error)}` };
  }
  call.beyondMemory = isBeyondMemory(error);
  // Data and elements that do not fit trap before there are any counters.
  if (!counters) return { kind: 'trap', trap: trapFrom(error) };
  try {
    call.gas.resumeAt(Number(counters.gas.value));
  } catch (exceeded) {
    return { kind: 'host', error: (exceeded as HostError).error };
  }
  if (counters.stack.value < 0) return { kind: 'host', error: 'MemoryAccessViolation' };
  if (counters.nothing.value) return { kind: 'trap', trap: 'IndirectCallToNull' };
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
