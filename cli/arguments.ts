/** What a word on the command line must be; each says what it wants when it is something else. */
import { InvalidArgumentError, type Command } from 'commander';
import { parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import { parseNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';

/** A number that the contract gave to something: 0, 1, 2 … */
export function parseId(what: string, text: string | undefined): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new CliError(
    exitCodes.usage,
    `USAGE: ${JSON.stringify(text ?? '')} is not a ${what} number; ` +
      `"commonweights ${what} list" shows them`,
  );
}

/** A flag's whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/** A flag's number within bounds. */
export function decimal(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
  };
}

/** A flag's label of one of an account's machines. */
export function workerLabel(text: string): string {
  if (/^[a-z0-9-]{0,32}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be up to 32 of a-z, 0-9 and "-".');
}

/** A flag's amount of NEAR, as yoctoNEAR. */
export function nearAmount(text: string): bigint {
  try {
    return parseNear(text);
  } catch {
    throw new InvalidArgumentError('It must be an amount of NEAR, like 1.5.');
  }
}

/** A flag's time, in milliseconds: `500ms`, `30s`, `5m`, `2h`, `1d`. */
export function duration(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const ms = match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : NaN;
  if (ms > 0 && ms <= 3650 * unitMs.d) return ms;
  throw new InvalidArgumentError('It must be a time like 30s, 5m, 2h or 1d.');
}

/** A flag's size, in bytes: `500MB`, `16GB`, in powers of a thousand. */
export function byteSize(text: string): number {
  const match = /^(\d{1,6})(KB|MB|GB|TB)$/.exec(text);
  const bytes = match ? Number(match[1]) * sizeUnits[match[2] as keyof typeof sizeUnits] : NaN;
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError('It must be a size like 500MB, 16GB or 2TB.');
}

const sizeUnits = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** As one would write it: 172800000 is `2d`. */
export function formatTimeFlag(ms: number): string {
  const units = Object.entries(unitMs).reverse();
  const [unit, size] = units.find(([, one]) => ms % one === 0)!;
  return `${ms / size}${unit}`;
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A flag's account names, by comma. */
export function accountList(text: string): string[] {
  try {
    const names = text.split(',').map((name) => parseAccountId(name.trim()));
    if (new Set(names).size === names.length) return names;
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError('It must be different account names, by comma.');
}

/** A flag's hosts, with their ports where addresses have them, by comma. */
export function hostList(text: string): string[] {
  const hosts = text.split(',').map((host) => host.trim());
  const areHosts = hosts.every((host) => URL.canParse(`http://${host}`) && /^[^/@\s]+$/.test(host));
  if (areHosts) return hosts;
  throw new InvalidArgumentError(
    'It must be hosts like registry.example or 10.0.0.1:3060, by comma.',
  );
}

/** `--json`, on commands that print data. */
export function withJson(command: Command): Command {
  return command.option('--json', 'print JSON for programs');
}

/** Examples at the end of a command's help. */
export function withExamples(command: Command, ...lines: string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((l) => `  ${l}\n`).join('')}`);
}
