/**
 * What a call knows of the chain that runs it. Everything that is not an argument comes through
 * here, so that the rules below get time, seed and caller as values.
 */
import { encode, near } from 'near-sdk-js';
import { refuse } from '../rules/errors.js';
import { argumentBracketsMax, recordsPerCallMax } from '../rules/limits.js';
import type { CallContext } from '../rules/run-draft.js';

/**
 * The JSON of a call. The engine's stack ends some thousand levels down; counting brackets, in
 * strings too, bounds the depth and costs next to nothing.
 */
export function readArguments(): unknown {
  const text = near.input() || '{}';
  if (text.split('{').length + text.split('[').length > argumentBracketsMax) {
    refuse('BAD_ARGUMENT', `the argument must have fewer than ${argumentBracketsMax} brackets`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return refuse('BAD_ARGUMENT', 'the argument must be one JSON value');
  }
}

export function caller(): string {
  return near.predecessorAccountId();
}

/** Who pays the gas, where it is not who acts: it brought a delegate action (NEP-366). */
function relayerOf(account: string): string | null {
  const signer = near.signerAccountId();
  return signer === account ? null : signer;
}

export function nowMs(): number {
  return Number(near.blockTimestamp() / 1_000_000n);
}

export function hash(bytes: Uint8Array): Uint8Array {
  return near.sha256(bytes);
}

export function utf8(text: string): Uint8Array {
  return encode(text);
}

/**
 * Asks the host for what is asked of it alone: most calls need no seed and no name of the contract.
 * `account`: who acts, where the contract itself calls for it.
 */
export function callContext(account = caller()): CallContext {
  return {
    get contract() {
      return near.currentAccountId();
    },
    nowMs: nowMs(),
    get seed() {
      return near.randomSeed();
    },
    hash,
    utf8,
    relayer: relayerOf(account),
    room: recordsPerCallMax,
  };
}

declare const env: {
  promise_result(index: number, register: number): bigint | number;
  log(text: string): void;
};

/** Of a promise that a callback is called after; what it answered is then in register 0. */
export function promiseSucceeded(index = 0): boolean {
  return Number(env.promise_result(index, 0)) === 1;
}

/** Gas that must be attached, so that nobody makes an unwelcome outcome fail half way. */
export function requireGas(tera: number): void {
  const wanted = BigInt(tera) * 1_000_000_000_000n;
  if (near.prepaidGas() < wanted) {
    refuse('GAS_TOO_LOW', `attach at least ${tera} Tgas; what is not used comes back`);
  }
}

/** What a function-call key cannot attach: a stolen one cannot take money anywhere. */
export function requireOneYocto(): void {
  if (near.attachedDeposit() !== 1n) {
    refuse('ONE_YOCTO_NEEDED', 'attach exactly 1 yoctoNEAR, which needs a full-access key');
  }
}

/** One NEP-297 log line for each kind of event, in order of first appearance. */
export function emit(events: readonly { event: string; data: Record<string, unknown> }[]): void {
  // Grouping costs more than most calls' one event.
  if (events.length === 1) return logEvent(events[0]!.event, [events[0]!.data]);
  const byName = new Map<string, Record<string, unknown>[]>();
  for (const { event, data } of events) {
    const lines = byName.get(event);
    if (lines) lines.push(data);
    else byName.set(event, [data]);
  }
  for (const [event, data] of byName) logEvent(event, data);
}

function logEvent(event: string, data: readonly Record<string, unknown>[]): void {
  // Event names are our own words: none needs escaping.
  const head = `{"standard":"commonweights","version":"1.0.0","event":"${event}","data":`;
  env.log(`EVENT_JSON:${head}${JSON.stringify(data)}}`);
}
