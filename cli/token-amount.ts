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

/** `1500000n` of 6 decimals → `1.5 USDC`. */
export function formatUnits(units: bigint, { symbol, decimals }: Denomination): string {
  const digits = units.toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${whole}${part ? `.${part}` : ''} ${symbol}`;
}

/** `1.5` → `1500000n` of 6 decimals. */
export function parseUnits(text: string, { symbol, decimals }: Denomination): bigint {
  const match = /^(\d{1,38})(?:\.(\d+))?$/.exec(text.trim());
  if (!match || (match[2]?.length ?? 0) > decimals) {
    throw new CliError(
      exitCodes.usage,
      `USAGE: ${JSON.stringify(text)} is not an amount of ${symbol}; write it like 1.5, with at ` +
        `most ${decimals} decimals`,
    );
  }
  return BigInt(match[1]! + (match[2] ?? '').padEnd(decimals, '0'));
}
