/**
 * Replacing the contract's code. Members vote for a digest; anybody brings the bytes, pays for their
 * storage and gets that back; what carries it out is one receipt in which all happens or nothing:
 * the new code is put in place, it converts what is stored, and it checks the result. What is stored
 * has a version, which the code names that can read it.
 */
import type { Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { integer } from './decoding.js';
import { refuse } from './errors.js';
import { codeBytesMax, stagedCodeMs } from './limits.js';

/** Versions count from 1. */
export const stateVersion = integer(1, 2 ** 31);

/** Code that somebody uploaded. */
export interface StagedCode {
  /** Who paid for it, and gets that back. */
  account: string;
  atMs: number;
}

/** Which code runs, and which one before it. */
export interface CodeRecord {
  /** Null: nobody said when the DAO was founded. */
  code: Digest | null;
  former: Digest | null;
  /** That brought it; null: it is the founding code. */
  proposal: number | null;
}

/** What became of an upgrade that was carried out. */
export interface UpgradeRecord {
  outcome: 'pending' | 'done' | 'rolled-back';
  atMs: number;
}

const magic = [0, 0x61, 0x73, 0x6d];

/** Refused before anybody pays: what the chain would refuse after a vote. */
export function checkCode(code: Uint8Array): void {
  if (code.length > codeBytesMax) {
    refuse(
      'TOO_MANY',
      `the code has ${code.length} bytes, at most ${codeBytesMax}; leave some out`,
    );
  }
  if (magic.some((byte, i) => code[i] !== byte)) {
    refuse('BAD_ARGUMENT', 'the argument must be the bytes of a WebAssembly module, not JSON');
  }
}

export function checkRemovable(staged: StagedCode, nowMs: number): void {
  const untilMs = staged.atMs + stagedCodeMs;
  if (nowMs < untilMs) {
    refuse(
      'PROPOSAL_NOT_READY',
      `a vote may count on this code until ${untilMs} ms; wait for that`,
    );
  }
}

/** What an upgrade converts must be what is there. */
export function checkVersion(it: { expected: number; stored: number }): void {
  if (it.expected !== it.stored) {
    refuse(
      'WRONG_VERSION',
      `what is stored has version ${it.stored}, not ${it.expected}; upgrade from that`,
    );
  }
}
