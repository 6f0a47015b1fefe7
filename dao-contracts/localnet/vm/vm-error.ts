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
};

function describeHostError(error: HostErrorValue): string {
  if (typeof error === 'string') return hostSentences[error] ?? error;
  if ('GuestPanic' in error) {
    return `Smart contract panicked: ${(error['GuestPanic'] as { panic_msg: string }).panic_msg}`;
  }
  if ('ProhibitedInView' in error) {
    const { method_name: name } = error['ProhibitedInView'] as { method_name: string };
    return `${name} is not allowed in view calls`;
  }
  return JSON.stringify(error);
}

/** The protocol's name for a trap that V8 reports in words. */
export function trapFrom(error: Error): string {
  const words = error.message;
  if (error instanceof RangeError) return 'StackOverflow';
  if (/unreachable/.test(words)) return 'Unreachable';
  if (/memory access out of bounds/.test(words)) return 'MemoryOutOfBounds';
  if (/divide|remainder|float unrepresentable|overflow/.test(words)) return 'IllegalArithmetic';
  if (/table index is out of bounds/.test(words)) return 'CallIndirectOOB';
  if (/signature mismatch|null function/.test(words)) return 'IncorrectCallIndirectSignature';
  return 'GenericTrap';
}
