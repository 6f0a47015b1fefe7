/**
 * Tokens for people and for programs: a token's metadata (NEP-148) says how many decimals its units
 * have. Exact both ways: `parseUnits(formatUnits(units))` equals `units`.
 */
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

interface Denomination {
  readonly symbol: string;
  readonly decimals: number;
}

/** Contracts count tokens in 128 bits. */
const unitsMax = 2n ** 128n - 1n;

/** `1500000n` of 6 decimals → `1.5 USDC`. */
export function formatUnits(units: bigint, { symbol, decimals }: Denomination): string {
  const digits = units.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${whole}${part ? `.${part}` : ''} ${symbol}`;
}

/** `1.5` → `1500000n` of 6 decimals. */
export function parseUnits(text: string, { symbol, decimals }: Denomination): bigint {
  const match = /^(\d{1,39})(?:\.(\d{1,39}))?$/.exec(text.trim());
  const [, whole = '', part = ''] = match ?? [];
  const units = BigInt(whole + part.padEnd(decimals, '0'));
  if (!match || part.length > decimals || units > unitsMax) {
    throw new CliError(
      exitCodes.usage,
      `USAGE: ${JSON.stringify(text)} is not an amount of ${symbol}; write it like 1.5, with at ` +
        `most ${decimals} decimals`,
    );
  }
  return units;
}
