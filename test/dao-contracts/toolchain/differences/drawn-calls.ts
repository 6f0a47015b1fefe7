/**
 * What is sent to both builds of the suite contract: calls with drawn arguments, most of which the
 * contract takes and some of which it, the SDK or the host refuses.
 */
import fc from 'fast-check';

export interface DrawnCall {
  method: string;
  args: object | string;
  depositYocto: bigint;
  /** Instead of a transaction; nothing is kept. */
  asView: boolean;
}

const accounts = fc.constantFrom('suite.local', 'peer.local', 'ann.local', 'nobody.local');
const halves = fc.constantFrom('\ud800', 'a\udc00b', '\udbff\ud800', '😀\ud83d');
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 24 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ maxLength: 40 }),
  fc.constantFrom(
    '',
    'ÿ',
    'Ā',
    '中文,字 符',
    'ǅ ß İ ﬁ',
    'a\0b',
    '\u2028',
    '"\\/\b\f\n\r\t',
    'x'.repeat(3_000),
  ),
  halves,
);
const wholeNumbers = fc.oneof(
  fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }),
  fc.constantFrom(
    ...[53n, 63n, 64n, 127n, 128n].flatMap((bits) => [-1n, 0n, 1n].map((by) => 2n ** bits + by)),
  ),
);
const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, 1e21, 1e-7, 0.1 + 0.2, -0, 2 ** 31),
);
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  texts,
  wholeNumbers.map(String),
) as fc.Arbitrary<unknown>;
const keys = fc.oneof(fc.constantFrom('a', 'b', 'c', 'ключ', '0'), texts);
const depths = fc.oneof(fc.integer({ min: 0, max: 120 }), fc.constantFrom(200_000));
const amounts = fc.oneof(
  fc.integer({ min: 0, max: 70_000 }),
  fc.constantFrom(2 ** 28, 2 ** 31, -1),
);

export const failureKinds = [
  ...['error', 'refusal', 'text', 'number', 'bigint', 'undefined', 'null', 'object', 'nameless'],
  ...['texts', 'stubborn', 'symbol', 'own', 'type', 'reference', 'syntax', 'bigint-mix', 'divide'],
  ...['bigint-text', 'length', 'panic', 'utf8', 'register', 'finally', 'deep', 'none'],
] as const;

const failing = fc.record({ kind: fc.constantFrom(...failureKinds), text: texts });
const move = fc.record({
  on: fc.constantFrom('vector', 'lookup', 'set', 'map', 'members', 'nested'),
  does: fc.constantFrom('put', 'put', 'put', 'take', 'read', 'list', 'clear'),
  key: keys,
  value: json,
});

/** Arguments that each method takes. */
const takenArgs: Readonly<Record<string, fc.Arbitrary<object>>> = {
  init: fc.record({ owner: texts }),
  renew: fc.record({ owner: texts }),
  add: fc.record({
    amount: wholeNumbers.map(String),
    times: fc.integer({ min: -9, max: 9 }),
    to: keys,
  }),
  numbers: fc.record({
    list: fc.array(numbers, { maxLength: 5 }),
    radix: fc.integer({ min: 2, max: 36 }),
  }),
  write: fc.record({ text: texts, note: fc.option(texts) }),
  descend: fc.record({
    depth: depths,
    by: fc.constantFrom('call', 'json', 'parse', 'regexp', 'sort', 'caught'),
  }),
  occupy: fc.record({
    kind: fc.constantFrom('buffer', 'bytes', 'repeat', 'wide', 'array', 'sparse', 'caught'),
    amount: amounts,
  }),
  fail: failing,
  catch_failure: failing,
  clock: fc.record({
    text: fc.oneof(
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc.constantFrom('2024-02-30', '1 Jan 1999 10:00 GMT+0200', '+275760-09-13T00:00:00.001Z'),
      texts,
    ),
  }),
  move: fc.record({ moves: fc.array(move, { minLength: 1, maxLength: 6 }) }),
  read: fc.record({
    from: fc.integer({ min: 0, max: 3 }),
    limit: fc.integer({ min: 0, max: 5 }),
  }),
  pretend: fc.record({ total: wholeNumbers.map(String) }),
  forbidden: fc.constant({}),
  give: fc.record({
    what: fc.constantFrom(
      ...['undefined', 'null', 'bigint', 'nan', 'date', 'bytes', 'map', 'function', 'toJson'],
      ...['cycle', 'build', 'value'],
    ),
    value: json,
  }),
  only_self: fc.record({ text: texts }),
  settled: fc.record({ text: texts }),
};

const views = ['numbers', 'descend', 'occupy', 'catch_failure', 'read', 'pretend', 'forbidden'];

const asked = fc
  .constantFrom('add', 'write', 'fail', 'give', 'only_self', 'read', 'absent')
  .chain((method) =>
    fc.record({
      how: fc.constantFrom(
        'only',
        'then',
        'forget',
        'pay',
        'both',
        'weight',
        'child',
        'raw',
        'more',
      ),
      to: accounts,
      method: fc.constant(method),
      args: takenArgs[method] ?? fc.constant({}),
    }),
  );

const deposits = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0n) },
  fc.constantFrom(1n, 2n ** 63n, 2n ** 64n, 10n ** 24n),
);

function seldom<T>(usual: T, other: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, fc.constant(other));
}

function callOf(method: string, args: fc.Arbitrary<object>): fc.Arbitrary<DrawnCall> {
  return fc.record({
    method: fc.constant(method),
    args: fc.oneof(
      { weight: 24, arbitrary: args as fc.Arbitrary<object | string> },
      fc.constantFrom('', '{', 'null', '[]', '"text"', '{"text":"\ufffd"', '\u0000'),
    ),
    depositYocto: method === 'add' || method === 'ask' ? deposits : seldom(0n, 1n),
    asView: views.includes(method) ? fc.boolean() : seldom(false, true),
  });
}

const drawnCall = fc.oneof(
  { weight: 4, arbitrary: callOf('ask', asked) },
  { weight: 3, arbitrary: callOf('move', takenArgs['move']!) },
  { weight: 3, arbitrary: callOf('fail', failing) },
  ...Object.entries(takenArgs).map(([method, args]) => ({
    weight: 1,
    arbitrary: callOf(method, args),
  })),
);

/** What is sent after `init`. */
export function drawnCalls(length: { min: number; max: number }): fc.Arbitrary<DrawnCall[]> {
  return fc.array(drawnCall, { minLength: length.min, maxLength: length.max });
}
