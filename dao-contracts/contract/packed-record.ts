/**
 * Records of which a call needs a few fields, as one stored text. A record is cut into lines: a list
 * that grows has one of its own, small fields share one. A line is decoded when a field of it is
 * first touched and written back as it was where nothing of it changed. Decoding all of a run of 63
 * seats cost more gas than everything else that a `commit` does.
 *
 * Law: what was packed and unpacked has the fields that it had, and packs into the same text,
 * whichever fields were read in between.
 */
export interface Codec<T> {
  /** Of one line: what it makes has no line ends. */
  format: (value: T) => string;
  parse: (line: string) => T;
  /** Nobody changes in place what was read: the line stays as it is until the field is set. */
  settled?: boolean;
}

/** Of a list: whoever uses it may change the list, or may not. */
export interface ListCodec<T> {
  format: (values: readonly T[]) => string;
  parse: (line: string) => T[];
}

/** The name of a line that several fields share, or the coding of a field that has its own. */
export type Layout<T> = { readonly [K in keyof T]: string | Codec<T[K]> };

/** Where the lines of one record are: in the text of the whole, from `from` on. */
interface Packed {
  readonly lines: readonly string[];
  readonly from: number;
  /** By line: the value of a field, or the values of those that share it. */
  readonly values: unknown[];
  readonly changed: boolean[];
}

/** What unpacking makes: fields are accessors of its prototype. */
interface Unpacked {
  packed?: Packed;
}

interface Line {
  names: string[];
  /** Null: several fields, as a JSON list. */
  codec: Codec<unknown> | null;
}

export class PackedRecord<T extends object> {
  readonly #lines: Line[] = [];
  readonly #ownLines = new Map<string, number>();
  readonly #prototype = {};

  constructor(layout: Layout<T>) {
    const shared = new Map<string, number>();
    for (const [name, how] of Object.entries<string | Codec<unknown>>(layout as never)) {
      if (typeof how !== 'string') {
        this.#addOwnLine(name, how);
        continue;
      }
      const line = shared.get(how) ?? this.#lines.push({ names: [], codec: null }) - 1;
      shared.set(how, line);
      this.#addToLine(name, line);
    }
    const plain = (it: Unpacked) => this.#plain(it);
    Object.defineProperty(this.#prototype, 'toJSON', {
      value(this: Unpacked) {
        return plain(this);
      },
    });
  }

  /** How many lines a record takes. */
  get length(): number {
    return this.#lines.length;
  }

  /** As JSON it is what it stands for: a work may take a whole record along. */
  #plain(it: Unpacked): Record<string, unknown> {
    const fields = it as Record<string, unknown>;
    const names = this.#lines.flatMap((line) => line.names);
    return Object.fromEntries(names.map((name) => [name, fields[name]]));
  }

  unpack(lines: readonly string[], from: number): T {
    const it = Object.create(this.#prototype) as Unpacked;
    it.packed = { lines, from, values: [], changed: [] };
    return it as T;
  }

  /** Whether a field was set, or read where its value may be changed in place. */
  isChanged(it: T): boolean {
    const { packed } = it as Unpacked;
    return !packed || packed.changed.includes(true);
  }

  pack(it: T, out: string[]): void {
    const { packed } = it as Unpacked;
    const fields = it as Record<string, unknown>;
    for (let line = 0; line < this.#lines.length; line++) {
      if (packed && !packed.changed[line]) {
        out.push(packed.lines[packed.from + line]!);
        continue;
      }
      const { names, codec } = this.#lines[line]!;
      if (codec) out.push(codec.format(fields[names[0]!]));
      else out.push(JSON.stringify(packed ? packed.values[line] : names.map((n) => fields[n])));
    }
  }

  /** The line of a field that has its own, if nobody has read or set the field yet. */
  lineOf(it: T, name: keyof T & string): string | null {
    const { packed } = it as Unpacked;
    const line = this.#ownLines.get(name)!;
    return packed && packed.values[line] === undefined ? packed.lines[packed.from + line]! : null;
  }

  #addOwnLine(name: string, codec: Codec<unknown>): void {
    const line = this.#lines.push({ names: [name], codec }) - 1;
    this.#ownLines.set(name, line);
    Object.defineProperty(this.#prototype, name, {
      get(this: { packed: Packed }) {
        const { lines, from, values, changed } = this.packed;
        if (!changed[line] && values[line] === undefined) {
          values[line] = codec.parse(lines[from + line]!);
          if (!codec.settled) changed[line] = true;
        }
        return values[line];
      },
      set(this: { packed: Packed }, value: unknown) {
        this.packed.changed[line] = true;
        this.packed.values[line] = value;
      },
    });
  }

  /** Values that nobody changes in place: what is read is as it was. */
  #addToLine(name: string, line: number): void {
    const at = this.#lines[line]!.names.push(name) - 1;
    const valuesOf = ({ lines, from, values }: Packed) =>
      (values[line] ??= JSON.parse(lines[from + line]!)) as unknown[];
    Object.defineProperty(this.#prototype, name, {
      get(this: { packed: Packed }) {
        return valuesOf(this.packed)[at];
      },
      set(this: { packed: Packed }, value: unknown) {
        valuesOf(this.packed)[at] = value;
        this.packed.changed[line] = true;
      },
    });
  }
}

/** One after the other, in one text. */
export class PackedList<T extends object> {
  readonly #record: PackedRecord<T>;

  constructor(layout: Layout<T>) {
    this.#record = new PackedRecord(layout);
  }

  parse(text: string): T[] {
    if (text === '') return [];
    const lines = text.split('\n');
    const found: T[] = [];
    for (let from = 0; from < lines.length; from += this.#record.length) {
      found.push(this.#record.unpack(lines, from));
    }
    return found;
  }

  format(list: readonly T[]): string {
    const lines: string[] = [];
    for (const it of list) this.#record.pack(it, lines);
    return lines.join('\n');
  }

  /** Whether this is another list than the one that was read, of `count`, if one was. */
  isChanged(list: readonly T[], count: number | undefined): boolean {
    return list.length !== count || list.some((it) => this.#record.isChanged(it));
  }
}

export function settled<C extends object>(codec: C): C & { settled: true } {
  return { ...codec, settled: true };
}

/** For small values that may be changed in place. */
export function json<T>(): Codec<T> {
  return { format: JSON.stringify, parse: JSON.parse as (line: string) => T };
}

/** As `json`, where a field that is called, or ends in, `Yocto` is money. */
export function money<T>(): Codec<T> {
  return {
    format: (value) => JSON.stringify(value, bigintAsText),
    parse: (line) => (line === '[]' ? ([] as T) : (JSON.parse(line, yoctoAsBigint) as T)),
  };
}

export function yoctoAsBigint(key: string, value: unknown): unknown {
  return key === 'yocto' || key.endsWith('Yocto') ? BigInt(value as string) : value;
}

export function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

export const yocto: Codec<bigint> = { format: String, parse: BigInt, settled: true };

export const numbers: ListCodec<number> = {
  format: (values) => values.join(),
  parse: (line) => JSON.parse(`[${line}]`) as number[],
};

export function listOf<T>(item: Codec<T>): ListCodec<T> {
  return {
    format: (values) => values.map(item.format).join(),
    parse: (line) => (line === '' ? [] : line.split(',').map((text) => item.parse(text))),
  };
}

export function nullable<T>(inner: ListCodec<T>) {
  return {
    format: (value: readonly T[] | null) => (value === null ? '-' : inner.format(value)),
    parse: (line: string) => (line === '-' ? null : inner.parse(line)),
  };
}
