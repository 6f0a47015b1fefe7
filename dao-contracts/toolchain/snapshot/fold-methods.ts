/**
 * near-sdk-js's exporter writes the same twelve lines for each method of a contract: read the state,
 * make the instance, decode the arguments, call, save, return. In a contract of ninety methods that
 * is 8 KB, paid for in every call; what is equal but for the method's name becomes one function.
 *
 * It works on the bundler's compact text, and leaves alone whatever does not look as expected.
 */
interface Found {
  from: number;
  to: number;
  name: string;
  method: string;
  /** The body, with `_method` where the method's name was. */
  shared: string;
}

export function foldMethods(source: string): string {
  if (source.includes('_callMethod')) return source;
  const groups = new Map<string, Found[]>();
  for (const found of findExported(source)) {
    groups.set(found.shared, [...(groups.get(found.shared) ?? []), found]);
  }
  const folded = [...groups.values()].filter((group) => group.length > 1);
  const edits = folded.flatMap((group, i) =>
    group.map(({ from, to, name, method }) => ({
      from,
      to,
      text: `function ${name}(){_callMethod${i}(${JSON.stringify(method)})}`,
    })),
  );
  edits.sort((a, b) => a.from - b.from);
  let at = 0;
  let out = folded
    .map(([first], i) => `function _callMethod${i}(_method){${first?.shared}}`)
    .join('');
  for (const { from, to, text } of edits) {
    out += source.slice(at, from) + text;
    at = to;
  }
  return out + source.slice(at);
}

function* findExported(source: string): Generator<Found> {
  for (const match of source.matchAll(/function ([\w$]+)\(\)\{/g)) {
    const start = match.index + match[0].length;
    const end = endOfBlock(source, start);
    if (end === null) continue;
    const body = source.slice(start, end);
    const calls = [...body.matchAll(/\b_contract\.([\w$]+)\(_args\)/g)];
    const method = calls[0]?.[1];
    if (calls.length !== 1 || method === undefined) continue;
    if (!body.includes('_contract=') || !body.includes('._getArgs()')) continue;
    const shared = body.replace(`_contract.${method}(_args)`, '_contract[_method](_args)');
    yield { from: match.index, to: end + 1, name: match[1] ?? '', method, shared };
  }
}

/** Longer bodies than this are not the exporter's. */
const bodyCharsMax = 1000;

/** Where the block that is open at `at` closes; the exporter's texts contain no braces. */
function endOfBlock(source: string, at: number): number | null {
  let depth = 1;
  for (let i = at; i < Math.min(source.length, at + bodyCharsMax); i++) {
    if (source[i] === '{') depth++;
    else if (source[i] === '}' && --depth === 0) return i;
  }
  return null;
}
