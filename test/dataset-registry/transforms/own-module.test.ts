/** Transforms of one's own: they give the same items everywhere, and a hostile one gets nowhere. */
import { expect } from 'chai';
import fc from 'fast-check';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobStore } from '@commonweights/dataset-registry/store/blob-store.js';
import { getManifest } from '@commonweights/dataset-registry/store/manifest-store.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import {
  deriveDataset,
  reproduceDataset,
  storeItems,
} from '@commonweights/dataset-registry/transforms/derive.js';
import { readContent } from '@commonweights/dataset-registry/transforms/read-content.js';
import { moduleLimits } from '@commonweights/dataset-registry/transforms/limits.js';
import {
  engineDigest,
  openModule,
} from '@commonweights/dataset-registry/transforms/module-engine.js';
import { readEngine, runModule } from '@commonweights/dataset-registry/transforms/run-module.js';
import {
  decodeItems,
  encodeItems,
  type TextItem,
} from '@commonweights/dataset-registry/transforms/text-item.js';
import {
  decodeTransform,
  encodeTransform,
  type Transform,
} from '@commonweights/dataset-registry/transforms/transform.js';

const utf8 = new TextEncoder();
const wasm = await readEngine();
const noTools = { train: () => ({}), load: () => ({ encodeDocument: () => [], vocabSize: 1 }) };
const few = [{ text: 'one' }, { text: 'two', year: 1912 }, { text: 'three' }];

async function run(
  source: string,
  it: { items?: TextItem[]; parents?: number[]; params?: object; bounds?: object } = {},
): Promise<TextItem[]> {
  const items = it.items ?? few;
  const module = utf8.encode(source);
  const content = await runModule(
    { items, parents: it.parents ?? [items.length], module, bounds: it.bounds ?? {} },
    { module: digestOf(module), params: it.params ?? {} },
  );
  return decodeItems(content.files).items;
}

/** In this thread, with as little as is asked for: what the guest itself can do. */
function ask(source: string, given: unknown[] = few, more: { pollsMax?: number } = {}): unknown {
  const limits = {
    ...{ memoryBytesMax: 2 ** 24, stackBytesMax: 2 ** 16, pollsMax: 200, answerBytesMax: 2 ** 20 },
    ...more,
  };
  const engine = openModule({ wasm, source: utf8.encode(source), params: '{}' }, limits);
  const told = given.map((item, index) => [item, { parent: 0, index }]);
  return JSON.parse(engine.transform(JSON.stringify(told)));
}

/** What an expression is, asked inside. */
const inside = (expression: string): unknown =>
  (ask(`export const transform = () => ({ text: String(${expression}) })`) as TextItem[])[0]!.text;

describe('a transform of one’s own', () => {
  it('makes one, several or no items of each, and more at the end', async () => {
    const made = await run(
      `let letters = 0;
       export function transform(item, { params, parent, index }) {
         letters += item.text.length;
         if (index === 1) return null;
         const one = { ...item, text: item.text.toUpperCase() + params.mark, parent, index };
         return index === 0 ? one : [one, { text: 'again' }];
       }
       export const finish = ({ params }) => ({ text: letters + params.mark });`,
      { parents: [1, 2], items: [few[0]!, few[1]!, few[2]!], params: { mark: '!' } },
    );
    expect(made).to.deep.equal([
      { text: 'ONE!', parent: 0, index: 0 },
      { text: 'TWO!', year: 1912, parent: 1, index: 0 },
      { text: '11!' },
    ]);
  });

  it('gives each item back as it was, whatever its text', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.constant('\u0000\u2028"'),
    );
    const item = fc.record({ text, year: fc.integer() });
    const items = fc.sample(fc.array(item, { minLength: 200, maxLength: 200 }), 1)[0]!;
    expect(await run('export const transform = (item) => item;', { items })).to.deep.equal(items);
  });

  it('is the same however its items are handed over', async () => {
    const items = Array.from({ length: 400 }, (_, i) => ({ text: `${i} `.repeat(2_000) }));
    const bytes = items.reduce((sum, { text }) => sum + text.length, 0);
    expect(bytes).to.be.greaterThan(2 * moduleLimits.pieceBytes);
    const made = await run(
      `const seen = [];
       export const transform = ({ text }, { index }) => (seen.push(index), null);
       export const finish = () => [{ text: seen.join() }];`,
      { items },
    );
    expect(made).to.deep.equal([{ text: items.map((_, i) => i).join() }]);
  });

  it('is derived by its digest, published with its module, and reproduced', async () => {
    const { store, parent, transform, source } = await derivation();
    const derived = await deriveDataset({
      ...{ store, transform, parents: [parent], optOuts: [], tools: noTools, module: source },
    });
    const record = { id: 'loud@1', ...derived };
    const again = { store, record, parents: [parent], tools: noTools };
    expect(await reproduceDataset(again)).to.deep.equal({ differences: [] });
    expect(await store.has(digestOf(source))).to.equal(true);
    const content = await readContent(store, await getManifest(store, derived.manifest));
    expect(content.items.map(({ text }) => text)).to.deep.equal(['ONE', 'TWO', 'THREE']);
    const other = { ...record, itemsRoot: digestOf(utf8.encode('another')) };
    const { differences } = await reproduceDataset({ ...again, record: other });
    expect(differences).to.have.length(1);
  });

  it('is refused where the module’s bytes are others than the record names', async () => {
    const { store, parent, transform, source } = await derivation();
    const lying: BlobStore = {
      ...{
        has: (one) => store.has(one),
        size: (one) => store.size(one),
        put: (one) => store.put(one),
      },
      ...{ read: (one, range) => store.read(one, range) },
      get: async (digest, options) =>
        digest === (transform.params as { module: Digest }).module
          ? utf8.encode('export const transform = () => ({ text: "mine" });')
          : store.get(digest, options),
    };
    const derivedBy = { transform, parents: [parent], optOuts: [], tools: noTools };
    await refused(
      deriveDataset({ store: lying, ...derivedBy }),
      /^WRONG_MODULE: the module's bytes/,
    );
    const another = { store, ...derivedBy, module: source.subarray(1) };
    await refused(deriveDataset(another), /^WRONG_MODULE: the module's bytes/);
    const derived = await deriveDataset({ store, ...derivedBy, module: source });
    const record = { id: 'loud@1', ...derived };
    const again = { store: lying, record, parents: [parent], tools: noTools };
    await refused(reproduceDataset(again), /^WRONG_MODULE: the module's bytes are sha256:/);
  });

  it('is refused with parameters that are none, and spelled in one way', () => {
    const module = digestOf(utf8.encode('x'));
    const bad: [unknown, RegExp][] = [
      [{ module: 'sha256:0', params: {} }, /"module" is "sha256:0", not a module's digest/],
      [{ module, params: [] }, /"params" is no object/],
      [{ module, params: null }, /"params" is no object/],
      [{ module }, /"params" is missing/],
      [{ module, params: {}, engine: 'v8' }, /unknown "engine"/],
      [{ module, params: { a: 'x'.repeat(2 ** 15) } }, /"params" has 32776 bytes, at most 32768/],
    ];
    for (const [params, why] of bad) {
      expect(() => decodeTransform({ name: 'module', version: 1, params })).to.throw(why);
    }
    const one = { name: 'module', version: 1, params: { params: { b: 1, a: 2 }, module } };
    expect(new TextDecoder().decode(encodeTransform(decodeTransform(one)))).to.equal(
      `{"name":"module","params":{"module":"${module}","params":{"a":2,"b":1}},"version":1}`,
    );
  });

  it('that makes what is no item is refused', async () => {
    const bad: [string, RegExp][] = [
      ['{ text: 1 }', /^BAD_ITEM: it has no field "text"/],
      ['{ text: "a", share: 0.5 }', /^BAD_ITEM: field "share"/],
      ['{ text: "\\ud800" }', /^BAD_ITEM: field "text" is neither well-formed/],
      ['{ text: "a", ["__proto__"]: "b" }', /^BAD_ITEM: field name "__proto__"/],
      ['[["a"]]', /^BAD_ITEM: it is no object/],
      [
        'undefined',
        /^MODULE_FAILED: the module: TypeError: it returned nothing; null drops an item/,
      ],
      ['null', /^EMPTY_DATASET/],
      ['(async () => ({ text: "a" }))()', /^BAD_ITEM: it has no field "text"/],
    ];
    for (const [made, why] of bad) {
      const source = `export const transform = () => (${made});`;
      expect(() => encodeItems(ask(source) as TextItem[]), made).to.throw(why);
    }
    const mixed = 'export const transform = (item, { index }) => (index < 2 ? item : { text: 1 });';
    await refused(run(mixed), /^BAD_ITEM: it has no field "text"/);
  });
});

describe('a hostile module', () => {
  it('finds no clock, no chance, no files, no network and nothing of its host', () => {
    const names = [
      'Date',
      'performance',
      'process',
      'require',
      'fetch',
      'XMLHttpRequest',
      'WebAssembly',
    ];
    names.push('setTimeout', 'std', 'os', 'scriptArgs', 'console', 'print', 'crypto');
    names.push(
      'WeakRef',
      'FinalizationRegistry',
      'SharedArrayBuffer',
      'Atomics',
      'Worker',
      'navigator',
    );
    names.push('Math.random', 'Float32Array', 'Float16Array', 'DataView.prototype.setFloat32');
    for (const name of names) expect(inside(`typeof ${name}`), name).to.equal('undefined');
    const known = inside('Object.getOwnPropertyNames(globalThis).sort().join()');
    // A new engine would bring new ones: each is to be looked at.
    expect(known).to.equal(globals);
  });

  it('cannot import, and waits for nothing', () => {
    const what = 'export const transform = () => null;';
    expect(() => ask(`import fs from 'node:fs'; ${what}`)).to.throw(
      /^MODULE_FAILED: .*could not load/,
    );
    expect(() => ask(`await new Promise(() => {}); ${what}`)).to.throw(/waits for something/);
    expect(ask('export const transform = () => (import("node:fs"), { text: "" });')).to.have.length(
      3,
    );
  });

  it('is ended by the same count everywhere when it goes on for ever', async () => {
    const ever = ['while (true);', 'for (;;) { try { while (true); } catch {} }'];
    ever.push(
      'try { while (true); } finally { while (true); }',
      '/^(a+)+$/.test("a".repeat(60) + "b");',
    );
    ever.push(
      'const f = () => [f].map(f); for (;;) try { f(); } catch {}',
      '[..."a"].sort(() => { for (;;); });',
    );
    ever.push('({ toString() { for (;;); } }) + "";', 'throw { toString() { for (;;); } };');
    for (const work of ever) {
      const attempt = () => ask(`export function transform() { ${work} }`);
      expect(attempt, work).to.throw(/^MODULE_(TOO_LONG: the module took more than 200 |FAILED)/);
    }
    expect(() => ask('while (true);')).to.throw(/^MODULE_TOO_LONG/);
    const counting =
      'export const transform = () => { for (let i = 0; i < 1e6; i++); return { text: "" }; };';
    // Twice a turn: at its end, and where it goes back.
    expect(ask(counting, [few[0]], { pollsMax: 201 })).to.have.length(1);
    expect(() => ask(counting, [few[0]], { pollsMax: 199 })).to.throw(/^MODULE_TOO_LONG/);
  });

  it('is ended from outside in a call that never looks up', async () => {
    // Both texts fit into its memory; the search of one in the other takes hours.
    const search =
      'const a = "a".repeat(3e7); return { text: "" + a.indexOf("a".repeat(15e6) + "b") };';
    const began = performance.now();
    await refused(
      run(`export function transform() { ${search} }`, {
        bounds: { wallMs: 1_500, wallMsPerMegabyte: 0 },
      }),
      /^MODULE_TOO_LONG: the module took more than 1.5 s/,
    );
    expect(performance.now() - began).to.be.lessThan(30_000);
  });

  it('gets no more memory than it may have', () => {
    for (const grow of ['a.push("x".repeat(65536) + a.length)', 'a.push(new Uint8Array(65536))']) {
      const work = `export function transform() { const a = []; for (;;) ${grow}; }`;
      expect(() => ask(work), grow).to.throw(/^MODULE_FAILED: the module: .*(memory|no text)/);
    }
    const doubling = 'export function transform() { let a = "ab"; for (;;) a += a; }';
    expect(() => ask(doubling)).to.throw(/^MODULE_FAILED/);
  });

  it('that calls itself without end fails, and takes nothing with it', async () => {
    const deep = 'const f = (x) => f(x + 1) + 1; export const transform = () => f(0);';
    expect(() => ask(deep)).to.throw(/^MODULE_FAILED: the module: RangeError/);
    const nested = 'export const transform = () => JSON.parse("[".repeat(3e6));';
    await refused(run(nested), /^MODULE_FAILED/);
    expect(await run('export const transform = (item) => item;')).to.deep.equal(few);
  });

  it('that makes too much is refused before it fills the machine', async () => {
    const loud = 'export const transform = () => ({ text: "a".repeat(1e5) });';
    const bounds = { outputBytesMin: 250_000 };
    await refused(run(loud, { bounds }), /^MODULE_TOO_MUCH: the module makes more than 8 times/);
    const many = 'export const transform = () => Array(7).fill({ text: "" });';
    await refused(run(many, { bounds: { itemsMax: 20 } }), /^MODULE_TOO_MUCH.* more than 20 items/);
    expect(await run(many, { bounds: { itemsMax: 21 } })).to.have.length(21);
    const atOnce = 'export const transform = () => ({ text: "a".repeat(2 ** 20) });';
    expect(() => ask(atOnce, [few[0]])).to.throw(/^MODULE_FAILED.* bytes at once, at most 1048576/);
  });

  it('that tampers with what the host leans on only harms itself', async () => {
    const tampers: [string, RegExp][] = [
      ['Array.prototype.toJSON = () => ({ length: 1e9 });', /^MODULE_FAILED: the module tampered/],
      ['Array.prototype[Symbol.iterator] = function* () { for (;;) yield 1; };', /^MODULE_FAILED/],
    ];
    for (const [tampering, why] of tampers) {
      await refused(run(`${tampering} export const transform = (item) => item;`), why);
    }
    expect(ask('Array.prototype.push = () => {}; export const transform = (item) => item;')).to.be
      .empty;
    const kept = 'JSON.parse = () => { throw 1; }; export const transform = (item) => item;';
    expect(await run(kept)).to.deep.equal(few);
    expect(({} as { toJSON?: unknown }).toJSON).to.equal(undefined);
  });

  it('says nothing to a terminal but plain words', () => {
    const shout =
      'export const transform = () => { throw new Error("\\u001b[2Jgone\\u202e\\n" + "x".repeat(999)); };';
    expect(() => ask(shout)).to.throw(/^MODULE_FAILED: the module: Error: +\[2Jgone x{100,}$/);
    expect(() => ask('export const transform = () => { throw Symbol("a"); };')).to.throw(/no text/);
  });

  it('that is no module, or has nothing to call, is refused', () => {
    expect(() => ask('export default () => 1;')).to.throw(/exports no function "transform"/);
    expect(() => ask('export const transform = {')).to.throw(
      /^MODULE_FAILED: the module: SyntaxError/,
    );
    expect(() => ask('\ufeff\u0000')).to.throw(/^MODULE_FAILED/);
    const other = Uint8Array.from(wasm);
    other[other.length - 1]! ^= 1;
    const limits = { memoryBytesMax: 1, stackBytesMax: 1, pollsMax: 1, answerBytesMax: 1 };
    expect(() =>
      openModule({ wasm: other, source: utf8.encode(''), params: '{}' }, limits),
    ).to.throw(`, not ${engineDigest}; install from the lock file`);
  });
});

const globals =
  'AggregateError,Array,ArrayBuffer,AsyncDisposableStack,BigInt,BigInt64Array,BigUint64Array,Boolean,' +
  'DataView,DisposableStack,Error,EvalError,Float64Array,Function,Infinity,Int16Array,Int32Array,Int8Array,' +
  'InternalError,Iterator,JSON,Map,Math,NaN,Number,Object,Promise,Proxy,RangeError,ReferenceError,Reflect,' +
  'RegExp,Set,String,SuppressedError,Symbol,SyntaxError,TypeError,URIError,Uint16Array,Uint32Array,' +
  'Uint8Array,Uint8ClampedArray,WeakMap,WeakSet,decodeURI,decodeURIComponent,encodeURI,encodeURIComponent,' +
  'escape,eval,globalThis,isFinite,isNaN,parseFloat,parseInt,queueMicrotask,undefined,unescape';

async function derivation() {
  const store = new MemoryStore();
  const parent = { id: 'few@1', ...(await storeItems(store, few)) };
  const source = utf8.encode(
    'export const transform = (item) => ({ ...item, text: item.text.toUpperCase() });',
  );
  const module = digestOf(source);
  const transform: Transform = { name: 'module', version: 1, params: { module, params: {} } };
  return { store, parent, transform, source };
}

async function refused(work: Promise<unknown>, why: RegExp): Promise<void> {
  const error = await work.then(
    () => expect.fail(`it was not refused: ${why}`),
    (thrown: Error) => thrown,
  );
  expect(error.message).to.match(why);
}
