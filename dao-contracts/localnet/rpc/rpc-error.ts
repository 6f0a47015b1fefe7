/** Errors in the structure that NEAR's clients parse. They travel with HTTP status 200. */
import type { InvalidTransaction } from '../runtime/charge-transaction.js';

export class RpcError extends Error {
  constructor(
    readonly family: 'HANDLER_ERROR' | 'REQUEST_VALIDATION_ERROR' | 'INTERNAL_ERROR',
    override readonly cause: { name: string; info: object },
    readonly code: number,
    message: string,
    readonly data: unknown,
  ) {
    super(message);
    this.name = 'RpcError';
  }

  toJson(): object {
    const { family: name, cause, code, message, data } = this;
    return { name, cause, code, message, data };
  }
}

/** The request is understood and cannot be answered. */
export function handlerError(name: string, info: object, data: unknown): RpcError {
  return new RpcError('HANDLER_ERROR', { name, info }, -32000, 'Server error', data);
}

/** The request is not understood. */
export function parseError(detail: string): RpcError {
  const cause = { name: 'PARSE_ERROR', info: { error_message: detail } };
  return new RpcError('REQUEST_VALIDATION_ERROR', cause, -32700, 'Parse error', detail);
}

export function methodNotFound(method: string): RpcError {
  const cause = { name: 'METHOD_NOT_FOUND', info: { method_name: method } };
  return new RpcError('REQUEST_VALIDATION_ERROR', cause, -32601, 'Method not found', method);
}

export function internalError(detail: string): RpcError {
  const cause = { name: 'INTERNAL_ERROR', info: { error_message: detail } };
  return new RpcError('INTERNAL_ERROR', cause, -32000, 'Server error', detail);
}

export function invalidTransaction(error: InvalidTransaction): RpcError {
  const data = { TxExecutionError: { InvalidTxError: error.reason } };
  return handlerError('INVALID_TRANSACTION', {}, data);
}
