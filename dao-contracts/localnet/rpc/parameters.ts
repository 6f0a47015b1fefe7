/** Reading the parameters of a request: each is checked once, here, with one sentence if wrong. */
import { isAccountId } from '../protocol/account-id.js';
import { parseError } from './rpc-error.js';

/** The parameters of one request: an object by name, or an array by place. */
export class Parameters {
  constructor(private readonly raw: unknown) {}

  /** The parameter called `name`, or at `place` where the request has an array. */
  get(name: string, place?: number): unknown {
    if (Array.isArray(this.raw)) return place === undefined ? undefined : this.raw[place];
    if (typeof this.raw !== 'object' || this.raw === null) return undefined;
    return (this.raw as Record<string, unknown>)[name];
  }

  text(name: string, place?: number): string {
    const value = this.get(name, place);
    if (typeof value === 'string') return value;
    throw parseError(`"${name}" is missing or not a text`);
  }

  optionalText(name: string, place?: number): string | undefined {
    const value = this.get(name, place);
    if (value === undefined || value === null) return undefined;
    return this.text(name, place);
  }

  accountId(name: string, place?: number): string {
    const value = this.text(name, place);
    if (isAccountId(value)) return value;
    throw parseError(`"${name}": ${JSON.stringify(value)} is not an account name`);
  }

  accountIds(name: string): string[] {
    const value = this.get(name);
    const valid = Array.isArray(value) && value.length <= 100;
    if (valid && value.every((id) => typeof id === 'string' && isAccountId(id))) return value;
    throw parseError(`"${name}" is not a list of at most 100 account names`);
  }

  bytes(name: string, place?: number): Uint8Array {
    const value = this.text(name, place);
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0) {
      return new Uint8Array(Buffer.from(value, 'base64'));
    }
    throw parseError(`"${name}" is not base64`);
  }

  /** A non-negative integer of at most `max`, or undefined. */
  optionalCount(name: string, max: number): number | undefined {
    const value = this.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) {
      return value;
    }
    throw parseError(`"${name}" is not an integer between 0 and ${max}`);
  }
}
