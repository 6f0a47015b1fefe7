/** Reading a transform's parameters: they come from a blob that a stranger wrote. */

export function readParams<K extends string>(
  json: unknown,
  keys: readonly K[],
): Record<K, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`BAD_PARAMS: not an object with ${keys.join(', ')}`);
  }
  const extra = Object.keys(json).find((key) => !keys.includes(key as K));
  if (extra !== undefined) throw new Error(`BAD_PARAMS: unknown ${JSON.stringify(extra)}`);
  const missing = keys.find((key) => !Object.hasOwn(json, key));
  if (missing !== undefined) throw new Error(`BAD_PARAMS: "${missing}" is missing`);
  return json as Record<K, unknown>;
}

export function readInteger(value: unknown, name: string, min: number, max: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) {
    return value as number;
  }
  throw new Error(`BAD_PARAMS: "${name}" is ${JSON.stringify(value)}, not ${min} to ${max}`);
}
