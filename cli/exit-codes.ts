/**
 * Exit codes of `commonweights`, for scripts: 0 is success, and every kind of failure has a number
 * of its own that never changes meaning. 20 to 28 belong to the verification of releases
 * (`trainer/release/exit-codes.ts`), 29 and 30 to signed models (`trainer/model-signing/refusal.ts`), 31
 * to `replay`, 40 to 52 to rules of a verifier's own (`trainer/release/judge-policy.ts`).
 */
export const exitCodes = {
  success: 0,
  /** A bug, or something that nobody foresaw. */
  unexpected: 1,
  /** An unknown command or flag, or a flag with a value that makes no sense. */
  usage: 2,
  /** A file that is not what it should be. */
  badInput: 3,
  /** A file, dataset, run, proposal, release or blob that is not there. */
  notFound: 4,
  /** The chain or the registry does not answer. */
  unreachable: 5,
  /** The contract refused, with its reason. */
  refused: 6,
  insufficientFunds: 7,
  /** No such account, no key for it, or a key that may not do this. */
  account: 8,
  /** Stopped by the user (Ctrl-C), as shells count it. */
  interrupted: 130,
} as const;

export const exitCodeMeanings: readonly (readonly [number, string])[] = [
  [exitCodes.success, 'done'],
  [exitCodes.unexpected, 'unexpected failure: a bug; please report it'],
  [exitCodes.usage, 'unknown command or flag, or a flag with a bad value'],
  [exitCodes.badInput, 'a file or value that is not what it should be'],
  [exitCodes.notFound, 'a file, dataset, run, proposal, release or blob that is not there'],
  [exitCodes.unreachable, 'the chain or the registry does not answer'],
  [exitCodes.refused, 'the contract refused'],
  [exitCodes.insufficientFunds, 'not enough NEAR'],
  [exitCodes.account, 'no such account, no key for it, or a key that may not do this'],
];
