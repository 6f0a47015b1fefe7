/**
 * Money is a decimal string in JSON and a `bigint` where one reckons with it. The field's name says
 * which values are money (it ends in `Yocto`, or in `Units` for tokens), so one pair of functions
 * converts any message:
 * `fromWire(toWire(message))` equals `message`.
 */

/** `T` as JSON carries it, with money turned into `bigint`. */
export type WithMoney<T> = T extends string | number | boolean | bigint | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? WithMoney<Item>[]
    : { [K in keyof T]: K extends MoneyField ? MoneyOf<T[K]> : WithMoney<T[K]> };

type MoneyField = `${string}Yocto` | `${string}Units`;

type MoneyOf<T> = T extends string ? bigint : T;

/** Deep copy with decimal strings under `…Yocto` and `…Units` fields as `bigint`. */
export function fromWire<T>(value: T): WithMoney<T> {
  return convert(value, (field, inner) =>
    /(Yocto|Units)$/.test(field) && typeof inner === 'string' ? parseYocto(field, inner) : inner,
  ) as WithMoney<T>;
}

/** Deep copy with every `bigint` as a decimal string. */
export function toWire(value: unknown): unknown {
  return convert(value, (_, inner) => (typeof inner === 'bigint' ? inner.toString() : inner));
}

function convert(value: unknown, leaf: (field: string, inner: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => convert(item, leaf));
  if (typeof value !== 'object' || value === null) return leaf('', value);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([field, inner]) => [
        field,
        typeof inner === 'object' ? convert(inner, leaf) : leaf(field, inner),
      ]),
  );
}

function parseYocto(field: string, text: string): bigint {
  if (/^-?\d{1,60}$/.test(text)) return BigInt(text);
  throw new Error(`BAD_AMOUNT: ${field} is ${JSON.stringify(text)}, not a whole number`);
}
