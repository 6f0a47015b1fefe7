/**
 * What a program may ask of functions, closures and weak maps, as small programs that answer with
 * JSON. The engine keeps these things in another form than other engines do; a contract and Node run
 * the same samples, and must answer alike. (A function used once is inlined by the bundler, and what
 * a function expression calls itself is left out: neither is asked for its name.)
 */
/* eslint-disable @typescript-eslint/no-unsafe-function-type */
import { moduleSamples } from './module-samples.js';

type Sample = () => unknown;

/** At top level, so that they are in the snapshot: untouched, or touched when it was made. */
function declared(a: number, b: number, c = 1): number {
  return a + b + c;
}
const arrow = (a: number): number => a;
function Pair(this: { a: number; b: number }, a: number, b: number): void {
  this.a = a;
  this.b = b;
}
const touched = Object.assign((x: number): number => x * 2, { unit: 'yocto' });
function frozen(a: unknown): unknown {
  return a;
}
Object.freeze(frozen);
const makers = [1, 2].map((n) => ({ [`named${n}`]: (): number => n, fixed: (): number => -n }));

class Base {
  static count = 3;
  #secret = 5;
  get secret(): number {
    return this.#secret;
  }
  set secret(value: number) {
    this.#secret = value;
  }
  hello(): string {
    return 'base';
  }
  static make(): string {
    return `made ${this.name}`;
  }
  #hidden(): number {
    return this.#secret * 2;
  }
  shown(): number {
    return this.#hidden();
  }
}
class Derived extends Base {
  override hello(): string {
    return `derived of ${super.hello()}`;
  }
  static override make(): string {
    return `${super.make()}, again`;
  }
}

const describe = (holder: object): unknown => Object.getOwnPropertyDescriptors(holder);
const namesOf = (holder: object): string[] => Object.getOwnPropertyNames(holder);
const attempt = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as Error).constructor.name;
  }
};
const loose = (f: Function): Record<string, unknown> => f as unknown as Record<string, unknown>;

export const samples: Readonly<Record<string, Sample>> = {
  ...moduleSamples,
  'names and lengths': () =>
    [declared, arrow, Pair, touched, frozen, Base, Derived, Base.make, attempt].map((f) => [
      f.name,
      f.length,
    ]),
  'lists what a function has': () => [
    namesOf(declared),
    namesOf(arrow),
    namesOf(touched),
    namesOf(frozen),
    Object.keys(declared),
    Object.keys(touched),
  ],
  'describes what a function has': () => [describe(arrow), describe(Base.prototype.hello)],
  'a prototype made when asked for': () => {
    const pair = new (Pair as unknown as new (a: number, b: number) => object)(1, 2);
    const { prototype } = Pair as unknown as { prototype: object };
    return [
      pair,
      pair instanceof Pair,
      Object.getPrototypeOf(pair) === prototype,
      (pair as { constructor: Function }).constructor.name,
      namesOf(prototype),
      namesOf(Pair),
    ];
  },
  'methods named when they are put somewhere': () =>
    makers.map((maker) => Object.entries(maker).map(([key, f]) => [key, f.name, f()])),
  'a name that another literal takes later': () => {
    const make = (key: string): Record<string, () => number> => ({ [key]: () => 1 });
    const [a, b] = [make('first'), make('second')];
    return [a['first']?.name, b['second']?.name, make('third')['third']?.name];
  },
  'symbols as names': () => {
    const tag = Symbol('tag');
    const holder = { [tag]: (): void => undefined, [Symbol.iterator]: (): void => undefined };
    return [holder[tag].name, holder[Symbol.iterator].name];
  },
  'accessors and their names': () => {
    const { get, set } = Object.getOwnPropertyDescriptor(Base.prototype, 'secret') ?? {};
    const base = new Base();
    base.secret = 8;
    return [get?.name, set?.name, base.secret, base.shown()];
  },
  'a function given properties': () => {
    const f = loose((a: number) => a);
    f['unit'] = 'NEAR';
    f['x'] = 1;
    return [Object.keys(f), f['unit'], namesOf(f), delete f['x'], 'x' in f, 'name' in f];
  },
  'a property of its prototype, written': () => {
    const f = loose(() => 1);
    f['call'] = 5;
    return [f['call'], Object.hasOwn(f, 'call'), typeof Function.prototype.call];
  },
  'a name that is read-only': () => {
    const f = (): number => 1;
    const written = attempt(() => {
      loose(f)['name'] = 'other';
    });
    Object.defineProperty(f, 'name', { value: 'defined' });
    return [written, f.name, Object.getOwnPropertyDescriptor(f, 'name')];
  },
  'a name and a length deleted': () => {
    const f = (a: number): number => a;
    const kept = [delete loose(f)['name'], delete loose(f)['length']];
    return [kept, f.name, f.length, namesOf(f), f(4)];
  },
  'a prototype that cannot be deleted': () => {
    function f(): void {}
    return [attempt(() => delete loose(f)['prototype']), namesOf(f)];
  },
  'frozen and sealed functions': () => {
    const f = Object.seal((a: number) => a);
    const g = Object.preventExtensions((a: number, b: number) => a + b);
    return [
      Object.isFrozen(frozen),
      Object.isSealed(f),
      Object.isExtensible(g),
      f.length,
      g.length,
      attempt(() => (loose(g)['x'] = 1)),
      attempt(() => (loose(frozen)['name'] = 'x')),
      frozen.name,
      namesOf(g),
    ];
  },
  'a function as a prototype': () => {
    const parent = (a: number): number => a;
    const child = Object.create(parent) as { name: string; length: number; mark?: number };
    const before = [child.name, child.length];
    const written = attempt(() => (child.name = 'mine'));
    child.mark = 1;
    return [
      before,
      written,
      child.name,
      parent.name,
      Object.hasOwn(child, 'mark'),
      child instanceof Function,
    ];
  },
  'another prototype': () => {
    const f = (): number => 1;
    Object.setPrototypeOf(f, { extra: 'yes' });
    return [loose(f)['extra'], f.name, typeof loose(f)['call'], namesOf(f)];
  },
  'classes, their statics and super': () => [
    new Derived().hello(),
    Derived.make(),
    Derived.count,
    Base.make(),
    namesOf(Derived),
    Object.getPrototypeOf(Derived) === Base,
    new Derived() instanceof Base,
  ],
  'super in plain objects': () => {
    const parent = { who: () => 'parent' };
    const child = {
      who(): string {
        return `child of ${super['who' as never] as () => string}`.length > 0 ? 'ok' : '';
      },
    };
    Object.setPrototypeOf(child, parent);
    return child.who();
  },
  'bound, called and applied': () => {
    const bound = declared.bind(null, 1);
    return [
      bound.name,
      bound.length,
      bound(2),
      declared.call(null, 1, 2),
      declared.apply(null, [1, 2, 3]),
    ];
  },
  generators: () => {
    function* count(n: number): Generator<number> {
      for (let i = 0; i < n; i++) yield i;
    }
    return [
      [...count(4)],
      count.name,
      count.length,
      namesOf(count).sort(),
      count(1) instanceof count,
    ];
  },
  'functions copied and compared': () => {
    const copy = { ...touched };
    return [
      copy,
      touched(4),
      JSON.stringify({ touched }),
      touched === touched,
      String(typeof touched),
    ];
  },
  'variables shared by closures': () => {
    let shared = 1;
    const grow = (by: number): number => (shared += by);
    const read = (): number => shared;
    const later = [0, 1, 2].map((i) => (): number => i * 10 + shared++);
    grow(4);
    return [read(), later.map((f) => f()), read(), grow(1)];
  },
  'variables of loops, caught while they change': () => {
    const caught: (() => number)[] = [];
    for (let i = 0; i < 4; i++) {
      caught.push(() => (i += 10));
      if (i === 1) caught[0]?.();
    }
    return caught.map((f) => f() + f());
  },
  'arguments and variables of one index': () => {
    const make = (a: number): { arg: () => number; local: () => number } => {
      let b = a * 100;
      return { arg: () => ++a, local: () => ++b };
    };
    const made = make(1);
    return [made.arg(), made.local(), made.arg(), made.local()];
  },
  'arguments of loose functions': () => {
    const last = function (..._: number[]): number {
      // eslint-disable-next-line prefer-rest-params
      return (arguments[arguments.length - 1] as number) + arguments.length;
    };
    return last(5, 6, 7);
  },
  'a variable before it is set': () =>
    attempt(() => {
      const read = (): number => late;
      const early = read();
      const late = 1;
      return early + late;
    }),
  'weak maps and sets': () => {
    const map = new WeakMap<object, number>();
    const set = new WeakSet<object>();
    const keys = Array.from({ length: 40 }, (_, i) => ({ i }));
    for (const key of keys) map.set(key, key.i);
    for (const key of keys.slice(0, 30)) map.delete(key);
    set.add(keys[0] ?? {});
    map.set(declared, -1);
    keys.length = 35;
    return [
      keys.map((key) => map.get(key) ?? null),
      set.has(keys[0] ?? {}),
      set.has({}),
      map.get(declared),
      attempt(() => map.set(1 as unknown as object, 1)),
      map.has({}),
    ];
  },
  'objects with many, few and deleted properties': () => {
    const wide: Record<string, number> = {};
    for (let i = 0; i < 60; i++) wide[`key${i}`] = i;
    for (let i = 0; i < 60; i += 2) delete wide[`key${i}`];
    wide['again'] = 1;
    return [wide, Object.keys(wide).length, Object.keys({}).length];
  },
  'texts of every length': () =>
    Array.from(
      { length: 40 },
      (_, n) => `${'a'.repeat(n)}${n % 3 === 0 ? 'é' : ''}${n % 5 === 0 ? '…' : ''}`,
    ),
  'texts as keys, made in the call': () => {
    const map = new Map<string, number>();
    const record: Record<string, number> = {};
    for (let i = 0; i < 300; i++) {
      map.set(`k${i % 70}`, i);
      record[['k', i % 70].join('')] = i;
    }
    return [[...map], record, Symbol.for('k1') === Symbol.for(['k', 1].join(''))];
  },
  'large and small integers as keys': () => {
    const record: Record<string, number> = {};
    for (const key of ['4294967294', '4294967295', '2147483648', '0', '00', '-1', '1.5', '1e3']) {
      record[key] = Object.keys(record).length;
    }
    return [record, Object.keys(record)];
  },
  'a variable of a switch that another case sets': () => {
    const run = (n: number): unknown =>
      attempt(() => {
        switch (n) {
          // @ts-expect-error falls through
          case 0: {
            n++;
          }
          // falls through
          case 1:
            // eslint-disable-next-line no-case-declarations
            const inside = n * 10;
            return inside;
          default:
            // @ts-expect-error used before it is set
            return inside;
        }
      });
    return [run(0), run(1), run(2)];
  },
  'a variable in what it loops over': () =>
    attempt(() => {
      // @ts-expect-error used before it is set
      for (const each of [1, each]) if (each > 5) return each;
      return 'done';
    }),
  'a variable set again in each turn': () => {
    const seen: unknown[] = [];
    for (let turn = 0; turn < 3; turn++) {
      seen.push(
        attempt(() => {
          if (turn === 1) return late();
          const value = turn * 2;
          function late(): number {
            return value;
          }
          return late();
        }),
      );
    }
    return seen;
  },
  'variables where an exception passes': () => {
    const run = (when: number): unknown => {
      let told = 'start';
      try {
        if (when === 1) throw new Error('first');
        const middle = `${told}, middle`;
        if (when === 2) throw new Error(middle);
        told = middle;
      } catch (error) {
        const what = (error as Error).message;
        told = `${told}, caught ${what}`;
      } finally {
        const end = `${told}, end`;
        told = end;
      }
      const after = `${told}, after`;
      return after;
    };
    return [run(0), run(1), run(2)];
  },
  'a variable that a label leaves out': () => {
    const run = (skip: boolean): unknown =>
      attempt(() => {
        outer: {
          if (skip) break outer;
          const kept = 'kept';
          return kept;
        }
        const other = skip ? 'other' : 'none';
        return other;
      });
    return [run(true), run(false)];
  },
  'a class used in itself, and before': () => {
    const early = attempt(() => new Later());
    class Later {
      static size = 5;
      twice = [Later.size, Later.name.length];
    }
    return [early, new Later().twice];
  },
  'a generator that stops between': () => {
    function* steps(): Generator<number, string, number> {
      const first = yield 1;
      for (let i = 0; i < 2; i++) {
        const got = yield first + i;
        if (got > 100) return `at ${i}`;
      }
      const last = yield -1;
      return `last ${last}`;
    }
    const run = (...sent: number[]): unknown[] => {
      const steady = steps();
      return [0, ...sent].map((value) => steady.next(value));
    };
    return [run(5, 1, 2, 3), run(5, 200)];
  },
  'an inner function that sets what is around it': () => {
    let outside: number | undefined;
    const set = (to: number): void => {
      outside = to;
    };
    const before = outside;
    set(4);
    return [before ?? null, outside ?? null];
  },
  'defaults that look at each other': () => {
    const f = (
      a = 1,
      b = a + 1,
      { c = b, d = c + a }: { c?: number; d?: number } = {},
    ): number[] => [a, b, c, d];
    const [x = 1, y = x + 1, ...rest] = [undefined, undefined, 3, 4] as number[];
    return [
      f(),
      f(5),
      f(1, 9, { c: 2 }),
      x,
      y,
      rest,
      // @ts-expect-error used before it is set
      attempt(() => ((p = q, q = 1) => p + q)()),
    ];
  },
  'whole numbers as names of properties': () => {
    const holder = {
      0: 'zero',
      7: (): string => 'seven',
      8(): string {
        return 'eight';
      },
      get 9(): string {
        return 'nine';
      },
      set 9(_: string) {},
      70000: 'many',
      ['10']: 'ten',
    };
    class Numbered {
      static 4 = 'static';
      5 = 'five';
      6(): string {
        return 'six';
      }
    }
    const { 0: zero, 7: seven, 70000: many } = holder;
    const numbered = new Numbered();
    return [
      holder,
      zero,
      seven(),
      seven.name,
      holder[8](),
      holder[8].name,
      holder[9],
      many,
      Numbered[4],
      numbered[5],
      numbered[6](),
      namesOf(Numbered.prototype),
      numbered,
    ];
  },
  'many arguments, many variables': () => {
    const sum = (...all: number[]): number => all.reduce((a, b) => a + b, 0);
    const numbers = Array.from({ length: 500 }, (_, i) => i);
    return [sum(...numbers), Math.max(...numbers), sum(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)];
  },
};
