/**
 * What somebody who means harm puts where a good value was. Each place of a call's arguments is
 * taken in turn; what is wrong there follows from what was right.
 */

export interface HostileArguments {
  what: string;
  /** As a text where JSON could not be written from a value. */
  args: unknown;
}

const huge = 'a'.repeat(200_000);
const loneSurrogates = ['\ud800', 'a\udc00', '\udbff\ud800'];

const noFlag: readonly unknown[] = ['true', 0, 1, [], {}];
const noText: readonly unknown[] = [1, true, ['a'], { a: 'a' }];
const noNumber: readonly unknown[] = ['1', true, [1], { a: 1 }];
const numbers: readonly number[] = [-1, 0.5, 2 ** 53, 2 ** 63, 2 ** 64 + 1, 1e300, -(2 ** 53)];

const amounts: readonly string[] = [
  '-1',
  '+1',
  '1.5',
  '1e24',
  '0x10',
  '007',
  ' 1',
  '1\n',
  '1_000',
  '١٢٣',
  '',
  `${2n ** 128n}`,
  `${2n ** 256n}`,
  '9'.repeat(100_000),
];

/** Names that look like another: none of them is an account name. */
const accounts: readonly string[] = [
  'Ann.test',
  'аnn.test', // Cyrillic а
  'ann․test', // one dot leader
  'ann.test.',
  '.ann.test',
  'ann..test',
  'ann .test',
  ' ann.test',
  'ann.test\n',
  'ann.test\u0000',
  'ann\u200b.test',
  'ann_-x.test',
  'a',
  'a'.repeat(65),
  '',
  '__proto__',
];

const digests = (good: string): string[] => [
  good.toUpperCase(),
  good.slice(0, -1),
  `${good}0`,
  `${good}\n`,
  ` ${good}`,
  good.replace('sha256', 'sha512'),
  good.slice('sha256:'.length),
  `sha256:${'g'.repeat(64)}`,
];

export function hostileTexts(good: string): readonly string[] {
  if (/^sha256:[0-9a-f]{64}$/.test(good)) return digests(good);
  if (/^\d+$/.test(good)) return amounts;
  if (/\.test$/.test(good)) return accounts;
  if (/^0x[0-9a-f]+$/.test(good))
    return [good.slice(2), `${good}00`, `${good.slice(0, -1)}g`, '0x'];
  return ['\u0000'.repeat(600)];
}

type Path = readonly (string | number)[];

export interface Loose {
  /** Paths of texts that may be anything readable. */
  free?: readonly string[];
  nullable?: readonly string[];
  /** May be missing, or null. */
  optional?: readonly string[];
}

export function hostileArguments(good: object, it: Loose = {}): HostileArguments[] {
  const { free = [], nullable = [], optional = [] } = it;
  const list: HostileArguments[] = [];
  const put = (path: Path, value: unknown, what: string) => {
    list.push({ what: `${path.join('.')}: ${what}`, args: replaced(good, path, value) });
  };
  for (const [path, value] of leaves(good)) {
    const name = path.join('.');
    // What is below zero itself may be so by less.
    const below = numbers.filter((one) => one !== -1 || !(Number(value) < 0));
    const wrong = { number: [...below, ...noNumber], boolean: noFlag, string: noText };
    for (const one of wrong[typeof value as keyof typeof wrong])
      put(path, one, `${typeof one} ${String(one).slice(0, 30)}`);
    if (typeof value !== 'string') continue;
    for (const text of [huge, ...loneSurrogates]) put(path, text, JSON.stringify(text.slice(0, 9)));
    if (free.includes(name)) continue;
    for (const text of hostileTexts(value)) put(path, text, JSON.stringify(text.slice(0, 30)));
  }
  for (const path of objects(good)) {
    for (const key of ['unknown', '__proto__', 'constructor', huge, '\ud800']) {
      put([...path, key], 1, `an unknown field ${JSON.stringify(key.slice(0, 12))}`);
    }
  }
  for (const path of fields(good)) {
    const name = path.join('.');
    put(path, deep(300), 'deep JSON');
    if (optional.includes(name)) continue;
    if (!nullable.includes(name)) put(path, null, 'null');
    if (typeof path.at(-1) === 'number') continue;
    list.push({ what: `${name} is missing`, args: replaced(good, path, undefined) });
  }
  return [...list, ...hostileRoots(good)];
}

/** Not one JSON object. */
function hostileRoots(good: object): HostileArguments[] {
  const text = JSON.stringify(good);
  const twice = Object.keys(good).map((key) => ({
    what: `${key} twice`,
    // JSON readers take the last of two, so the last is the bad one.
    args: `${text.slice(0, -1)},${JSON.stringify(key)}:{"twice":1}}`,
  }));
  return [
    ...twice,
    { what: 'a list', args: '[]' },
    { what: 'a number', args: '1' },
    { what: 'null', args: 'null' },
    { what: 'a text', args: '"text"' },
    { what: 'two values', args: `${text}${text}` },
    { what: 'half a value', args: '{"a":' },
    { what: 'a comma too many', args: '{"a":1,}' },
    { what: 'nesting that ends the stack', args: `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}` },
    { what: 'no JSON', args: '\u0000' },
  ];
}

function deep(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
}

function* fields(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    yield here;
    yield* fields(inner, here);
  }
}

function* leaves(value: unknown): Generator<[Path, unknown]> {
  for (const path of fields(value)) {
    const inner = at(value, path);
    if (typeof inner !== 'object') yield [path, inner];
  }
}

function* objects(value: unknown): Generator<Path> {
  yield [];
  for (const path of fields(value)) {
    const inner = at(value, path);
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) yield path;
  }
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value);
}

/** A copy with another value at a path; `undefined` leaves the field out. */
function replaced(value: unknown, [key, ...rest]: Path, next: unknown): unknown {
  if (key === undefined) return next;
  if (Array.isArray(value)) {
    return value.map((one: unknown, i) => (i === key ? replaced(one, rest, next) : one));
  }
  const inner = replaced((value as Record<string, unknown>)[key], rest, next);
  const copy = Object.entries(value as object).filter(([name]) => name !== key);
  // `Object.fromEntries` makes `__proto__` a field like any other, as JSON readers do.
  return Object.fromEntries(inner === undefined ? copy : [...copy, [key, inner]]);
}
