/**
 * How a contract call fails: one value per failure of the protocol, with the JSON form that
 * clients parse (`serialized`) and, for views, the richer form (`raw`).
 */

type HostErrorValue = string | Readonly<Record<string, unknown>>;

export type VmFailure =
  | { kind: 'host'; error: HostErrorValue }
  | { kind: 'trap'; trap: string }
  | { kind: 'method'; error: 'MethodNotFound' | 'MethodEmptyName' | 'MethodInvalidSignature' }
  | { kind: 'noCode'; accountId: string }
  | { kind: 'prepare'; error: string; detail: string }
  | { kind: 'link'; message: string };

/** Thrown by host functions; ends the call. */
export class HostError extends Error {
  constructor(readonly error: HostErrorValue) {
    super(typeof error === 'string' ? error : JSON.stringify(error));
    this.name = 'HostError';
  }
}

/** What an outcome says: the protocol collapses errors of execution to one sentence. */
export function serializeFailure(failure: VmFailure): object {
  switch (failure.kind) {
    case 'host':
    case 'trap':
      return { ExecutionError: describeFailure(failure) };
    case 'link':
      return { ExecutionError: `Link Error: ${failure.message}` };
    default:
      return rawFailure(failure);
  }
}

export function rawFailure(failure: VmFailure): object {
  switch (failure.kind) {
    case 'host':
      return { HostError: failure.error };
    case 'trap':
      return { WasmTrap: failure.trap };
    case 'method':
      return { MethodResolveError: failure.error };
    case 'noCode':
      return { CompilationError: { CodeDoesNotExist: { account_id: failure.accountId } } };
    case 'prepare':
      return { CompilationError: { PrepareError: failure.error } };
    case 'link':
      return { LinkError: { msg: failure.message } };
  }
}

export function describeFailure(failure: VmFailure): string {
  switch (failure.kind) {
    case 'host':
      return describeHostError(failure.error);
    case 'trap':
      return `WebAssembly trap: ${trapSentences[failure.trap] ?? failure.trap}`;
    case 'method':
      return failure.error;
    case 'noCode':
      return `CompilationError(CodeDoesNotExist { account_id: "${failure.accountId}" })`;
    case 'prepare':
      return `PrepareError: ${failure.detail}`;
    case 'link':
      return `Link Error: ${failure.message}`;
  }
}

const trapSentences: Readonly<Record<string, string>> = {
  Unreachable: 'An `unreachable` opcode was executed.',
  IncorrectCallIndirectSignature: 'Call indirect incorrect signature trap.',
  MemoryOutOfBounds: 'Memory out of bounds trap.',
  CallIndirectOOB: 'Call indirect out of bounds trap.',
  IllegalArithmetic: 'An arithmetic exception, e.g. divided by zero.',
  StackOverflow: 'Stack overflow.',
  IndirectCallToNull: 'Indirect call to null.',
  GenericTrap: 'Generic trap.',
};

const hostSentences: Readonly<Record<string, string>> = {
  BadUTF16: 'String encoding is bad UTF-16 sequence.',
  BadUTF8: 'String encoding is bad UTF-8 sequence.',
  GasExceeded: 'Exceeded the prepaid gas.',
  GasLimitExceeded: 'Exceeded the maximum amount of gas allowed to burn per contract.',
  BalanceExceeded: 'Exceeded the account balance.',
  EmptyMethodName: 'Tried to call an empty method name.',
  IntegerOverflow: 'Integer overflow.',
  MemoryAccessViolation: 'Accessed memory outside the bounds.',
  InvalidAccountId: 'VM Logic returned an invalid account id',
  InvalidMethodName: 'VM Logic returned an invalid method name',
  InvalidPublicKey: 'VM Logic provided an invalid public key',
  CannotAppendActionToJointPromise: 'Actions can only be appended to non-joint promise.',
  CannotReturnJointPromise: 'Returning joint promise is currently prohibited.',
  CannotSetRefundToOnJointPromise: 'Refund to can only be set on non-joint promise.',
  DataIdMalformed: 'yield resumption token is malformed',
};

type Fields = Readonly<Record<string, string | number>>;

/** Of errors with facts, in the protocol's words (nearcore's `HostError`). */
const factSentences: Readonly<Record<string, (it: Fields) => string>> = {
  AltBn128InvalidInput: ({ msg }) => `AltBn128 invalid input: ${msg}`,
  BLS12381InvalidInput: ({ msg }) => `BLS12-381 invalid input: ${msg}`,
  ContractSizeExceeded: ({ size, limit }) =>
    `The size of a contract code in DeployContract action ${size} exceeds the limit ${limit}`,
  Deprecated: ({ method_name: name }) => `Attempted to call deprecated host function ${name}`,
  ECRecoverError: ({ msg }) => `ECDSA recover error: ${msg}`,
  Ed25519VerifyInvalidInput: ({ msg }) => `ED25519 signature verification error: ${msg}`,
  GuestPanic: ({ panic_msg: said }) => `Smart contract panicked: ${said}`,
  InvalidPromiseIndex: ({ promise_idx: index }) =>
    `${index} does not correspond to existing promises`,
  InvalidPromiseResultIndex: ({ result_idx: index }) =>
    `Accessed invalid promise result index: ${index}`,
  InvalidRegisterId: ({ register_id: id }) => `Accessed invalid register id: ${id}`,
  KeyLengthExceeded: ({ length, limit }) =>
    `The length of a storage key ${length} exceeds the limit ${limit}`,
  NumberInputDataDependenciesExceeded: ({ number_of_input_data_dependencies: count, limit }) =>
    `The number of input data dependencies ${count} exceeds the limit ${limit}`,
  NumberOfLogsExceeded: ({ limit }) => `The number of logs will exceed the limit ${limit}`,
  NumberPromisesExceeded: ({ number_of_promises: count, limit }) =>
    `The number of promises within a FunctionCall ${count} exceeds the limit ${limit}`,
  P256VerifyInvalidInput: ({ msg }) => `P256 signature verification error: ${msg}`,
  ProhibitedInView: ({ method_name: name }) => `${name} is not allowed in view calls`,
  RecordedStorageExceeded: ({ limit }) =>
    `Size of the recorded trie storage proof has exceeded the allowed limit: ${limit}`,
  ReturnedValueLengthExceeded: ({ length, limit }) =>
    `The length of a returned value ${length} exceeds the limit ${limit}`,
  TotalLogLengthExceeded: ({ length, limit }) =>
    `The length of a log message ${length} exceeds the limit ${limit}`,
  ValueLengthExceeded: ({ length, limit }) =>
    `The length of a storage value ${length} exceeds the limit ${limit}`,
  YieldPayloadLength: ({ length, limit }) =>
    `Yield resume payload is ${length} bytes which exceeds the ${limit} byte limit`,
};

function describeHostError(error: HostErrorValue): string {
  if (typeof error === 'string') return hostSentences[error] ?? error;
  const [[name, facts]] = Object.entries(error) as [[string, Fields]];
  return factSentences[name]?.(facts) ?? JSON.stringify(error);
}

/** Whether what the code reached for may be there in a larger memory. */
export function isBeyondMemory(trap: Error): boolean {
  return /memory access out of bounds|data segment/.test(trap.message);
}

/** The protocol's name for a trap that V8 reports in words. Of tables it has the one of memory. */
export function trapFrom(error: Error): string {
  const words = error.message;
  if (isBeyondMemory(error)) return 'MemoryOutOfBounds';
  if (error instanceof RangeError) return 'StackOverflow';
  if (/unreachable/.test(words)) return 'Unreachable';
  if (/divide|remainder|float unrepresentable|overflow/.test(words)) return 'IllegalArithmetic';
  if (/table|element segment/.test(words)) return 'MemoryOutOfBounds';
  if (/signature mismatch|null function/.test(words)) return 'IncorrectCallIndirectSignature';
  return 'GenericTrap';
}
