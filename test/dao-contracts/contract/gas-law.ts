/**
 * Nothing in the contract loops over people, datasets, proposals or past rounds: a call costs the
 * same where there are many of them as where there are few, but for the digits of numbers.
 */

/** Of what it costs at few, and in Tgas where that is little. */
const shareFree = 0.1;
const tgasFree = 0.5;

/** One sentence for each call that costs something else at many, or is measured in one of both only. */
export function findUneven(
  few: ReadonlyMap<string, number>,
  many: ReadonlyMap<string, number>,
): string[] {
  return [...new Set([...few.keys(), ...many.keys()])].flatMap((call) => {
    const [atFew, atMany] = [few.get(call), many.get(call)];
    if (atFew === undefined || atMany === undefined) return [`${call} is measured once only`];
    const free = Math.max(tgasFree, shareFree * atFew);
    if (Math.abs(atMany - atFew) <= free) return [];
    return [`${call} burns ${atMany.toFixed(2)} Tgas instead of ${atFew.toFixed(2)}`];
  });
}
