/**
 * NEAR for people, yoctoNEAR (10⁻²⁴ NEAR) for programs. Amounts are exact: nothing is rounded, and
 * `parseNear(formatNear(yocto)) === yocto` for every amount that is not negative.
 */
const decimals = 24;

/** `1500000000000000000000000n` → `1.5 NEAR`. */
export function formatNear(yocto: bigint): string {
  const sign = yocto < 0n ? '-' : '';
  const digits = (yocto < 0n ? -yocto : yocto).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, -decimals);
  const part = digits.slice(-decimals).replace(/0+$/, '');
  return `${sign}${whole}${part ? `.${part}` : ''} NEAR`;
}

/** `1.5` or `1.5 NEAR` → yoctoNEAR. Error: `BAD_AMOUNT`. */
export function parseNear(text: string): bigint {
  const match = /^(\d{1,15})(?:\.(\d{1,24}))?(?: ?NEAR)?$/i.exec(text.trim());
  if (!match) {
    throw new Error(
      `BAD_AMOUNT: ${JSON.stringify(text)} is not an amount of NEAR; write it like 1.5, ` +
        'with at most 24 decimals',
    );
  }
  return BigInt(match[1]! + (match[2] ?? '').padEnd(decimals, '0'));
}
