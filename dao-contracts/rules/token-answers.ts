/**
 * What a token says of an account's registration with it (NEP-145). It is somebody else's contract:
 * whatever it answers, reading it costs little and refuses nothing.
 */
import { answerCharsMax, amountYoctoMax } from './limits.js';

/**
 * False only where the token says that the account is not registered. A token that cannot be asked
 * may well transfer; whether it did is asked afterwards.
 */
export function readRegistration(answer: Uint8Array | null): boolean {
  return parse(answer) !== null;
}

/** What being registered costs; null: the token names no price. */
export function readBoundsMin(answer: Uint8Array | null): bigint | null {
  const min = (parse(answer) as { min?: unknown } | null | undefined)?.min;
  if (typeof min !== 'string' || !/^\d{1,35}$/.test(min)) return null;
  const yocto = BigInt(min);
  return yocto > amountYoctoMax ? null : yocto;
}

/** Undefined: not a JSON value of a few words in ASCII, which is all that the answers hold. */
function parse(answer: Uint8Array | null): unknown {
  if (!answer || answer.length > answerCharsMax) return undefined;
  try {
    return JSON.parse(String.fromCharCode(...answer)) as unknown;
  } catch {
    return undefined;
  }
}
