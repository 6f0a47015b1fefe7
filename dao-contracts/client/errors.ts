/**
 * Every failure of a client call as one sentence with a code: what the contract refused (it panics
 * with `CODE: sentence`), what the chain refused, and what could not be reached. Callers branch on
 * `code`; people read `message`, which is `CODE: facts; remedy`.
 */
import {
  AccessKeyDepositWithFunctionCallActionError,
  AccessKeyDoesNotExistError,
  AccessKeyMethodNameMismatchActionError,
  AccessKeyNotEnoughAllowanceActionError,
  AccessKeyNotFoundActionError,
  AccessKeyReceiverMismatchActionError,
  AccessKeyRequiresFullAccessActionError,
  AccountDoesNotExistError,
  ContractCodeDoesNotExistError,
  ContractExecutionError,
  ContractMethodNotFoundError,
  DoesNotTrackShardError,
  HostGuestPanicError,
  InternalHandlerError,
  InternalRpcError,
  InvalidSignerIdError,
  LackBalanceForStateActionError,
  NodeIsSyncingError,
  NotConfirmedError,
  NotEnoughBalanceError,
  RequestRoutedError,
  RpcError,
  SignerDoesNotExistError,
  TransactionSizeExceededError,
  TransactionTimeoutError,
  UnavailableShardError,
} from 'near-api-js/rpc-errors';
import { formatNear } from './near-amount.js';
import { readPanic } from './panic.js';

export class DaoError extends Error {
  override readonly name = 'DaoError';
  readonly code: string;
  readonly facts: string;
  readonly remedy: string | null;

  constructor(it: { code: string; facts: string; remedy?: string | null; cause?: unknown }) {
    const text = `${it.code}: ${it.facts}${it.remedy ? `; ${it.remedy}` : ''}`;
    super(text, it.cause === undefined ? undefined : { cause: it.cause });
    this.code = it.code;
    this.facts = it.facts;
    this.remedy = it.remedy ?? null;
  }
}

export function isDaoError(error: unknown): error is DaoError {
  return error instanceof DaoError;
}

/** What was being asked of whom, for the sentence. */
export interface CallContext {
  readonly network: { readonly name: string; readonly rpcUrl: string };
  readonly contract: string;
  readonly method?: string;
  readonly accountId?: string | undefined;
}

/** Names the failure behind whatever near-api-js, `fetch` or the platform threw. */
export function daoErrorFrom(error: unknown, context: CallContext): DaoError {
  if (error instanceof DaoError) return error;
  const named = nameRefusal(error, context);
  if (named) return new DaoError({ ...named, cause: error });
  const text = messageOf(error);
  const panic = readPanic(text);
  if (panic) return new DaoError({ ...panic, cause: error });
  if (isNoAnswer(error)) return unanswered(context, error);
  if (error instanceof RpcError) {
    return new DaoError({ code: 'CHAIN_REFUSED', facts: oneLine(text), cause: error });
  }
  if (isNetworkFailure(error)) return unreachable(context, error);
  return new DaoError({
    code: 'UNEXPECTED',
    facts: `${context.method ?? 'a call'} failed in the client itself: ${oneLine(text)}`,
    remedy: 'this is a bug; please report it',
    cause: error,
  });
}

/** The node did not answer in time. */
export class NodeSilentError extends Error {}

/** A node that answers, but not what became of the request: it gave up waiting, or broke inside. */
export function isNoAnswer(error: unknown): boolean {
  return (
    error instanceof TransactionTimeoutError ||
    error instanceof RequestRoutedError ||
    error instanceof NotConfirmedError ||
    error instanceof InternalRpcError ||
    error instanceof InternalHandlerError ||
    error instanceof NodeIsSyncingError ||
    error instanceof UnavailableShardError ||
    error instanceof DoesNotTrackShardError
  );
}

/**
 * Whether a transaction that ended in this error may be on chain all the same: then nothing that
 * it would need, such as the only copy of a new key, may be thrown away.
 */
export function mayHaveLanded(error: unknown): boolean {
  return !isDaoError(error) || error.code === 'CHAIN_UNREACHABLE' || error.code === 'UNEXPECTED';
}

/**
 * What `fetch`, a body that was cut off, a proxy's page in place of JSON, and the library's HTTP
 * errors look like.
 */
function isNetworkFailure(error: unknown): boolean {
  if (error instanceof NodeSilentError || error instanceof SyntaxError) return true;
  if (!(error instanceof Error)) return false;
  const { cause, type } = error as { cause?: unknown; type?: unknown };
  if (typeof cause === 'number' || type === 'RetriesExceeded') return true;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return true;
  // Node says "fetch failed", Chromium "Failed to fetch", Firefox "NetworkError …", Safari "Load …";
  // of a body that ends early "terminated", "network error", "Error in body stream", "Load failed".
  const words = /fetch|network|load failed|terminated|body stream/i;
  return error instanceof TypeError && words.test(error.message);
}

function unreachable(context: CallContext, cause: unknown): DaoError {
  const { name, rpcUrl } = context.network;
  return new DaoError({
    code: 'CHAIN_UNREACHABLE',
    facts: `no NEAR node answers at ${rpcUrl} (${reasonOf(cause)})`,
    remedy:
      name === 'localnet'
        ? 'start one with "commonweights network up"'
        : 'check the connection, or name another node with --rpc',
    cause,
  });
}

function unanswered(context: CallContext, cause: unknown): DaoError {
  return new DaoError({
    code: 'CHAIN_UNREACHABLE',
    facts: `the NEAR node at ${context.network.rpcUrl} gave no answer (${reasonOf(cause)})`,
    remedy: 'it may have happened all the same: look before you do it again',
    cause,
  });
}

/** A failed transaction's `Failure`, as the node reports it. */
export function daoErrorFromFailure(failure: unknown, context: CallContext): DaoError {
  const text = JSON.stringify(failure);
  const execution = findText(failure, 'ExecutionError') ?? findText(failure, 'panic_msg');
  const panic = execution === null ? null : readPanic(execution);
  if (panic) return new DaoError({ ...panic, cause: failure });
  if (execution?.includes('Exceeded the prepaid gas')) {
    return new DaoError({
      code: 'OUT_OF_GAS',
      facts: `${context.method ?? 'the call'} used up the gas attached to it`,
      remedy: 'attach more gas, or split the call',
      cause: failure,
    });
  }
  const action = nameActionFailure(failure, context);
  if (action) return new DaoError({ ...action, cause: failure });
  return new DaoError({ ...contractFailed(execution ?? text, context), cause: failure });
}

type Refusal = { code: string; facts: string; remedy?: string };

const noKey = (accountId: string, network: CallContext['network']): Refusal => ({
  code: 'KEY_NOT_OF_ACCOUNT',
  facts: `the key in use is not a key of ${accountId} on ${network.name}`,
  remedy: 'use the key file of that account, or add the key to it',
});

const noFunds = (accountId: string, haveYocto: bigint, needYocto: bigint): Refusal => ({
  code: 'INSUFFICIENT_BALANCE',
  facts: `${accountId} has ${formatNear(haveYocto)} and this takes ${formatNear(needYocto)}`,
  remedy: `send ${formatNear(needYocto - haveYocto)} more to it`,
});

const noAccount = (accountId: string, network: CallContext['network']): Refusal => ({
  code: 'NO_SUCH_ACCOUNT',
  facts: `${accountId} does not exist on ${network.name}`,
  remedy: `create it with "commonweights account create ${accountId}"`,
});

function nameRefusal(error: unknown, context: CallContext): Refusal | null {
  const { network, contract } = context;
  const signer = context.accountId ?? 'the account';
  const method = context.method ?? 'this call';
  if (error instanceof HostGuestPanicError) {
    return readPanic(error.panicMessage) ?? contractFailed(error.panicMessage, context);
  }
  if (error instanceof AccountDoesNotExistError) return noAccount(error.accountId, network);
  if (error instanceof SignerDoesNotExistError) return noAccount(signer, network);
  if (error instanceof InvalidSignerIdError) {
    return { code: 'BAD_ACCOUNT_ID', facts: `"${signer}" is not an account id` };
  }
  if (
    error instanceof AccessKeyDoesNotExistError ||
    error instanceof AccessKeyNotFoundActionError
  ) {
    return noKey(signer, network);
  }
  if (error instanceof NotEnoughBalanceError) {
    return noFunds(signer, error.balance, error.cost);
  }
  if (error instanceof LackBalanceForStateActionError) {
    return {
      code: 'INSUFFICIENT_BALANCE',
      facts: `${signer} would keep too little to pay for its storage`,
      remedy: `send ${formatNear(error.amount)} more to it`,
    };
  }
  if (error instanceof AccessKeyNotEnoughAllowanceActionError) {
    return {
      code: 'KEY_ALLOWANCE_SPENT',
      facts: `the key of ${signer} may spend ${formatNear(error.allowance)} more on gas`,
      remedy: 'add a fresh key, or use the full-access key',
    };
  }
  if (
    error instanceof AccessKeyReceiverMismatchActionError ||
    error instanceof AccessKeyMethodNameMismatchActionError ||
    error instanceof AccessKeyRequiresFullAccessActionError ||
    error instanceof AccessKeyDepositWithFunctionCallActionError
  ) {
    return {
      code: 'KEY_NOT_ALLOWED',
      facts: `the function-call key of ${signer} may not do ${method} on ${contract}`,
      remedy: 'use the full-access key of the account',
    };
  }
  if (error instanceof ContractCodeDoesNotExistError) {
    return {
      code: 'NO_SUCH_CONTRACT',
      facts: `${contract} on ${network.name} holds no contract`,
      remedy: 'check --contract and --network',
    };
  }
  if (error instanceof ContractMethodNotFoundError) {
    return {
      code: 'WRONG_CONTRACT',
      facts: `the contract at ${contract} has no method ${method}`,
      remedy: 'check --contract; this client and that contract may be of different versions',
    };
  }
  if (error instanceof TransactionSizeExceededError) {
    return { code: 'TRANSACTION_TOO_LARGE', facts: `${method} does not fit into one transaction` };
  }
  if (error instanceof ContractExecutionError) {
    return readPanic(error.message) ?? contractFailed(error.message, context);
  }
  return null;
}

function contractFailed(text: string, context: CallContext): Refusal {
  const method = context.method ?? 'the call';
  return {
    code: 'CONTRACT_FAILED',
    facts: `${context.contract} failed in ${method}: ${oneLine(text)}`,
  };
}

/** Failures of actions other than calls: creating accounts, keys, transfers. */
function nameActionFailure(failure: unknown, context: CallContext): Refusal | null {
  const text = (field: string) => findText(failure, field);
  const signer = context.accountId ?? 'the account';
  if (has(failure, 'AccountAlreadyExists')) {
    return {
      code: 'ACCOUNT_EXISTS',
      facts: `${text('account_id') ?? 'the account'} exists already on ${context.network.name}`,
      remedy: 'choose another name',
    };
  }
  if (has(failure, 'CreateAccountNotAllowed') || has(failure, 'CreateAccountOnlyByRegistrar')) {
    return {
      code: 'ACCOUNT_NOT_ALLOWED',
      facts: `${signer} may not create ${text('account_id') ?? 'that account'}`,
      remedy: `create a name that ends in ".${signer}"`,
    };
  }
  if (has(failure, 'AccountDoesNotExist')) {
    return noAccount(text('account_id') ?? context.contract, context.network);
  }
  if (has(failure, 'DelegateActionExpired') || has(failure, 'DelegateActionInvalidNonce')) {
    return {
      code: 'RELAY_STALE',
      facts: 'the relayed call was void, or its nonce used, when it reached the chain',
      remedy: 'sign it again',
    };
  }
  if (has(failure, 'AddKeyAlreadyExists')) {
    return { code: 'KEY_EXISTS', facts: 'the account has this key already' };
  }
  if (has(failure, 'CodeDoesNotExist')) {
    return {
      code: 'NO_SUCH_CONTRACT',
      facts: `${context.contract} on ${context.network.name} holds no contract`,
      remedy: 'check --contract and --network',
    };
  }
  if (has(failure, 'LackBalanceForState')) {
    return {
      code: 'INSUFFICIENT_BALANCE',
      facts: `${text('account_id') ?? 'the account'} would keep too little to pay for its storage`,
      remedy: 'send some NEAR to it first',
    };
  }
  return null;
}

function has(value: unknown, field: string): boolean {
  if (typeof value !== 'object' || value === null) return value === field;
  return Object.entries(value).some(([key, inner]) => key === field || has(inner, field));
}

/** The first text under a field of that name, at any depth. */
function findText(value: unknown, field: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (key === field && typeof inner === 'string') return inner;
    const deeper = findText(inner, field);
    if (deeper !== null) return deeper;
  }
  return null;
}

/** The system's own word for it where there is one (`ECONNREFUSED`), else the message. */
function reasonOf(cause: unknown): string {
  for (let at = cause, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string') return code;
  }
  return oneLine(messageOf(cause));
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').slice(0, 300);
}
