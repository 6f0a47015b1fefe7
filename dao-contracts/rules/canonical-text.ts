/**
 * RFC 8785 for what the contract hashes and did not build itself: strings, safe integers, booleans, null, arrays, objects.
 * Law, tested: equal to `canonicalJson` of dataset-registry/digest for every such value. QuickJS
 * sorts by UTF-16 code unit and escapes strings as the RFC wants, so this is all there is to it.
 */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const object = value as Record<string, unknown>;
    const fields = Object.keys(object).sort();
    return `{${fields.map((key) => `${JSON.stringify(key)}:${canonicalText(object[key])}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new Error(`BUG: ${value} has no canonical text here`);
  }
  return JSON.stringify(value);
}
