/**
 * Programs about a module's own variables and about numbers as texts. In a contract the variables are
 * one table, in which functions are made when they are first used; and numbers are printed and read
 * by code of ours.
 */
type Sample = () => unknown;

let counter = 0;
let fallback: number | undefined;
const list: (() => number)[] = [];
for (let i = 0; i < 3; i++) list.push(() => i + counter);

function even(n: number): boolean {
  return n === 0 ? true : odd(n - 1);
}
function odd(n: number): boolean {
  return n === 0 ? false : even(n - 1);
}
function same(): unknown[] {
  return [same === same, [same][0] === same, new Set([same, same]).size];
}
interface Counted {
  (a: number, b: number): number;
  calls?: number;
}
const counted: Counted = (a, b) => (counted.calls = (counted.calls ?? 0) + 1) + a + b;
let replaced = (): string => 'first';
const kept = replaced;
const table = { even, counted };

/** More than one byte can number, each used by the next. */
const chain: ((n: number) => number)[] = [];
for (let i = 0; i < 300; i++) chain.push((n) => (i === 0 ? n : chain[i - 1]!(n + 1)));

export const moduleSamples: Record<string, Sample> = {
  'variables of the module that change': () => {
    counter = 1;
    counter += 2;
    counter++;
    [counter, fallback] = [counter * 2, undefined];
    fallback ??= counter;
    ({ a: counter = 9 } = { a: counter + 1 } as { a?: number });
    return [counter, fallback, list.map((one) => one())];
  },
  'functions that are made when they are used': () => {
    counted.calls = 0;
    const first = [even(10), odd(7), ...same(), table.even === even, even.length];
    replaced = (): string => `second of ${kept()}`;
    return [first, replaced(), counted(1, 2), typeof counted.calls, even.toString === odd.toString];
  },
  'functions that know one another': () => [chain[299]!(0), chain.length, chain[7] === chain[7]],
  'numbers as texts': () => [
    [0.1 + 0.2, 1 / 3, 1e21, 123456789012345680000, 5e-324, 1.7976931348623157e308, 1e-7, -1.5e-9],
    [0.000001234, 2 ** 53, 4.35, 100, 1e300 * 10, 2.2250738585072014e-308, 2 ** 53 + 2].map(String),
    [0.5, 1.5, 2.5, -2.5, 1.005, 1.45, 8.345, 1e20, -1e-7, 0].map((n) => [
      n.toFixed(0),
      n.toFixed(2),
    ]),
    [0, 1.25, 123.456, 0.00001, 99.99, 1e21, 1234567].map((n) => [
      n.toPrecision(2),
      n.toPrecision(21),
    ]),
    [0, 1.25, 123.456, 1e-300, 5e-324].map((n) => [n.toExponential(), n.toExponential(1)]),
  ],
  'texts as numbers': () =>
    [
      ...['0.1', '.5', '5.', '1e23', '1e400', '-1e-400', '123456789012345678901234567890'],
      ...['9007199254740993', '9007199254740992.99999999999999999999', '1.7976931348623159e308'],
      ...['2.4703282292062327e-324', '2.4703282292062328e-324', '0x1f', ' 12 ', '1e', '', '1_0'],
      `0.${'3'.repeat(900)}`,
      `1${'0'.repeat(400)}e-400`,
    ].map((text) => [`${Number(text)}`, `${parseFloat(text)}`]),
  'numbers in JSON': () =>
    JSON.stringify(JSON.parse('[1.25,-3e2,0.1,1e21,12345678901234567890,5e-324,-0,1E+2]')),
};
