/**
 * A failure as the user meets it: one sentence `CODE: facts; remedy` on standard error, and the
 * exit code of its kind. Whatever throws below the command line throws coded errors already; this
 * decides which kind each code is.
 */
import type { CommanderError } from 'commander';
import { DaoError } from '@commonweights/dao-contracts/client/errors.js';
import { exitCodes } from './exit-codes.js';
import { plainText } from './inert-text.js';
import { formatTime } from './output.js';

/** A refusal that the command line itself makes. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exitCode: number,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** What commander found wrong with the words of a command. */
export class UsageOf extends Error {
  constructor(
    readonly command: string,
    readonly error: CommanderError,
  ) {
    super(error.message);
  }
}

export interface Failure {
  readonly exitCode: number;
  /** One line; empty when there is nothing to say (help was asked for). */
  readonly sentence: string;
}

/** Codes whose name alone does not tell their kind. */
const kinds: Readonly<Record<string, number>> = {
  INSUFFICIENT_BALANCE: exitCodes.insufficientFunds,
  TREASURY_TOO_SMALL: exitCodes.insufficientFunds,
  ENGINE_ABSENT: exitCodes.notFound,
  BAD_CONFIG: exitCodes.badInput,
  NO_ACCOUNT: exitCodes.account,
  NO_SUCH_ACCOUNT: exitCodes.account,
  BAD_ACCOUNT_ID: exitCodes.account,
  BAD_PUBLIC_KEY: exitCodes.account,
  BAD_SECRET_KEY: exitCodes.account,
  ACCOUNT_EXISTS: exitCodes.account,
  ACCOUNT_NOT_ALLOWED: exitCodes.account,
  KEY_EXISTS: exitCodes.account,
  KEY_NOT_OF_ACCOUNT: exitCodes.account,
  KEY_NOT_ALLOWED: exitCodes.account,
  KEY_ALLOWANCE_SPENT: exitCodes.account,
  NO_SOURCE_LEFT: exitCodes.notFound,
  WRONG_CONTRACT: exitCodes.notFound,
  UPLOAD_REFUSED: exitCodes.refused,
  UNKNOWN_NETWORK: exitCodes.usage,
  BAD_RPC_URL: exitCodes.usage,
  BAD_STORE_URL: exitCodes.usage,
  BAD_THREADS: exitCodes.usage,
  BAD_SAMPLING: exitCodes.usage,
  PORT_IN_USE: exitCodes.usage,
  CHAIN_IN_USE: exitCodes.usage,
  REGISTRY_NOT_STARTED: exitCodes.usage,
  LOCALNET_FAULT: exitCodes.unexpected,
  UNEXPECTED: exitCodes.unexpected,
  CONTRACT_FAILED: exitCodes.unexpected,
  OUT_OF_GAS: exitCodes.unexpected,
};

const patterns: readonly (readonly [RegExp, number])[] = [
  [/UNREACHABLE$/, exitCodes.unreachable],
  [/^NO_SUCH_|_MISSING$|NOT_FOUND$/, exitCodes.notFound],
  [/^(ENGINE_COMPILE|CONTRACT)_/, exitCodes.unexpected],
];

export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageOf) return describeUsage(error);
  if (error instanceof CliError) return { exitCode: error.exitCode, sentence: line(error.message) };
  const system = describeSystemError(error);
  if (system) return system;
  const carried = (error as { exitCode?: unknown } | null)?.exitCode;
  const message = error instanceof Error ? error.message : String(error);
  const code = /^([A-Z][A-Z0-9_]+): /.exec(message)?.[1];
  if (typeof carried === 'number' && code) return { exitCode: carried, sentence: line(message) };
  if (code) return { exitCode: exitCodeOf(code, error), sentence: line(message) };
  return {
    exitCode: exitCodes.unexpected,
    sentence: line(
      `UNEXPECTED: ${message}; this is a bug: run it again with COMMONWEIGHTS_DEBUG=1 ` +
        'and report what it prints',
    ),
  };
}

/** What the chain does not name otherwise, the contract refused; what is left is bad material. */
function exitCodeOf(code: string, error: unknown): number {
  const known = kinds[code] ?? patterns.find(([pattern]) => pattern.test(code))?.[1];
  return known ?? (error instanceof DaoError ? exitCodes.refused : exitCodes.badInput);
}

/** Commander's messages end in a suggestion on a line of its own; ours are one sentence. */
function describeUsage({ error, command }: UsageOf): Failure {
  if (error.exitCode === 0) return { exitCode: exitCodes.success, sentence: '' };
  if (error.code === 'commander.help') return { exitCode: exitCodes.usage, sentence: '' };
  const [facts = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n');
  const meant = /^\(Did you mean (.+?)\?\)$/.exec(suggestion)?.[1];
  const remedy = meant ? `did you mean ${meant}?` : `see "${command} --help"`;
  const sentence = line(`USAGE: ${facts.replace(/\.$/, '')}; ${remedy}`);
  return { exitCode: exitCodes.usage, sentence };
}

function describeSystemError(error: unknown): Failure | null {
  const { code, path } = (error ?? {}) as { code?: unknown; path?: unknown };
  const file = typeof path === 'string' ? path : 'the file';
  if (code === 'ENOENT') {
    return {
      exitCode: exitCodes.notFound,
      sentence: `FILE_MISSING: there is no ${file}; check the path`,
    };
  }
  if (code === 'EISDIR' || code === 'ENOTDIR') {
    const found = code === 'EISDIR' ? 'a folder' : 'not a folder';
    return {
      exitCode: exitCodes.badInput,
      sentence: `BAD_PATH: ${file} is ${found}; check the path`,
    };
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      exitCode: exitCodes.badInput,
      sentence: `NO_PERMISSION: ${file} may not be read or written by you; check its permissions`,
    };
  }
  if (code === 'ENOSPC') {
    return { exitCode: exitCodes.badInput, sentence: 'DISK_FULL: no space left; free some' };
  }
  if (code === 'EADDRINUSE') {
    const port = (error as { port?: unknown }).port ?? '';
    return {
      exitCode: exitCodes.usage,
      sentence: `PORT_IN_USE: port ${String(port)} is in use; choose another with --port`,
    };
  }
  return null;
}

/** On one line. The chain's times are milliseconds, which nobody reads. */
function line(text: string): string {
  const timed = text.replace(/\b(\d{13}) ms\b/g, (_, ms: string) => formatTime(Number(ms)));
  return plainText(timed.replace(/\s*\n\s*/g, ' ').trim());
}
