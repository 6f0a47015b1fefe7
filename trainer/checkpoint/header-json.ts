/**
 * A parser for the JSON that a safetensors header may be: objects of objects of strings, integers
 * and lists of integers. `JSON.parse` keeps the last of two equal keys, so two readers could see
 * two different files in one; here a duplicate is an error, as is anything that cannot be in a
 * header (fractions, negative numbers, true, null).
 */

import { DIMENSIONS_MAX, TENSORS_MAX } from './limits.js';

export type HeaderValue = string | number | HeaderValue[] | HeaderObject;
export type HeaderObject = Map<string, HeaderValue>;

/** `{}`, an entry in it, and `shape` in that. */
const DEPTH_MAX = 3;
/** Looked at while it is read: what a hundred megabytes of entries come to would not fit into memory. */
const ENTRIES_MAX = TENSORS_MAX + 1;

/** Errors: plain sentences without a code; the caller names the file. */
export function parseHeader(text: string): HeaderObject {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.skipSpace();
  if (!parser.atEnd()) throw new Error('text follows its JSON');
  if (!(value instanceof Map)) throw new Error('its JSON is not an object');
  return value;
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    return this.at === this.text.length;
  }

  skipSpace(): void {
    while (' \n\r\t'.includes(this.text[this.at] ?? '·')) this.at++;
  }

  value(depth: number): HeaderValue {
    this.skipSpace();
    if (depth > DEPTH_MAX) throw new Error('its JSON is nested too deeply');
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth);
      case '[':
        return this.list(depth);
      case '"':
        return this.string();
      default:
        return this.integer();
    }
  }

  private object(depth: number): HeaderObject {
    const fields: HeaderObject = new Map();
    this.each('}', () => {
      const key = this.string();
      if (fields.has(key)) throw new Error(`${JSON.stringify(key)} occurs twice`);
      this.skipSpace();
      this.expect(':');
      fields.set(key, this.value(depth + 1));
      if (fields.size > ENTRIES_MAX) throw new Error(`it has more than ${ENTRIES_MAX} entries`);
    });
    return fields;
  }

  private list(depth: number): HeaderValue[] {
    const items: HeaderValue[] = [];
    this.each(']', () => {
      items.push(this.value(depth + 1));
      if (items.length > DIMENSIONS_MAX) throw new Error(`a list of more than ${DIMENSIONS_MAX}`);
    });
    return items;
  }

  /** Comma-separated items up to `close`; stands on the opening bracket. */
  private each(close: string, readItem: () => void): void {
    this.at++;
    this.skipSpace();
    if (this.text[this.at] === close) {
      this.at++;
      return;
    }
    for (;;) {
      this.skipSpace();
      readItem();
      this.skipSpace();
      if (this.text[this.at] === close) break;
      this.expect(',');
    }
    this.at++;
  }

  private string(): string {
    if (this.text[this.at] !== '"') throw new Error(`no string at character ${this.at}`);
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== '"') {
      end += this.text[end] === '\\' ? 2 : 1;
    }
    const source = this.text.slice(this.at, end + 1);
    this.at = end + 1;
    try {
      return JSON.parse(source) as string;
    } catch {
      throw new Error(`a malformed string at character ${end - source.length + 1}`);
    }
  }

  private integer(): number {
    const start = this.at;
    while (/[0-9]/.test(this.text[this.at] ?? '')) this.at++;
    const digits = this.text.slice(start, this.at);
    const value = Number(digits);
    if (!/^(0|[1-9][0-9]{0,15})$/.test(digits) || !Number.isSafeInteger(value)) {
      throw new Error(`no integer, list, string or object at character ${start}`);
    }
    return value;
  }

  private expect(character: string): void {
    if (this.text[this.at] !== character) {
      throw new Error(`no "${character}" at character ${this.at}`);
    }
    this.at++;
  }
}
